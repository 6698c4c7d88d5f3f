"""Which supervision tasks a caller sees: the offices all, everybody else their own."""

from sqlalchemy import ColumnElement, true

from services.registry.institutions.institutions.visibility import bound_to
from services.registry.institutions.supervision_tasks.policy import ASKED
from services.registry.institutions.supervision_tasks.tables import SupervisionTask
from shared import access

READERS = access.OFFICES | ASKED


def rows(actor: access.Actor) -> ColumnElement[bool]:
    return true() if actor.role in access.SEES_ALL else bound_to(actor, SupervisionTask)
