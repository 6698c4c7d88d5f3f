"""Which certificates a caller sees: an institution those it issued, a person their own. A partner reaches certificates through placements only."""

from sqlalchemy import ColumnElement, false, true

from services.evaluation.certificates.tables import Certificate
from services.evaluation.known.conditions import ALIASES
from shared import access

READERS = access.OFFICES | {"institution", "person", "partner", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    if actor.role in access.SEES_ALL:
        return true()
    if actor.role == "institution" and actor.institution_id:
        return Certificate.issuer_institution_id == actor.institution_id
    if actor.role == "person" and actor.trainee_id:
        return ALIASES.among(Certificate.trainee_id, [actor.trainee_id])
    return false()
