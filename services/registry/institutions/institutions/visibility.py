"""Which institutions a caller sees, and which of the papers that are about an institution, a town or a department are their own."""

from typing import Any

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


def bound_to(actor: access.Actor, paper: Any) -> ColumnElement[bool]:
    """Of papers about one body those about the caller's own institution, town or department; nobody else has any."""
    bound = {
        "institution": (paper.institution_id, actor.institution_id),
        "town": (paper.region_code, actor.region_code),
        "department": (paper.department, actor.department),
    }
    column, own = bound.get(actor.role, (None, None))
    return column == own if own else false()
