"""Which classes a caller sees."""

from sqlalchemy import ColumnElement, false, true

from services.registry.training.classes.tables import TrainingClass
from shared import access

READERS = access.STAFF | {"institution", "town", "department", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    """An institution sees its own, a town those in it, a department those it proposed."""
    if actor.role in access.SEES_ALL:
        return true()
    if actor.role == "institution" and actor.institution_id:
        return TrainingClass.institution_id == actor.institution_id
    if actor.role == "town" and actor.region_code:
        return TrainingClass.region_code == actor.region_code
    if actor.role == "department" and actor.department:
        return TrainingClass.department == actor.department
    return false()
