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


errors.violates("institutions_uscc_key", DuplicateInstitution)
errors.violates("designations_from_on_key", DesignationOverlaps)
