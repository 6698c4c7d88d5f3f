"""What filings can answer with. `same_person` is worded as everywhere: the code means one thing in the whole system."""

from services.evaluation.clients import NOT_TOLD
from shared import access, errors


class SamePerson(errors.Problem):
    code, status = "same_person", 409


class RenewalTooEarly(errors.Problem):
    code, status = "renewal_too_early", 409


class OutOfScope(errors.Problem):
    code, status = "out_of_scope", 409


class FilingInForce(errors.Problem):
    code, status = "filing_in_force", 409


class InstitutionSuspended(errors.Problem):
    code, status = "institution_suspended", 409


class InstitutionExited(errors.Problem):
    code, status = "institution_exited", 409


class InstitutionBlacklisted(errors.Problem):
    code, status = "institution_blacklisted", 409


class NumberPrefixTaken(errors.Problem):
    code, status = "number_prefix_taken", 409


BARRED = (InstitutionSuspended, InstitutionExited, InstitutionBlacklisted)
BARS: dict[str, type[errors.Problem]] = {each.code: each for each in (*BARRED, *NOT_TOLD)}
REFUSALS: dict[str, type[errors.Problem]] = {
    "wrong_role": access.WrongRole,
    "invalid_state": errors.InvalidState,
    "same_person": SamePerson,
    "renewal_too_early": RenewalTooEarly,
} | BARS
