"""What filings can answer with. `same_person` is worded as everywhere: the code means one thing in the whole system."""

from shared import access, errors


class SamePerson(errors.Problem):
    code, status = "same_person", 409


class RenewalTooEarly(errors.Problem):
    code, status = "renewal_too_early", 409


class OutOfScope(errors.Problem):
    code, status = "out_of_scope", 409


class NumberPrefixTaken(errors.Problem):
    code, status = "number_prefix_taken", 409


REFUSALS: dict[str, type[errors.Problem]] = {
    "wrong_role": access.WrongRole,
    "invalid_state": errors.InvalidState,
    "same_person": SamePerson,
    "renewal_too_early": RenewalTooEarly,
}
