"""Which certificates a caller sees: an institution those it issued, those from its classes and those of its workers, a person their own. A partner reaches
certificates through placements only."""

from sqlalchemy import ColumnElement, false, or_, true

from services.evaluation.certificates.tables import Certificate
from services.evaluation.known.conditions import ALIASES
from shared import access

READERS = access.OFFICES | {"institution", "person", "partner", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    if actor.role in access.SEES_ALL:
        return true()
    if actor.role == "institution" and actor.institution_id:
        concerned = (Certificate.issuer_institution_id, Certificate.school_id, Certificate.employer_id)
        return or_(*(each == actor.institution_id for each in concerned))
    if actor.role == "person" and actor.trainee_id:
        return ALIASES.among(Certificate.trainee_id, [actor.trainee_id])
    return false()
