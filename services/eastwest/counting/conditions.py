"""How a board's countings are added up, in SQL: whole months by their sums, the rest of the days row by row; and of people to whom something has happened
since what is counted afresh, in place of what is kept. A statement is built once; what it is asked with is bound to it (`asked_with`)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
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
AS_OF: Final = bindparam("as_of", type_=Date)
FRESH: Final = bindparam("fresh", type_=ARRAY(Uuid))
SPANS: Final = (
    func.jsonb_to_recordset(bindparam("spans", type_=JSONB))
    .table_valued(
        column("key", Text),
        column("from_on", Date),
        column("trained", Boolean),
        column("met", Boolean),
        column("first", Date),
        column("rest", Date),
        column("last", Date),
    )
    .render_derived("spans", with_types=True)
)
AFRESH: Final = (
    func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
    .table_valued(*(column(each.name, each.type) for each in TOLD))
    .render_derived("told", with_types=True)
)


def asked_with(countings: Sequence[CountingIn], as_of: date, fresh: Collection[UUID], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What statements are given. `rows`: counted afresh, of the people `fresh`."""
    told = [{name: each and str(each) for name, each in row.items()} for row in rows]
    spans = [span for each in countings for span in _spans(each, as_of)]
    return {"spans": spans, "fresh": sorted(fresh), "rows": told}


def _spans(asked: CountingIn, as_of: date) -> Iterator[dict[str, Any]]:
    """The days of what was `met` and of what is under way, and those at their end that are the `rest` beside whole months. Whether somebody had counted before
    them is told by months where the counting's days begin with one."""
    days = [(True, asked.from_on, min(asked.to_on, as_of))]
    if asked.until_on is not None:
        days.append((False, date.min, asked.until_on))
    for met, first, last in days:
        rest = max(first, (last + timedelta(days=1)).replace(day=1)) if asked.from_on.day == 1 else first
        of = {"key": asked.key, "from_on": str(asked.from_on), "trained": asked.after_order_class}
        yield of | {"met": met, "first": str(first), "rest": str(rest), "last": str(last)}


@cache
def touched(underway: bool) -> Select[UUID, UUID]:
    """id, person: of whom what is kept does not hold. Of what is under way it holds from the day on that nothing later is known of."""
    who = select(DUE.c.trainee_id, ALIASES.kept(DUE.c.trainee_id))
    if not underway:
        return who
    later = select(Placement.trainee_id, ALIASES.kept(Placement.trainee_id)).where(Placement.last_fact_on > AS_OF)
    to_come = select(KEPT.c.trainee_id, ALIASES.kept(KEPT.c.trainee_id)).where(KEPT.c.met, KEPT.c.counts_on > AS_OF)
    return select(*union_all(who, later, to_come).subquery().c)


@cache
def counted(by: By) -> Select[Any]:
    """key, code, people, those that were trained, those under way: each person once a counting."""
    gone = _each(KEPT, SPANS.c.first, -1).where(KEPT.c.trainee_id == any_(FRESH))
    of = union_all(_of_months(), _each(KEPT, SPANS.c.rest, 1), gone, _each(AFRESH, SPANS.c.first, 1)).subquery()
    code = {"region": of.c.region_code, "month": func.to_char(of.c.day, "YYYY-MM")}.get(by, cast(null(), Text)).label("code")
    first_met, first_trained = (or_(of.c[before].is_(None), of.c[before] < of.c.from_on) for before in ("met_before", "trained_before"))
    sums = {
        "people": and_(of.c.met, first_met),
        "trained": and_(of.c.met, of.c.trained, first_trained),
        "underway": and_(~of.c.met, first_trained),
    }
    added = (cast(func.coalesce(func.sum(of.c.rows).filter(which), 0), Integer).label(name) for name, which in sums.items())
    return select(of.c.key, code, *added).group_by(of.c.key, "code")


def _of_months() -> Select[Any]:
    """Whole months, as rows of single stays."""
    within = and_(SUMS.c.met == SPANS.c.met, SUMS.c.month >= SPANS.c.first, SUMS.c.month < SPANS.c.rest)
    named = (SUMS.c.region_code, SUMS.c.met, SUMS.c.trained, SUMS.c.month.label("day"), SUMS.c.met_before, SUMS.c.trained_before)
    return select(SPANS.c.key, SPANS.c.from_on, *named, SUMS.c.rows).join(SPANS, within)


def _each(of: FromClause, first: ColumnElement[date], sign: int) -> Select[Any]:
    """Stay by stay, from this day of a span on."""
    before = of.c.met_before_on.label("met_before"), of.c.trained_before_on.label("trained_before")
    named = (of.c.region_code, of.c.met, of.c.trained, of.c.counts_on.label("day"), *before)
    within = and_(of.c.met == SPANS.c.met, of.c.counts_on.between(first, SPANS.c.last))
    return select(SPANS.c.key, SPANS.c.from_on, *named, literal(sign).label("rows")).join(of, within)


@cache
def by_class() -> Select[Any]:
    """key, class, people: who came from it and counts."""
    named = ("class_id", "trainee_id", "counts_on", "met", "trained")
    kept = select(*(KEPT.c[name] for name in named)).where(KEPT.c.trainee_id != func.all(FRESH))
    of = union_all(kept, select(*(AFRESH.c[name] for name in named))).subquery()
    counts = and_(SPANS.c.met, of.c.met, of.c.counts_on.between(SPANS.c.first, SPANS.c.last), or_(~SPANS.c.trained, of.c.trained))
    people = func.count(of.c.trainee_id.distinct()).label("people")
    return select(SPANS.c.key, of.c.class_id, people).join(of, counts).group_by(SPANS.c.key, of.c.class_id)
