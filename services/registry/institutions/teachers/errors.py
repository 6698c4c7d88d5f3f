"""What the teachers' operations can refuse."""

from shared import errors


class DuplicateTeacher(errors.Problem):
    code, status, title, title_en = "duplicate_teacher", 409, "该教师已登记", "The teacher is already registered here"
    cause, remedy = "该教师在本机构已有在任记录,或有同日起任的记录。", "请修改 existing_id 所指的记录。"


errors.violates("teachers_from_on_key", DuplicateTeacher)
errors.violates("teachers_still_there_key", DuplicateTeacher)
