"""Which measures a caller sees: the offices all, everybody else those against themselves."""

from sqlalchemy import ColumnElement, true

from services.registry.institutions.institutions.visibility import bound_to
from services.registry.institutions.measures.tables import Measure
from shared import access

READERS = access.STAFF | {"institution", "town", "department", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    return true() if actor.role in access.SEES_ALL or actor.role == "finance" else bound_to(actor, Measure)
