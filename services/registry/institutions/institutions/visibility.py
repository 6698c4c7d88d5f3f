"""Which institutions a caller sees."""

from sqlalchemy import ColumnElement, false, true

from services.registry.institutions.institutions.tables import Institution
from shared import access

SEES_ALL = access.SEES_ALL | {"department"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    """Institutions see themselves, a town those in it."""
    if actor.role in SEES_ALL:
        return true()
    if actor.role == "institution":
        return Institution.id == actor.institution_id
    return Institution.region_code == actor.region_code if actor.role == "town" else false()
