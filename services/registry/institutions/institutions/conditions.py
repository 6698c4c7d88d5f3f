"""Whether an institution takes part on a day, in SQL: what lists, papers and counts share."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, or_, select

from services.registry.codes import InstitutionStatus
from services.registry.institutions.institutions.tables import Absence, Institution


def status(on: date | ColumnElement[date]) -> ColumnElement[str]:
    """As `policy.status_on`: gone before suspended (in the order of the alphabet), else taking part."""
    return func.coalesce(_absent(Absence.kind, on), InstitutionStatus.ACTIVE, type_=Text)


def reason(on: date | ColumnElement[date]) -> ColumnElement[str | None]:
    """Why it takes no part."""
    return _absent(Absence.reason, on)


def _absent(column: Any, on: date | ColumnElement[date]) -> ColumnElement[Any]:
    holds = and_(
        Absence.from_on <= on,
        or_(Absence.until_on.is_(None), Absence.until_on >= on),
        or_(Absence.reinstated_on.is_(None), Absence.reinstated_on > on),
    )
    first = select(column).where(Absence.institution_id == Institution.id, holds).order_by(Absence.kind, Absence.from_on)
    return first.limit(1).scalar_subquery()
