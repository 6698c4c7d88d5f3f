"""Which assessments a caller sees."""

from sqlalchemy import ColumnElement, false, true

from services.evaluation.assessments.tables import Assessment
from shared import access

READERS = access.OFFICES | {"institution", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    if actor.role in access.SEES_ALL:
        return true()
    if actor.role == "institution" and actor.institution_id:
        return Assessment.institution_id == actor.institution_id
    return false()
