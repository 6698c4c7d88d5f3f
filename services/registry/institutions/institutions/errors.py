"""What the institutions' operations can refuse."""

from shared import errors


class DuplicateInstitution(errors.Problem):
    code, status, title, title_en = "duplicate_institution", 409, "该机构已登记", "The institution is already registered"
    cause, remedy = "同一统一社会信用代码已有机构。", "请使用 existing_id 所指的机构。"


class DesignationOverlaps(errors.Problem):
    code, status, title, title_en = "designation_overlaps", 409, "定点期限重叠", "The designation overlaps another"
    cause, remedy = "该机构在所填期限内已有定点资格。", "请改正起止日期,使其不与已有期限重叠。"


class AlreadyBlacklisted(errors.Problem):
    code, status, title, title_en = "already_blacklisted", 409, "该机构已在黑名单", "The institution is already blacklisted"
    cause, remedy = "所填日期内该机构已列入黑名单。", "请先办理信用修复,或改正日期。"


class DuplicateTeacher(errors.Problem):
    code, status, title, title_en = "duplicate_teacher", 409, "该教师已登记", "The teacher is already registered here"
    cause, remedy = "该教师在本机构已有在任记录,或有同日起任的记录。", "请修改 existing_id 所指的记录。"


class DuplicateRating(errors.Problem):
    code, status, title, title_en = "duplicate_rating", 409, "该年度已有评估结果", "The year is already rated"
    cause, remedy = "同一机构一年只有一个评估结果。", "请核对年度。"


class DuplicateYearlyReport(errors.Problem):
    code, status, title, title_en = "duplicate_yearly_report", 409, "该年度已报", "The year is already reported"
    cause, remedy = "同一机构一年只有一份年度报告。", "请用 PUT 更正该年度的报告。"


for constraint, problem in (
    ("institutions_uscc_key", DuplicateInstitution), ("designations_from_on_key", DesignationOverlaps), ("teachers_from_on_key", DuplicateTeacher),
    ("teachers_still_there_key", DuplicateTeacher), ("ratings_year_key", DuplicateRating), ("yearly_reports_year_key", DuplicateYearlyReport),
):  # fmt: skip
    errors.violates(constraint, problem)
