"""Whose attendance a caller sees of a class that they see."""

from sqlalchemy import ColumnElement, true

from services.registry.people.trainees.conditions import ALIASES
from services.registry.training.attendance.tables import Attendance
from shared.access import Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    """A person their own, also as they were registered before; all others everyone's."""
    if actor.role == "person" and actor.trainee_id:
        return ALIASES.among(Attendance.trainee_id, [actor.trainee_id])
    return true()
