"""Which files a caller may read, whatever names them."""

from sqlalchemy import ColumnElement, and_, false, or_, true

from services.registry.files.tables import File
from shared import access


def rows(actor: access.Actor) -> ColumnElement[bool]:
    """The offices, who handle the papers that name it; the account that uploaded it; others of the same institution or town."""
    if actor.role in access.SEES_ALL:
        return true()
    own = [File.uploaded_by == actor.subject]
    if actor.role == "institution":
        own.append(and_(File.institution_id.is_not(None), File.institution_id == actor.institution_id))
    if actor.role == "town":
        own.append(and_(File.region_code.is_not(None), File.region_code == actor.region_code))
    return or_(false(), *own)
