"""What cannot be done with an enrolment, each with its permanent code."""

from shared import errors


class DuplicateEnrolment(errors.Problem):
    code, status, title, title_en = "duplicate_enrolment", 409, "该学员已在本班", "The trainee is enrolled already"
    cause, remedy = "同一学员在同一班级只能报名一次。", "请使用 existing_id 所指的报名记录。"


class ClassFull(errors.Problem):
    code, status, title, title_en = "class_full", 409, "班级人数已满", "The class is full"
    cause, remedy = "报名人数已达到班级的人数上限。", "请改报其他班级,或有人退出后再报名。"


errors.violates("enrolments_trainee_key", DuplicateEnrolment)
