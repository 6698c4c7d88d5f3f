"""How supervision tasks stand on a day, in SQL."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from services.registry.codes import SupervisionTaskStatus as Status
from services.registry.institutions.supervision_tasks.tables import SupervisionTask
from shared.history import end_of


def overdue(today: date) -> ColumnElement[bool]:
    """Its day is past and nobody has answered."""
    return and_(SupervisionTask.status == Status.OPEN, SupervisionTask.due_on < today)


def stood(on: date) -> ColumnElement[bool]:
    """Given by the end of that day, and then neither closed nor cancelled."""
    end = end_of(on)
    ended = SupervisionTask.status.in_((Status.CLOSED, Status.CANCELLED))
    return and_(SupervisionTask.asked_at < end, or_(~ended, SupervisionTask.changed_at >= end))


def unanswered(on: date) -> ColumnElement[bool]:
    """By the end of that day."""
    return or_(SupervisionTask.status == Status.OPEN, SupervisionTask.answered_at >= end_of(on))
