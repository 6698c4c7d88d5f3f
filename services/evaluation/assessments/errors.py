"""What assessments can answer with."""

from services.evaluation.filings.errors import OutOfScope
from shared import access, errors


class SupervisionMissing(errors.Problem):
    code, status, title, title_en = "supervision_missing", 409, "没有督导记录", "No supervision record"
    cause, remedy = "逢考必督:没有督导记录的评价批次不能锁定成绩和发证。", "请先登记督导(/v1/assessments/{id}/supervision)。"


class ConflictOfInterest(errors.Problem):
    code, status, title, title_en = "conflict_of_interest", 409, "人员须回避", "Conflict of interest"
    cause, remedy = (
        "考生不能担任本批次的考评员;考评员和授课教师不能担任本批次的督导员。",
        "请改派其他人员。同名而不同人的,请在备案的人员中填写 trainee_id 加以区别。",
    )


REFUSALS: dict[str, type[errors.Problem]] = {
    "wrong_role": access.WrongRole,
    "invalid_state": errors.InvalidState,
    "supervision_missing": SupervisionMissing,
    "out_of_scope": OutOfScope,
}

errors.describe(
    "unknown_filing", "没有这份备案", "Unknown filing", cause="本单位没有这个编号的备案。", remedy="请在 /v1/filings 查询后填写。"
)
errors.describe(
    "unknown_candidate", "没有这名学员", "Unknown candidate", cause="考生的学员编号不存在。", remedy="请核对编号,或先登记学员。"
)
errors.describe("unknown_batch_class", "没有这个班级", "Unknown class", cause="班级编号不存在。", remedy="请核对班级编号,或不填。")
errors.describe(
    "not_own_worker",
    "不是本单位职工",
    "Not the body's own worker",
    cause="企业自主评价只面向本单位职工:用人单位为本单位,或由本单位登记为企业职工。",
    remedy="请先更正学员的用人单位或人员类别,或由社会培训评价组织评价。",
)
errors.describe(
    "not_a_filed_assessor",
    "不是备案的考评员",
    "Not an assessor of the filing",
    cause="证卡不在备案的考评人员之中。",
    remedy="请核对证卡编号。",
)
errors.describe(
    "not_a_filed_supervisor",
    "不是备案的督导员",
    "Not a supervisor of the filing",
    cause="证卡不在备案的督导人员之中。",
    remedy="请核对证卡编号。",
)
errors.describe("listed_twice", "列了两次", "Listed twice", cause="同一人或同一证卡在一个批次中只能列一次。", remedy="请删除重复的一项。")
errors.describe(
    "level_without_number",
    "该等级没有证书编号规则",
    "No certificate number for this level",
    cause="22 位证书编号只有五级(初级工)至一级(高级技师)。",
    remedy="学徒工、特级技师、首席技师的证书请另行登记。",
)
errors.describe(
    "not_a_candidate",
    "不是本批次的考生",
    "Not a candidate of this batch",
    cause="该学员不在本批次的考生名单中。",
    remedy="请核对学员编号。",
)
