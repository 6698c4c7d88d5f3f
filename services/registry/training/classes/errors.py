"""What cannot be done with a class, each with its permanent code."""

from shared import errors


class ClassTooLong(errors.Problem):
    code, status, title, title_en = "class_too_long", 422, "班级天数超过该渠道的上限", "The class has more days than its channel allows"
    cause, remedy = "短平快农业种植养殖培训一个班最多三天,含首尾两天。", "请缩短起止日期,或分成几个班,或改选其他渠道。"


class TooEarly(errors.Problem):
    code, status, title, title_en = "too_early", 409, "还没有到可以办理的日期", "It is too early for this"
    cause, remedy = "开班不早于开始日期,结班晚于结束日期。", "请在到期后办理;日期有变的请先改期。"


class InstitutionBlacklisted(errors.Problem):
    code, status, title, title_en = "institution_blacklisted", 409, "机构在黑名单中", "The institution is blacklisted"
    cause, remedy = "培训机构在该班的培训日期内列入黑名单,不能新办补贴性培训班。", "请由其他机构承办,或在移出黑名单之后另定日期。"


class InstitutionNotDesignated(errors.Problem):
    code, status, title, title_en = "institution_not_designated", 409, "机构没有定点资格", "The institution is not designated"
    cause, remedy = "该渠道要求承办机构在全部培训日期内具有定点资格。", "请先由经办人员登记定点资格,或由定点机构承办。"


class DuplicateSession(errors.Problem):
    code, status, title, title_en = "duplicate_session", 409, "该半天已排课", "This half-day is already in the timetable"
    cause, remedy = "同一班级同一半天只能排一次课。", "请核对日期和上下午。"


errors.violates("class_sessions_half_day_key", DuplicateSession)

errors.describe(
    "unknown_institution", "没有该机构", "Unknown institution", cause="没有这个编号的机构。", remedy="请先登记机构,或核对编号。"
)
errors.describe(
    "unknown_occupation",
    "没有该职业代码",
    "Unknown occupation",
    cause="职业代码不在职业目录中。",
    remedy="请从 /v1/occupations 选择;目录之外的工种填写名称和州级备案号。",
)
errors.describe(
    "trade_missing",
    "没有说明培训职业或工种",
    "Neither occupation nor filed trade",
    cause="班级须有职业代码,或有工种名称和州级备案号。",
    remedy="请填写其一。",
)
errors.describe(
    "level_not_in_occupation",
    "该职业不设此等级",
    "The occupation has no such level",
    cause="所填等级不是该职业的等级。",
    remedy="请从 /v1/occupations 所列等级中选择。",
)
errors.describe(
    "unknown_teacher",
    "不是该机构的教师",
    "Not a teacher of the institution",
    cause="教师编号不属于承办机构。",
    remedy="请先在机构下登记教师。",
)
errors.describe(
    "outside_class_days",
    "不在培训日期内",
    "Outside the class's days",
    cause="日期不在班级的起止日期之内。",
    remedy="请核对日期;日期有变的请先改期。",
)
