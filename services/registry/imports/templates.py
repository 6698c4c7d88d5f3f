"""The empty sheets that offices download: a header the reader knows, one invented person as an example, and how to fill them in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal

from services.registry.codes import CertificateSheetKind, SheetKind
from services.registry.reference import policy as reference
from shared import codes, county
from shared.sheets import Table, write_book
from shared.sheets.finding import EXAMPLE_NUMBER, EXAMPLE_ORDER

EXAMPLE_USCC: Final = "91110000600037341L"
EVERYWHERE: Final = (
    "第 2 行是示例(虚构的人),导入时自动略过;从第 3 行起一人一行填写,也可删去示例行。",
    "身份证号码、电话、账号按文本填写(本表已设为文本格式),不要从数字格式的表中粘贴,否则末几位会丢失。",
    "有错误的行不会导入,其余行照常导入;按返回表中“导入错误”一列更正后可整表再次导入,不会重复。",
)
# Sheet name, header, example (after the first column, which says that it is one), instructions.
TEMPLATES: Final[Mapping[SheetKind, tuple[str, Sequence[str], Sequence[str], Sequence[str]]]] = {
    SheetKind.ROSTER: (
        "学员花名册",
        ("序号", "姓名", "性别", "身份证号码", "户籍所在乡镇(街道)", "所在村(社区)", "联系电话", "人员类别", "文化程度", "本人银行账号"),
        ("潘阿生", "男", EXAMPLE_NUMBER, county.here().examples.region_name, "某某村", "13508550001", "农村转移劳动者", "初中", ""),
        (
            "必填:姓名、身份证号码、户籍所在乡镇(街道)。",
            "户籍所在乡镇(街道):镇、街道名称,9 位行政区划代码,或含镇、街道名称的地址。",
            "人员类别:开班当天的类别,多个类别用顿号隔开;没有可留空。",
            "本人银行账号:12 至 19 位数字,可留空。",
        ),
    ),
    SheetKind.SIGN_IN: (
        "签到表",
        ("序号", "姓名", "身份证号码", "第1天上午", "第1天下午", "第2天上午", "第2天下午", "第3天上午", "第3天下午"),
        ("潘阿生", EXAMPLE_NUMBER, "√", "√", "√", "×", "√", "√"),
        (
            "必填:姓名;本班有同名的人时必须填写身份证号码。",
            "“第1天上午”也可写成日期,如“4月8日上午”;天数按班级增减列。",
            "到课填 √、✓、1 或“到”;缺课填 ×、“缺”、“请假”或留空。",
        ),
    ),
    SheetKind.TEACHERS: (
        "教师名册",
        ("序号", "姓名", "身份证号码", "专职/兼职", "聘用日期", "聘用截止日期", "职业资格或职称"),
        ("潘阿生", EXAMPLE_NUMBER, "专职", "2024-03-01", "", "电工二级/技师"),
        ("必填:姓名、身份证号码、专职/兼职、聘用日期。", "日期写成 2024-03-01 的样子;仍在聘的,聘用截止日期留空。"),
    ),
    SheetKind.STATUS_RECORDS: (
        "名单",
        ("序号", "姓名", "身份证号码", "开始年月", "结束年月", "状态"),
        ("潘阿生", EXAMPLE_NUMBER, "2024-12", "", "正常"),
        (
            "一份名单只列同一种状态(如职工养老、全日制在校);状态种类和来源在导入时选择。",
            "必填:身份证号码、开始年月。年月写成 2024-12,日期写成 2024-12-01 的样子。",
            "状态已结束(停发、终止等)的,必须填写结束年月。",
        ),
    ),
    SheetKind.TRAINEES: (
        "学员名册",
        (
            "序号",
            "姓名",
            "性别",
            "身份证号码",
            "户籍所在乡镇(街道)",
            "所在村(社区)",
            "联系电话",
            "人员类别",
            "类别认定日期",
            "文化程度",
            "本人银行账号",
        ),
        (
            "潘阿生",
            "男",
            EXAMPLE_NUMBER,
            county.here().examples.region_name,
            "某某村",
            "13508550001",
            "农村转移劳动者",
            "2024-01-01",
            "初中",
            "",
        ),
        (
            "必填:姓名、身份证号码、户籍所在乡镇(街道)。",
            "人员类别从“类别认定日期”起算;未填日期的从导入当日起算。",
            "已登记的人:空白的格不改变原有内容,类别只增不减。",
        ),
    ),
    SheetKind.EMPLOYMENT: (
        "就业去向名单",
        ("序号", "姓名", "身份证号码", "班级编号", "就业形式", "用人单位", "就业日期", "离职日期", "证明方式", "证明材料"),
        ("潘阿生", EXAMPLE_NUMBER, "", "单位就业", "某电器有限公司", "2025-07-02", "", "社会保险", ""),
        (
            "必填:身份证号码、就业日期;就业形式和用人单位至少填一项。未就业的人不列入本表。",
            "班级编号:一人上过几个班的填写,不填则为最近一个班;导入时选定班级的不必填。",
            "证明方式:不填的按最低一级(村、社区说明或电话核实)。",
            "同一人、形式、单位和就业日期为同一条,再次导入时补充离职日期和证明。",
        ),
    ),
    SheetKind.OUTSIDE_PAYMENTS: (
        "别处已付补贴名单",
        ("序号", "姓名", "身份证号码", "补贴项目", "职业(工种)", "技能等级", "补贴的培训或证书日期", "金额(元)", "支付单位", "凭证或文号"),
        ("潘阿生", EXAMPLE_NUMBER, "", "电工", "", "2025-03-10", "1500.00", "州失业保险经办机构", ""),
        (
            "必填:身份证号码、职业(工种)、日期、金额;支付单位也可在导入时填写。",
            "职业(工种)填写名称或代码;目录之外的照写工种名称。没有相当的补贴项目、不分等级的留空。",
            "同一人、支付单位、工种、等级和日期为同一笔,重复导入不会重复。",
        ),
    ),
    SheetKind.TRAINING_WISHES: (
        "培训意愿名单",
        ("序号", "姓名", "身份证号码", "想学的职业(工种)", "意向乡镇(街道)", "起始日期", "截止日期"),
        ("潘阿生", EXAMPLE_NUMBER, "电工", county.here().examples.region_name, "", ""),
        (
            "必填:身份证号码、想学的职业(工种)。本人须已登记为学员。",
            "想学的职业(工种)填写名称或代码;目录之外的照写工种名称。",
            "意向乡镇(街道):想在哪里参加,不填为居住地;起始、截止日期:何时有空,随时可以的留空。",
        ),
    ),
    SheetKind.JOB_OFFERS: (
        "岗位推荐名单",
        ("序号", "姓名", "身份证号码", "班级编号", "推荐阶段", "用人单位", "岗位(工种)", "月工资(元)", "推荐日期", "推荐结果", "原因"),
        ("潘阿生", EXAMPLE_NUMBER, "", "培训后", "某电器有限公司", "电工", "4500.00", "2025-07-02", "接受", ""),
        (
            "必填:身份证号码、推荐阶段、用人单位、推荐日期。",
            "班级编号:一人上过几个班的填写,不填则为最近一个班;导入时选定班级的不必填。",
            "推荐结果:接受或不接受,不接受的写明原因;尚未答复的留空,以后再导入时补充。",
        ),
    ),
    SheetKind.INSTITUTIONS: (
        "机构名录",
        ("序号", "机构名称", "统一社会信用代码", "机构类别", "所在乡镇(街道)", "联系电话", "规模以上", "行业代码"),
        ("某农民专业合作社", EXAMPLE_USCC, "合作社", county.here().examples.region_name, "13885501234", "否", ""),
        (
            "必填:机构名称、统一社会信用代码、机构类别、所在乡镇(街道)。",
            "规模以上:今天是否规模以上企业,填是或否。银行账户不在本表填写。",
            "已登记的机构内容不同的,不会修改,请逐个核对。",
        ),
    ),
    SheetKind.ENTERPRISE_SURVEYS: (
        "企业调研表",
        (
            "序号",
            "企业名称",
            "统一社会信用代码",
            "年度",
            "调研日期",
            "技术工人数",
            "其中持证人数",
            "全员持证意愿",
            "技能人才需求",
            "年度培训计划",
            "说明",
        ),
        ("某机械有限公司", EXAMPLE_USCC, "2025", "2025-03-10", "120", "90", "愿意", "电工20人、焊工5人", "电工20人", ""),
        (
            "必填:统一社会信用代码、年度、调研日期、技术工人数、其中持证人数、全员持证意愿。企业须已登记。",
            "需求和计划写成“电工20人、焊工5人”的样子。",
            "一家企业一年一条;已登记的内容不同的,请在该条调研上更正。",
        ),
    ),
    SheetKind.PAST_CLASSES: (
        "往年培训台账",
        (
            *("序号", "原班级编号", "班级名称", "统一社会信用代码", "培训渠道", "职业(工种)", "技能等级", "开班日期", "结束日期", "课时"),
            *(
                "所在乡镇(街道)",
                "计入指标",
                "姓名",
                "身份证号码",
                "结业情况",
                "证书编号",
                "已付补贴金额(元)",
                "补贴项目",
                "支付单位",
                "凭证或文号",
            ),
        ),
        (
            *("2023-NY-017", "电工班", EXAMPLE_USCC, codes.label("channel", "project"), "电工", "", "2023-05-08", "2023-05-26", "120"),
            *(county.here().examples.region_name, "", "潘阿生", EXAMPLE_NUMBER, "结业", "", "1500.00", "", "州失业保险经办机构", ""),
        ),
        (
            "一人一行;同一班级各行的班级情况(名称、渠道、日期等)须一致。机构须已登记,已停办的也可以登记。",
            "必填:原班级编号、统一社会信用代码、培训渠道、开班日期、结束日期、课时、所在乡镇(街道)、姓名、身份证号码。",
            "计入指标:规划的指标代码,几个的用顿号隔开;按培训渠道、职业自动计入的不必填。",
            "一个班级整班导入;本班任何一行有错误的,整班不导入,更正后整表再次导入。",
            "已付补贴:当时发过的填写金额和支付单位,计入不得重复享受的范围;补贴项目与培训渠道相同的留空。没有发过的都留空。",
            "往年班级计入进度,不能申报补贴;整次导入可在往年数据中作废。",
        ),
    ),
}
PLACEMENTS: Final = (
    "在岗情况表",
    ("序号", "姓名", "公民身份号码", "订单编号", "用人单位", "所在区", "岗位", "入职日期", "在岗情况", "离职日期", "参保情况"),
    ("潘阿生", EXAMPLE_NUMBER, "", "某电器有限公司", "", "电工", "2025-07-02", "在岗", "", "已参保"),
    ("必填:公民身份号码、入职日期。", "已离职的必须填写离职日期;日期写成 2025-07-02 的样子。", "一人在几个订单上的,填写订单编号。"),
)
CERTIFICATES: Final = (
    "证书名单",
    ("序号", "姓名", "身份证号码", "证书种类", "证书编号", "职业(工种)", "技能等级", "发证日期", "发证机构", "证明材料"),
    (
        *(
            "潘阿生",
            EXAMPLE_NUMBER,
            "职业技能等级证书",
            f"Y0000{county.here().province_digits}000123254000001",
            "电工",
            "中级工",
            "2025-06-30",
        ),
        *("州职业技能鉴定中心", ""),
    ),
    (
        "必填:身份证号码、证书编号、发证日期、发证机构;职业技能等级证书和职业资格证书还须填写职业和等级。",
        "持证人须已登记为学员。证书编号按文本填写。",
        "证明材料不填的,以本次导入的表格为准。",
    ),
)
RESULTS: Final = (
    "成绩表",
    ("序号", "姓名", "身份证号码", "批次编号", "成绩", "是否合格"),
    ("潘阿生", EXAMPLE_NUMBER, "", "86.5", "合格"),
    (
        "必填:姓名、身份证号码、是否合格(合格、不合格或缺考)。",
        "批次编号:一人在几个未锁定的批次中的填写;导入时选定批次的不必填。",
        "成绩为 0 至 100 的分数,可留空。成绩锁定前可以改好再次导入。",
    ),
)
# Of other services, which read them; the empty sheets are given out in one place.
OTHERS: Final = {"placements": PLACEMENTS, CertificateSheetKind.CERTIFICATES: CERTIFICATES, CertificateSheetKind.RESULTS: RESULTS}
OtherKind = CertificateSheetKind | Literal["placements"]


def template(kind: SheetKind | OtherKind) -> bytes:
    """An .xlsx of the sheet, with drop-downs for its codes, and its instructions."""
    name, header, example, instructions = TEMPLATES[kind] if isinstance(kind, SheetKind) else OTHERS[kind]
    lines = [[str(number), line] for number, line in enumerate([*instructions, *EVERYWHERE], 1)]
    return write_book([Table(name, header, [[EXAMPLE_ORDER, *example]], choices(header)), Table("填表说明", ["序", "说明"], lines)])


def sign_in_sheet(days: Sequence[date], people: Sequence[tuple[str, str]]) -> bytes:
    """A class's own sign-in sheet: the names are there, and a cell for every half-day. A name and a masked number find the person again."""
    halves = [f"{on.year}年{on.month}月{on.day}日{half}" for on in days for half in ("上午", "下午")]
    header = ("序号", "姓名", "身份证号码", *halves)
    rows = [[str(number), *person] for number, person in enumerate(people, 1)]
    return write_book([Table("签到表", header, rows, choices(header))])


def choices(header: Sequence[str]) -> dict[str, Sequence[str]]:
    """The words that are offered below these headers."""
    known = reference.lists()
    partner = county.here().partner
    offered: dict[str, Sequence[str]] = {
        "性别": ("男", "女"),
        "户籍所在乡镇(街道)": [region.name for region in known.regions.values() if region.is_town],
        "人员类别": [category.name for category in known.categories.values()],
        "专职/兼职": ("专职", "兼职"),
        "状态": ("正常", "停发"),
        "就业形式": [label.zh for label in codes.labels("employment_kind").values()],
        "证明方式": [label.zh for label in codes.labels("evidence_grade").values()],
        "培训渠道": [label.zh for label in codes.labels("channel").values()],
        "结业情况": ("结业", "未参训", "中途退出"),
        "补贴项目": [label.zh for label in codes.labels("scheme").values()],
        "技能等级": [level.name for level in known.levels.values()],
        "证书种类": [label.zh for label in codes.labels("certificate_kind").values()],
        "是否合格": ("合格", "不合格", "缺考"),
        "所在区": [district.name for district in partner.districts],
        "在岗情况": ("在岗", "已离职"),
        "参保情况": ("已参保", "未参保"),
        "推荐阶段": [label.zh for label in codes.labels("job_offer_stage").values()],
        "推荐结果": ("接受", "不接受"),
        "机构类别": [label.zh for label in codes.labels("institution_kind").values()],
        "所在乡镇(街道)": [region.name for region in known.regions.values() if region.is_town],
        "规模以上": ("是", "否"),
        "全员持证意愿": [label.zh for label in codes.labels("survey_willingness").values()],
    }
    return {words: ("√", "×") if words.endswith(("上午", "下午")) else offered.get(words, ()) for words in header}
