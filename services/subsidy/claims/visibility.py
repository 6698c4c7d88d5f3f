"""Who may see which claims: an applicant their own, a town those it entered, the office all."""

from sqlalchemy import ColumnElement, false, true

from services.subsidy.claims.conditions import ALIASES
from services.subsidy.claims.tables import Claim
from shared.access import SEES_MONEY, Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    if actor.role in SEES_MONEY:
        return true()
    if actor.role == "institution" and actor.institution_id:
        return Claim.institution_id == actor.institution_id
    if actor.role == "person" and actor.trainee_id:
        return ALIASES.among(Claim.trainee_id, [actor.trainee_id])
    if actor.role == "town" and actor.region_code:
        return Claim.on_behalf & (Claim.region_code == actor.region_code)
    return false()
