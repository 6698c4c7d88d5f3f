"""What assessments can answer with."""

from services.evaluation.filings.errors import BARS, OutOfScope, SamePerson
from shared import access, errors


class SupervisionMissing(errors.Problem):
    code, status = "supervision_missing", 409


class ConflictOfInterest(errors.Problem):
    code, status = "conflict_of_interest", 409


__all__ = ["REFUSALS", "ConflictOfInterest", "SamePerson", "SupervisionMissing"]

REFUSALS: dict[str, type[errors.Problem]] = {
    "wrong_role": access.WrongRole,
    "invalid_state": errors.InvalidState,
    "same_person": SamePerson,
    "supervision_missing": SupervisionMissing,
    "out_of_scope": OutOfScope,
} | BARS
