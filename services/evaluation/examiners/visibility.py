"""Who sees which examiners: the offices all; a body those that were verified, of whom it draws its teams, and those its own filings named."""

from sqlalchemy import ColumnElement, false, or_, true

from services.evaluation.examiners.tables import Examiner
from shared import access

READERS = access.OFFICES | {"institution", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    if actor.role in access.SEES_ALL:
        return true()
    if actor.role == "institution" and actor.institution_id:
        return or_(Examiner.verified, Examiner.institution_id == actor.institution_id)
    return false()
