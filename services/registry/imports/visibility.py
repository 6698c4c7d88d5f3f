"""Which imports a caller sees."""

from sqlalchemy import ColumnElement, false, true

from services.registry.imports.tables import Import
from shared import access

READERS = access.OFFICES | {"institution", "town", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    """An institution's and a town's own; all for staff."""
    if actor.role in access.OFFICES or actor.role == "system":
        return true()
    if actor.role == "institution" and actor.institution_id:
        return Import.owner_institution_id == actor.institution_id
    if actor.role == "town" and actor.region_code:
        return Import.owner_region_code == actor.region_code
    return false()
