"""When a completed enrolment counts as employed (就业): a condition in SQL, the same for the count and for the list of those counted."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy import ARRAY, ColumnElement, Date, Integer, Text, any_, cast, exists, func, literal, or_

from services.registry.following.tables import KnownPlacement
from services.registry.training.enrolments.afterwards import person
from services.registry.training.enrolments.tables import Employment, Enrolment
from shared import errors, wire

KINDS = r"(employer|flexible|self_employed|farming)"


def window_end(within_months: ColumnElement[int]) -> ColumnElement[date]:
    """The last day on which work may begin: so many calendar months after the class's last day, clipped to the month's end."""
    return cast(Enrolment.counted_on + func.make_interval(0, within_months), Date)


def employed(kinds: ColumnElement[Any], within_months: ColumnElement[int], as_of: date, *begun_by: Any) -> ColumnElement[bool]:
    """Work of one of `kinds` that begins, or goes on, after the class's last day and within the months; known up to `as_of`. A placement, wherever
    it came from, is work for an employer. `begun_by`: only work that had begun by this day."""
    latest = func.least(literal(as_of, Date), window_end(within_months), *begun_by)
    recorded = exists().where(
        Employment.enrolment_id == Enrolment.id,
        Employment.kind == any_(kinds),
        Employment.from_on <= latest,
        or_(Employment.until_on.is_(None), Employment.until_on > Enrolment.counted_on),
    )
    sent = exists().where(
        literal("employer", Text) == any_(kinds),
        KnownPlacement.trainee_id == person(),
        KnownPlacement.started_on <= latest,
        or_(KnownPlacement.left_on.is_(None), KnownPlacement.left_on > Enrolment.counted_on),
    )
    return or_(recorded, sent)


def asked(
    employed_as_of: Annotated[wire.CivilDate | None, Query(description="只列截至这一天已就业的;与下两项一起给")] = None,
    employed_within_months: Annotated[int | None, Query(ge=1, le=60, description="结业后几个月内算就业")] = None,
    employed_kinds: Annotated[str | None, Query(pattern=f"^{KINDS}(,{KINDS})*$", description="算就业的去向,以逗号分隔")] = None,
) -> ColumnElement[bool] | None:
    """The list's filter, from its three parameters; None when it was not asked for."""
    given = {"employed_as_of": employed_as_of, "employed_within_months": employed_within_months, "employed_kinds": employed_kinds}
    missing = [name for name, value in given.items() if value is None]
    if missing and len(missing) < len(given):
        raise errors.InvalidParameter(f"{'、'.join(given)} 须一起给。请补上 {'、'.join(missing)}。", parameter=missing[0])
    if employed_as_of is None or employed_within_months is None or employed_kinds is None:
        return None
    kinds = literal(employed_kinds.split(","), ARRAY(Text))
    return employed(kinds, literal(employed_within_months, Integer), employed_as_of)


Asked = Annotated[ColumnElement[bool] | None, Depends(asked)]
