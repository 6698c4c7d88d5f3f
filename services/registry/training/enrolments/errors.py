"""What cannot be done with an enrolment, each with its permanent code."""

from shared import errors


class DuplicateEnrolment(errors.Problem):
    code, status = "duplicate_enrolment", 409


class ClassFull(errors.Problem):
    code, status = "class_full", 409


class DuplicateEmployment(errors.Problem):
    code, status = "duplicate_employment", 409


errors.violates("employments_from_on_key", DuplicateEmployment)
errors.violates("enrolments_trainee_key", DuplicateEnrolment)
