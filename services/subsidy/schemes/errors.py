"""What schemes can answer with."""

from shared import access, errors


class TermsMissing(errors.Problem):
    code, status = "terms_missing", 422


class TermsDayTaken(errors.Problem):
    code, status = "terms_day_taken", 409


class SamePerson(errors.Problem):
    code, status = "same_person", 409


# What the machine of states refuses with, by its code.
REFUSALS: dict[str, type[errors.Problem]] = {kind.code: kind for kind in (errors.InvalidState, SamePerson, access.WrongRole)}

errors.violates("scheme_terms_published_key", TermsDayTaken)
