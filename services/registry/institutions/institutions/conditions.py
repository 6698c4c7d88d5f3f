"""Whether an institution takes part on a day, in SQL: what lists, papers and counts share."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, and_, exists, func, or_, select

from services.registry.codes import InstitutionStatus
from services.registry.institutions.institutions.tables import Absence, Blacklisting, Designation, Institution


def status(on: date | SQLColumnExpression[date]) -> ColumnElement[str]:
    """As `policy.status_on`: gone before suspended (in the order of the alphabet), else taking part."""
    return func.coalesce(_absent(Absence.kind, on), InstitutionStatus.ACTIVE, type_=Text)


def reason(on: date | ColumnElement[date]) -> ColumnElement[str | None]:
    """Why it takes no part."""
    return _absent(Absence.reason, on)


def designated(on: date) -> ColumnElement[bool]:
    return exists().where(Designation.institution_id == Institution.id, Designation.from_on <= on, Designation.to_on >= on)


def barred(first: SQLColumnExpression[date], last: SQLColumnExpression[date]) -> ColumnElement[bool]:
    """Whether a class from its first day to its last is not to be held: blacklisted on one of them, or suspended or gone on the first."""
    listed = exists().where(
        Blacklisting.institution_id == Institution.id,
        Blacklisting.from_on <= last,
        or_(Blacklisting.until_on.is_(None), Blacklisting.until_on >= first),
        or_(Blacklisting.reinstated_on.is_(None), Blacklisting.reinstated_on > first),
    )
    return or_(listed, status(first) != InstitutionStatus.ACTIVE)


def _absent(column: Any, on: date | SQLColumnExpression[date]) -> ColumnElement[Any]:
    holds = and_(
        Absence.from_on <= on,
        or_(Absence.until_on.is_(None), Absence.until_on >= on),
        or_(Absence.reinstated_on.is_(None), Absence.reinstated_on > on),
    )
    first = select(column).where(Absence.institution_id == Institution.id, holds).order_by(Absence.kind, Absence.from_on)
    return first.limit(1).scalar_subquery()
