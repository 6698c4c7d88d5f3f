"""Whether an institution takes part on a day, in SQL: what lists, papers and counts share."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression, Text, and_, exists, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from services.registry.codes import InstitutionKind, InstitutionStatus
from services.registry.institutions.institutions.tables import Absence, Blacklisting, Designation, Institution

_DAYS = "(@.from_on == null || @.from_on <= $on) && (@.until_on == null || @.until_on >= $on)"
HOLDS = literal(f"$[*] ? ({_DAYS})", JSONPATH)
MARKED = literal(f"$[*] ? (@.code == $code && {_DAYS})", JSONPATH)


def status(on: date | SQLColumnExpression[date]) -> ColumnElement[str]:
    """As `policy.status_on`: gone before suspended (in the order of the alphabet), else taking part."""
    return func.coalesce(_absent(Absence.kind, on), InstitutionStatus.ACTIVE, type_=Text)


def has_status(statuses: Collection[str], on: date) -> ColumnElement[bool]:
    """The same as a condition: looked up from the few that are away, and not for each institution."""
    away, gone = exists().where(Absence.institution_id == Institution.id, absent(on)), exited(on)
    each = {InstitutionStatus.EXITED: gone, InstitutionStatus.SUSPENDED: away & ~gone, InstitutionStatus.ACTIVE: ~away}
    return or_(*(each[InstitutionStatus(status)] for status in statuses))


def exited(on: date) -> ColumnElement[bool]:
    return exists().where(Absence.institution_id == Institution.id, absent(on), Absence.kind == InstitutionStatus.EXITED)


def reason(on: date | ColumnElement[date]) -> ColumnElement[str | None]:
    """Why it takes no part."""
    return _absent(Absence.reason, on)


def designated(on: date) -> ColumnElement[bool]:
    return exists().where(Designation.institution_id == Institution.id, Designation.from_on <= on, Designation.to_on >= on)


def holding(facts: Any, on: date | SQLColumnExpression[date]) -> ColumnElement[bool]:
    """Whether one of an institution's dated facts (a column of `tables`) holds on the day."""
    day = func.jsonb_build_object("on", func.to_char(on, "YYYY-MM-DD") if isinstance(on, ColumnElement) else str(on))
    return func.jsonb_path_exists(facts, HOLDS, day, type_=Boolean)


def above_scale(on: date) -> ColumnElement[bool]:
    return and_(text("scale_periods <> '[]'::jsonb"), holding(Institution.scale_periods, on))


def marked(code: str, on: date) -> ColumnElement[bool]:
    day = func.jsonb_build_object("on", str(on), "code", str(code))
    return and_(Institution.marks.contains([{"code": str(code)}]), func.jsonb_path_exists(Institution.marks, MARKED, day, type_=Boolean))


def exempted(on: date) -> ColumnElement[list[str]]:
    """Why it need not file on the day."""
    day = func.jsonb_build_object("on", str(on))
    return func.jsonb_path_query_array(Institution.filing_exemptions, literal(f"$[*] ? ({_DAYS}).reason", JSONPATH), day, type_=JSONB)


def must_file(on: date) -> ColumnElement[bool]:
    """As `policy.filing_eligible`: above-scale enterprises that take part and are not exempt."""
    return and_(Institution.kind == InstitutionKind.ENTERPRISE, above_scale(on), ~exited(on), ~holding(Institution.filing_exemptions, on))


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
    first = select(column).where(Absence.institution_id == Institution.id, absent(on)).order_by(Absence.kind, Absence.from_on)
    return first.limit(1).scalar_subquery()


def absent(on: date | SQLColumnExpression[date]) -> ColumnElement[bool]:
    """Whether an absence holds on the day."""
    return and_(
        Absence.from_on <= on,
        or_(Absence.until_on.is_(None), Absence.until_on >= on),
        or_(Absence.reinstated_on.is_(None), Absence.reinstated_on > on),
    )
