"""The problems and faults that claims can answer with."""

from services.subsidy.schemes.errors import SamePerson
from shared import access, errors


class ClaimOnHold(errors.Problem):
    code, status = "claim_on_hold", 409


class HeldLinesOpen(errors.Problem):
    code, status = "held_lines_open", 409


class NotYourClaim(errors.Problem):
    code, status = "not_your_claim", 403


# What the machine of states refuses with, by its code.
REFUSALS: dict[str, type[errors.Problem]] = {kind.code: kind for kind in (errors.InvalidState, SamePerson, access.WrongRole)}

errors.violates("entitlements_once_key", errors.Conflict)
