"""Which enrolments a caller sees. A statement that uses it joins the enrolment with its class and its trainee, as merged."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes import visibility as classes
from services.registry.training.enrolments.tables import Enrolment
from shared.access import Actor

READERS = classes.READERS | {"person"}


def rows(actor: Actor) -> ColumnElement[bool]:
    """Those of the classes the caller sees; a town's also those of its own people elsewhere; a person's own."""
    if actor.role == "person" and actor.trainee_id:
        return ALIASES.among(Enrolment.trainee_id, [actor.trainee_id])
    if actor.role == "town" and actor.region_code:
        return or_(classes.rows(actor), town() == actor.region_code)
    return classes.rows(actor)


def classes_of(trainee_id: UUID) -> Select[Any]:
    """The classes a person is in, also as they were registered before."""
    return select(Enrolment.class_id).where(ALIASES.among(Enrolment.trainee_id, [trainee_id]))


def town() -> ColumnElement[str]:
    """The town the person-time counts in, or else the trainee's own."""
    return func.coalesce(Enrolment.counted_region_code, Trainee.region_code)
