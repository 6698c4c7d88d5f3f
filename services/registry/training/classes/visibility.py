"""Which classes a caller sees."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, false, literal, or_, true

from services.registry.reference import policy as reference
from services.registry.reference.facts import Led
from services.registry.training.classes import conditions
from services.registry.training.classes.tables import TrainingClass
from shared import access

READERS = access.OFFICES | {"institution", "town", "department", "system"}
ATTENDERS = READERS | {"person"}  # who may read the class itself and its timetable, and nothing of who else is in it
_attended: list[Callable[[UUID], Select[Any]]] = []


def rows(actor: access.Actor) -> ColumnElement[bool]:
    """An institution sees its own, a town those in it, a department those it proposed and those of the programmes it leads, a person those they are in."""
    if actor.role in access.SEES_ALL:
        return true()
    if actor.role == "institution" and actor.institution_id:
        return TrainingClass.institution_id == actor.institution_id
    if actor.role == "town" and actor.region_code:
        return TrainingClass.region_code == actor.region_code
    if actor.role == "department" and actor.department:
        return or_(TrainingClass.department == actor.department, _led(actor.department))
    if actor.role == "person" and actor.trainee_id:
        return TrainingClass.id.in_(_attended[0](actor.trainee_id))
    return false()


def may_act(actor: access.Actor, proposed_by: str | None) -> bool:
    """A department acts on the classes it proposed; those of its programmes it reads."""
    return actor.role != "department" or proposed_by == actor.department


def acted_on(actor: access.Actor) -> ColumnElement[bool]:
    """Of those the caller sees, the ones of which `may_act` holds."""
    return TrainingClass.department == actor.department if actor.role == "department" else rows(actor)


def _led(department: str) -> ColumnElement[bool]:
    led = reference.lists().led_by.get(department, Led())
    return conditions.counted(*(literal(list(codes), ARRAY(Text)) for codes in (led.programmes, led.channels, led.occupations)))


def attended_as(classes_of: Callable[[UUID], Select[Any]]) -> None:
    """Who keeps enrolments says which classes a person is in: their ids, of a trainee's id (`app`)."""
    _attended[:] = [classes_of]
