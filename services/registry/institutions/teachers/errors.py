"""What the teachers' operations can refuse."""

from shared import errors


class DuplicateTeacher(errors.Problem):
    code, status = "duplicate_teacher", 409


errors.violates("teachers_from_on_key", DuplicateTeacher)
errors.violates("teachers_still_there_key", DuplicateTeacher)
