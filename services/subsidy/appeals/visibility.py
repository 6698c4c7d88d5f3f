"""Who may see which appeals: the office all; a person those about them, an institution and a town those that they made."""

from sqlalchemy import ColumnElement, false, true

from services.subsidy.claims.conditions import ALIASES
from services.subsidy.claims.tables import Appeal
from shared.access import SEES_MONEY, Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    if actor.role in SEES_MONEY:
        return true()
    if actor.role == "person" and actor.trainee_id:
        return ALIASES.among(Appeal.trainee_id, [actor.trainee_id])
    if actor.role == "institution" and actor.institution_id:
        return Appeal.institution_id == actor.institution_id
    if actor.role == "town" and actor.region_code:
        return Appeal.region_code == actor.region_code
    return false()
