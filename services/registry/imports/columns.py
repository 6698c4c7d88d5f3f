"""The words by which offices name the columns of their sheets. What a header says once spaces, line breaks, units and remarks in brackets are gone."""

from typing import Final

from shared.sheets.finding import Words

NOT_THE_PERSON: Final = r"(?!.*(?:父|母|户主|监护|配偶|家长|联系人|紧急|推荐|收款|开户|单位|公司|机构))"
WORDS: Final = Words(
    headers={
        "order": r"序号|编号|序|号|顺序号|no\.?",
        "name": NOT_THE_PERSON + r".*姓名",
        "id_number": NOT_THE_PERSON + r"(?!.*(?:类型|类别|种类|有效|地址|住址|复印)).*(?:身份证|身份号码|证件号).*",
        "sex": r"性别",
        "bank_account": r"(?!.*(?:开户|名称|户名)).*(?:银行卡|账号|帐号|账户|卡号).*",
        "phone": NOT_THE_PERSON + r".*(?:电话|手机|联系方式|联系号码).*",
        "address": NOT_THE_PERSON + r"(?!户籍|户口).*(?:住址|地址|居住地|住所)",
        "region": NOT_THE_PERSON + r"(?!.*(?:性质|类别|类型|培训)).*(?:户籍|户口|乡镇|镇街|街道|镇|行政区划|所属区域).*",
        "employment": r".*(?:专兼职|专职|教师类别|教师类型|聘用方式|聘用形式|用工形式|任职形式|聘任方式).*",
        "village": r"(?:所在|行政)?(?:村|社区)(?:名称|居|委会|社区)*",
        "insurance": r"险种.*|保险类型|养老保险类型",
        "state": r".*(?:待遇|发放|参保|在册|学籍|人员)状态|状态",
        "category": r"(?!.*(?:证件|户籍|户口|培训类|工种|单位|险|教师)).*(?:类别|人员类型|对象类型|身份类型|人员分类|人员性质)",
        "education": r".*(?:文化程度|学历|教育程度).*",
        "qualification": r".*(?:资格|职称|资质|证书名称).*",
        "stopped": r".*(?:停发|停保|停止).*(?:年月|日期|时间)",
        "until": r".*(?:结束|截止|截至|终止|到期|离职|毕业|解聘|离校).*(?:年月|日期|时间|日)|.*期止|至",
        "from": r"(?!.*(?:出生|填报|填表|培训)).*(?:开始|起始|起|认定|聘用|聘任|任职|受聘|入职|入学|领取|参保|死亡|首次|享受).*(?:年月|日期|时间|日)|.*期起|起始?|自",
        "scheme": r".*(?:补贴项目|补贴类别|补贴名称|补贴种类).*",
        "occupation": r".*(?:职业|工种)(?:名称|代码)?.*",
        "level": r".*(?:技能等级|职业等级|证书等级|级别)|等级",
        "on": r".*(?:发放|支付|补贴|开班|发证|核发|拨付).*(?:日期|时间|日)",
        "amount": r".*(?:金额|补贴额|元).*",
        "source": r".*(?:发放|支付|拨付|来源).*(?:单位|机构|部门)|来源",
        "document": r".*(?:文号|凭证|批次号).*",
    },
    called={
        "name": "姓名",
        "id_number": "身份证号码",
        "region": "户籍所在乡镇(街道)",
        "from": "起始日期",
        "employment": "专职/兼职",
        "on": "补贴的培训或证书日期",
        "amount": "金额",
        "occupation": "职业(工种)",
    },
    instead={"region": "address"},  # an office that lists no town lists the address the town stands in
)

# A list of the work that people had or found: who employs them is told beside who they are.
WORK_WORDS: Final = Words(
    headers={
        **{name: WORDS.headers[name] for name in ("order", "name", "id_number")},
        "class_number": r".*班级?(?:编号|号)|.*培训班.*(?:编号|号)",
        "until": r".*(?:离职|离岗|离开|结束|截止|截至|终止).*(?:年月|日期|时间|日)|至",
        "from": r".*(?:就业|入职|上岗|到岗|创业|开始|起始).*(?:年月|日期|时间|日)|自",
        "kind": r".*(?:就业|从业).*(?:形式|方式|类型|类别|去向|情况|渠道)",
        "grade": r".*(?:证据|证明|凭证|佐证).*(?:等级|类型|方式|种类|形式)",
        "proof": r".*(?:证明|佐证|凭证).*(?:材料|文件|编号)?|依据",
        "employer": r"(?!.*(?:信用|代码|电话|地址)).*(?:用人单位|用工单位|就业单位|工作单位|单位名称|企业名称|企业|单位|雇主).*",
    },
    called={"id_number": "身份证号码", "from": "就业日期"},
)

# Classes of past years, a row each person of them: of the class what every row of it says, of the person what became of them and what was paid.
PAST_WORDS: Final = Words(
    headers={
        **{name: WORDS.headers[name] for name in ("order", "id_number", "scheme", "source", "document")},
        "name": NOT_THE_PERSON + r"(?!.*(?:班级|班次)).*姓名",
        "class_number": WORK_WORDS.headers["class_number"],
        "class_name": r".*(?:班级|班次|培训班)(?:名称)?",
        "uscc": r".*(?:信用代码|统一代码).*",
        "channel": r".*(?:培训渠道|培训类别|培训类型|培训项目)",
        "region": r".*(?:乡镇|镇街|街道|培训地点|所在地).*",
        "occupation": r".*(?:职业|工种)(?:名称|代码)?.*",
        "level": r".*(?:技能等级|职业等级|培训等级)|等级",
        "starts": r".*(?:开班|开始|起始).*(?:日期|时间|日)",
        "ends": r".*(?:结束|结班|结业|截止).*(?:日期|时间|日)",
        "hours": r".*(?:课时|学时).*",
        "programmes": r".*计入.*指标.*|指标代码",
        "outcome": r".*(?:结业情况|培训结果|结果|是否结业)",
        "certificate": r".*证书.*(?:编号|号码|号)",
        "amount": r".*(?:金额|补贴额|元).*",
    },
    called={
        "class_number": "原班级编号",
        "uscc": "统一社会信用代码",
        "starts": "开班日期",
        "ends": "结束日期",
        "id_number": "身份证号码",
        "name": "姓名",
        "channel": "培训渠道",
    },
)

# Work that was offered to people of a class.
OFFER_WORDS: Final = Words(
    headers={
        **{name: WORK_WORDS.headers[name] for name in ("order", "name", "id_number", "class_number", "employer")},
        "stage": r".*阶段",
        "occupation": r".*(?:职业|工种|岗位)(?:名称|代码)?",
        "amount": r".*(?:工资|薪资|月薪|待遇).*",
        "on": r".*推荐.*(?:日期|时间|日)",
        "result": r".*(?:结果|意见|是否接受)",
        "reason": r".*(?:原因|理由)",
    },
    called={"id_number": "身份证号码", "employer": "用人单位", "on": "推荐日期", "stage": "推荐阶段"},
)

# Institutions, and what enterprises said of their workers.
_BODY: Final = {
    "order": WORDS.headers["order"],
    "uscc": r".*(?:信用代码|统一代码).*",
    "name": r"(?!.*(?:类别|类型|性质|代码|电话)).*(?:机构|单位|企业|学校|公司)(?:名称|全称)?|名称",
    "phone": r".*(?:电话|手机|联系方式).*",
}
INSTITUTION_WORDS: Final = Words(
    headers={
        **_BODY,
        "kind": r".*(?:类别|类型|性质)",
        "region": r".*(?:乡镇|镇街|街道|所在地|地址).*",
        "above_scale": r".*规(?:模以)?上.*",
        "industry": r".*行业.*代码.*",
    },
    called={"name": "机构名称", "uscc": "统一社会信用代码", "kind": "机构类别", "region": "所在乡镇(街道)"},
)
SURVEY_WORDS: Final = Words(
    headers={
        **_BODY,
        "year": r".*年度|年份",
        "on": r".*调研.*(?:日期|时间|日)",
        "certified": r".*持证.*(?:人数|工人|职工).*",
        "technical": r".*技术工人.*",
        "willingness": r".*意愿.*",
        "needs": r".*需求.*",
        "plan": r".*培训计划.*",
        "note": r"说明|备注",
    },
    called={
        "uscc": "统一社会信用代码",
        "year": "年度",
        "on": "调研日期",
        "technical": "技术工人数",
        "certified": "其中持证人数",
        "willingness": "全员持证意愿",
    },
)
