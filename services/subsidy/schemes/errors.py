"""What schemes can answer with."""

from shared import errors


class TermsMissing(errors.Problem):
    code, status = "terms_missing", 422


class TermsDayTaken(errors.Problem):
    code, status = "terms_day_taken", 409


class SamePerson(errors.Problem):
    code, status = "same_person", 409


errors.violates("scheme_terms_published_key", TermsDayTaken)
