"""Which training wishes a caller sees. A statement that uses it joins the wish with its trainee, as merged."""

from sqlalchemy import ColumnElement, or_

from services.registry.people.trainees import visibility as trainees
from services.registry.people.trainees.tables import Trainee
from services.registry.training.training_wishes.tables import TrainingWish
from shared import access

READERS = access.OFFICES | {"town", "person", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    """A person's own; a town's those of its people, and those of whoever wishes to learn there."""
    if actor.role == "town":
        return or_(Trainee.region_code == actor.region_code, TrainingWish.region_code == actor.region_code)
    return trainees.rows(actor)
