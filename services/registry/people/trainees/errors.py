"""What the trainees' operations can refuse, and the faults a person's data can have."""

from shared import errors


class DuplicateTrainee(errors.Problem):
    code, status, title, title_en = "duplicate_trainee", 409, "该证件号码已登记", "The ID number is already registered"
    cause, remedy = "同一证件号码已有学员。", "请使用 existing_id 所指的学员,不要重复登记。"


class TraineeMerged(errors.Problem):
    code, status, title, title_en = "trainee_merged", 410, "该学员已并入另一学员", "The trainee was merged into another"
    cause, remedy = "同一人曾登记两次,本记录已并入另一条。", "请改用 merged_into 所指的学员。"


errors.violates("trainees_id_number_key", DuplicateTrainee)

errors.describe(
    "overlapping_category",
    "同一类别的时段重叠",
    "Periods of one category overlap",
    cause="同一人员类别有两段时间重叠。",
    remedy="请合并为一段,或改正起止日期。",
)
errors.describe(
    "unknown_employer", "没有这个用人单位", "Unknown employer", cause="employer_id 不是已登记的机构。", remedy="请先登记该单位,或改正编号。"
)
errors.describe("unknown_trainee", "没有这个学员", "Unknown trainee", cause="所填的学员编号不存在或已并入他人。", remedy="请核对学员编号。")
errors.describe(
    "duplicate_item", "同一批中重复", "Twice in one batch", cause="同一批中有两项是同一对象,以第一项为准。", remedy="请删去后一项。"
)
