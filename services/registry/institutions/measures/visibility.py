"""Which measures a caller sees: the offices all, everybody else those against themselves."""

from sqlalchemy import ColumnElement, false, true

from services.registry.institutions.measures.tables import Measure
from shared import access

READERS = access.STAFF | {"institution", "town", "department", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    if actor.role in access.SEES_ALL or actor.role == "finance":
        return true()
    bound = {"institution": (Measure.institution_id, actor.institution_id), "town": (Measure.region_code, actor.region_code)}
    column, own = bound.get(actor.role, (Measure.department, actor.department))
    return column == own if own else false()
