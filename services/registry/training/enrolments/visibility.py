"""Which enrolments a caller sees. A statement that uses it joins the enrolment with its class."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from services.registry.people.trainees.conditions import ALIASES
from services.registry.training.classes import visibility as classes
from services.registry.training.enrolments.tables import Enrolment
from shared.access import Actor

READERS = classes.READERS | {"person"}


def rows(actor: Actor) -> ColumnElement[bool]:
    """Those of the classes the caller sees; a town's also those of its own people elsewhere; a person's own."""
    if actor.role == "person" and actor.trainee_id:
        return ALIASES.among(Enrolment.trainee_id, [actor.trainee_id])
    if actor.role == "institution" and actor.institution_id:
        return Enrolment.institution_id == actor.institution_id
    if actor.role == "town" and actor.region_code:
        return or_(Enrolment.class_region_code == actor.region_code, Enrolment.region_code == actor.region_code)
    return classes.rows(actor)


def elsewhere(actor: Actor, class_town: str | None) -> bool:
    """Whether a town sees its own person in a class of another's, and not that class."""
    return actor.role == "town" and class_town != actor.region_code


def classes_of(trainee_id: UUID) -> Select[Any]:
    """The classes a person is in, also as they were registered before."""
    return select(Enrolment.class_id).where(ALIASES.among(Enrolment.trainee_id, [trainee_id]))
