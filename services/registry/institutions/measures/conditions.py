"""When a measure stands against a body, in SQL."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from services.registry.codes import MeasureKind
from services.registry.institutions.measures.tables import Measure


def against(institution_id: Any, region_code: Any, department: Any) -> ColumnElement[bool]:
    """A class's: its institution, its town or the department that proposed it. Nobody, as where no department did, is no body."""
    bodies = ((Measure.institution_id, institution_id), (Measure.region_code, region_code), (Measure.department, department))
    return or_(*(column == body for column, body in bodies if body is not None))


def covers(on: Any) -> ColumnElement[bool]:
    return and_(Measure.voided_at.is_(None), Measure.from_on <= on, or_(Measure.until_on.is_(None), Measure.until_on >= on))


def supported_no_more(institution_id: Any, region_code: Any, department: Any, on: Any) -> ColumnElement[bool]:
    """Whether nothing new of theirs is supported on the day."""
    return exists().where(Measure.kind == MeasureKind.SUPPORT_STOPPED, covers(on), against(institution_id, region_code, department))
