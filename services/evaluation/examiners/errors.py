"""What the register of examiners can answer with."""

from shared import access, errors


class DuplicateExaminer(errors.Problem):
    code, status = "duplicate_examiner", 409


REFUSALS: dict[str, type[errors.Problem]] = {"wrong_role": access.WrongRole, "invalid_state": errors.InvalidState}
