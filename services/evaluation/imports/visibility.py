"""Which imports a caller sees: an institution its own, the bureau all of them."""

from sqlalchemy import ColumnElement, false, true

from services.evaluation.imports.tables import CertificateImport
from shared import access

READERS = access.OFFICES | {"institution", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    if actor.role in access.SEES_ALL:
        return true()
    if actor.role == "institution" and actor.institution_id:
        return CertificateImport.owner_institution_id == actor.institution_id
    return false()
