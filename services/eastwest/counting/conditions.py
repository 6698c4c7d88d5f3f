"""How a board's countings are added up, in SQL: whole months by their sums, the rest of the days row by row; and of people to whom something has happened
since what is counted afresh, in place of what is kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    column,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.eastwest.counting.schemas import By, CountingIn
from services.eastwest.counting.tables import KEPT, SUMS, TOLD, DueRecount
from services.eastwest.known.conditions import ALIASES
from services.eastwest.placements.tables import Placement
from shared import db

DUE: Final = db.table(DueRecount)


def touched(countings: Sequence[CountingIn], as_of: date) -> Select[UUID, UUID]:
    """id, person: of whom what is kept does not hold. Of what is under way it holds from the day on that nothing later is known of."""
    who = select(DUE.c.trainee_id, ALIASES.kept(DUE.c.trainee_id))
    if all(each.until_on is None for each in countings):
        return who
    later = select(Placement.trainee_id, ALIASES.kept(Placement.trainee_id)).where(Placement.last_fact_on > as_of)
    to_come = select(KEPT.c.trainee_id, ALIASES.kept(KEPT.c.trainee_id)).where(KEPT.c.met, KEPT.c.counts_on > as_of)
    return select(*union_all(who, later, to_come).subquery().c)


def counted(
    countings: Sequence[CountingIn], by: By, as_of: date, fresh: Collection[UUID], rows: Sequence[Mapping[str, Any]]
) -> Select[Any]:
    """key, code, people, those that were trained, those under way: each person once a counting. The sums of months are read once for all countings."""
    each, sums_of_months = [], _of_months(by)
    for asked in countings:
        of = _added(asked, min(asked.to_on, as_of), sums_of_months, fresh, rows)
        code = {"region": of.c.region_code, "month": func.to_char(of.c.day, "YYYY-MM")}.get(by, cast(null(), Text)).label("code")
        first_met, first_trained = (
            or_(of.c[before].is_(None), of.c[before] < asked.from_on) for before in ("met_before", "trained_before")
        )
        sums = {
            "people": and_(of.c.met, first_met),
            "trained": and_(of.c.met, of.c.trained, first_trained),
            "underway": and_(~of.c.met, first_trained),
        }
        added = (cast(func.coalesce(func.sum(of.c.rows).filter(which), 0), Integer).label(name) for name, which in sums.items())
        each.append(select(literal(asked.key, Text).label("key"), code, *added).group_by("code"))
    return select(*union_all(*each).subquery().c)


def _of_months(by: By) -> CTE:
    """As rows of single stays, of a whole month; told apart by town where that is asked for."""
    town = SUMS.c.region_code if by == "region" else cast(null(), Text)
    named = (town.label("region_code"), SUMS.c.met, SUMS.c.trained, SUMS.c.month.label("day"), SUMS.c.met_before, SUMS.c.trained_before)
    return select(*named, func.sum(SUMS.c.rows).label("rows")).group_by(*named).cte("of_months")


def _added(asked: CountingIn, to_on: date, sums: CTE, fresh: Collection[UUID], rows: Sequence[Mapping[str, Any]]) -> FromClause:
    """What is to be added up of one counting. Whether somebody had counted before its days is told by months where its days begin with one."""
    whole = asked.from_on.day == 1
    rest = (_begun(to_on), _begun(asked.until_on)) if whole else (asked.from_on, date.min)
    parts: list[Select[Any]] = []
    if whole:
        before_rest = or_(and_(sums.c.met, sums.c.day < rest[0]), and_(~sums.c.met, sums.c.day < rest[1]))
        parts.append(select(sums).where(_within(asked, to_on, sums.c.met, sums.c.day), before_rest))
    after = or_(and_(KEPT.c.met, KEPT.c.counts_on >= rest[0]), and_(~KEPT.c.met, KEPT.c.counts_on >= rest[1]))
    parts.append(_each(KEPT, asked, to_on, 1).where(after))
    if fresh:
        ids = literal(sorted(fresh), ARRAY(Uuid))
        parts += [_each(KEPT, asked, to_on, -1).where(KEPT.c.trainee_id == any_(ids)), _each(told(rows), asked, to_on, 1)]
    return union_all(*parts).subquery()


def _begun(last_on: date | None) -> date:
    """The first day of the month that is not over with this day."""
    return date.min if last_on is None else (last_on + timedelta(days=1)).replace(day=1)


def _within(asked: CountingIn, to_on: date, met: ColumnElement[bool], day: ColumnElement[date]) -> ColumnElement[bool]:
    counts = and_(met, day.between(asked.from_on, to_on))
    return counts if asked.until_on is None else or_(counts, and_(~met, day <= asked.until_on))


def _each(of: FromClause, asked: CountingIn, to_on: date, sign: int) -> Select[Any]:
    before = of.c.met_before_on.label("met_before"), of.c.trained_before_on.label("trained_before")
    named = (of.c.region_code, of.c.met, of.c.trained, of.c.counts_on.label("day"), *before)
    return select(*named, literal(sign).label("rows")).where(_within(asked, to_on, of.c.met, of.c.counts_on))


def told(rows: Sequence[Mapping[str, Any]]) -> FromClause:
    """Rows counted afresh, as those that are kept."""
    said = func.jsonb_to_recordset(literal([{name: each and str(each) for name, each in row.items()} for row in rows], JSONB))
    return said.table_valued(*(column(each.name, each.type) for each in TOLD)).render_derived("told", with_types=True)


def by_class(countings: Sequence[CountingIn], as_of: date, fresh: Collection[UUID], rows: Sequence[Mapping[str, Any]]) -> Select[Any]:
    """key, class, people: who came from it and counts."""
    kept = select(KEPT).where(KEPT.c.trainee_id != func.all(literal(sorted(fresh), ARRAY(Uuid))))
    each = []
    for asked in countings:
        for of in (kept.subquery(), told(rows)):
            wanted = and_(_within(asked, min(asked.to_on, as_of), of.c.met, of.c.counts_on), of.c.met)
            if asked.after_order_class:
                wanted &= of.c.trained
            each.append(select(literal(asked.key, Text).label("key"), of.c.class_id, of.c.trainee_id).where(wanted))
    found = union_all(*each).subquery()
    return select(found.c.key, found.c.class_id, func.count(found.c.trainee_id.distinct()).label("people")).group_by(
        found.c.key, found.c.class_id
    )
