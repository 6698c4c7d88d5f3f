"""What the countings of a measure share in SQL: which days and classes they are of, and what they are put under. A statement is built once; what it is asked
with is bound to it (`asked_with`)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
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
    case,
    cast,
    column,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.codes import ClassStatus, EnrolmentOutcome
from services.registry.counting.schemas import By, CountingIn
from services.registry.counting.tables import KEPT, WHOLE, DueRecount, added, alike
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.reference import policy as reference
from services.registry.training.classes.conditions import counted
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import on_first_day
from services.registry.training.enrolments.tables import Enrolment
from shared.months import months_after

ASKED_OF: Final = tuple(alike(KEPT.c))
AS_OF: Final = bindparam("as_of", type_=Date)
FIRST, LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
FRESH: Final = bindparam("fresh", type_=ARRAY(Uuid))  # the classes that are counted anew
BROKEN, BROKEN_DAYS = bindparam("broken", type_=ARRAY(Date)), bindparam("broken_days", type_=ARRAY(Date))
EDGES: Final = bindparam("edges", type_=ARRAY(Date))  # the days on which one of the countings begins, or is over
ZONES: Final = bindparam("zones", type_=ARRAY(Text))
WANTED: Final = (
    func.jsonb_to_recordset(bindparam("countings", type_=JSONB))
    .table_valued(
        column("key", Text),
        column("measure", Text),
        column("programmes", ARRAY(Text)),
        column("channels", ARRAY(Text)),
        column("occupations", ARRAY(Text)),
        column("from_on", Date),
        column("to_on", Date),
        column("until_on", Date),
        column("institution_kinds", ARRAY(Text)),
        column("institution_name", Text),
        column("class_trainees_at_least", Integer),
    )
    .render_derived("wanted", with_types=True)
)


def asked_with(countings: Sequence[CountingIn], as_of: date, within: int = 0) -> dict[str, Any]:
    """What any of these statements is given. `within`: how many months people have to find work."""
    first, last = days(countings)
    broken = _broken_months(countings, within, as_of)
    return {
        "countings": [each.model_dump(mode="json") for each in countings],
        "as_of": as_of,
        "first": first,
        "last": last,
        "edges": sorted({day for each in countings for day in (each.from_on, each.to_on + timedelta(days=1))}),
        "kinds": sorted({kind for each in countings for kind in each.institution_kinds}),
        "broken": broken,
        "broken_days": [month.replace(day=day) for month in broken for day in range(1, last_day(month).day + 1)],
        "within_months": within,
        "zones": zones(),
    }


def days(countings: Sequence[CountingIn]) -> tuple[date, date]:
    return min(each.from_on for each in countings), max(each.to_on for each in countings)


def _broken_months(countings: Sequence[CountingIn], within: int, as_of: date) -> list[date]:
    """The months of which not all classes are alike to these countings: some begin or end within them, and of some the time to find work is over."""
    over = months_after(as_of.replace(day=1), -within)
    firsts = {over} if months_after(over, within) < as_of <= months_after(last_day(over), within) else set()
    for each in countings:
        after = each.to_on + timedelta(days=1)
        firsts |= {day.replace(day=1) for day in (each.from_on, after) if day.day != 1}
    return sorted(firsts)


def one_by_one(countings: Sequence[CountingIn]) -> dict[str, Any]:
    """What statements are given of countings that they take one by one (`which`)."""
    names = ("key", "from_on", "to_on", "programmes", "channels", "occupations")
    return {f"{name}_{which}": getattr(each, name) for which, each in enumerate(countings) for name in names}


def zones() -> list[str]:
    return [region.code for region in reference.lists().regions.values() if region.kind == "zone"]


def counted_in(of: Any = TrainingClass.__table__) -> ColumnElement[bool]:
    """Every class, where no programme is asked for. `of`: rows that say of classes what they are."""
    asked = counted(WANTED.c.programmes, WANTED.c.channels, WANTED.c.occupations, of)
    return or_(func.cardinality(WANTED.c.programmes) == 0, asked)


def likeness(rows: FromClause) -> tuple[Any, ...]:
    """What no counting tells classes apart by: the days between which they ended, and what they are; null in none of it, so that it can be joined by."""
    own = {name: rows.c[name] for name in ASKED_OF} | {"occupation_code": func.coalesce(rows.c.occupation_code, "")}
    return (func.width_bucket(rows.c.day, EDGES).label("days"), *(each.label(name) for name, each in own.items()))


def count_in(same: FromClause) -> ColumnElement[bool]:
    """Whether classes that are alike count."""
    first, after = (func.width_bucket(day, EDGES) for day in (WANTED.c.from_on, WANTED.c.to_on + 1))
    measured = case(
        (WANTED.c.measure == "demonstration_classes", same.c.demonstration),
        (WANTED.c.measure == "order_classes", and_(same.c.ordered, same.c.began >= func.coalesce(WANTED.c.class_trainees_at_least, 1))),
        (WANTED.c.measure == "placed_share", same.c.ordered),
        else_=true(),
    )
    return and_(same.c.days >= first, same.c.days < after, measured, counted_in(same))


def last_day(month: date) -> date:
    return months_after(month, 1) - timedelta(days=1)


def month_of(day: Any) -> ColumnElement[str]:
    return func.to_char(day, "YYYY-MM")


def group_of(of: FromClause, by: By) -> Any:
    """What a class is put under, other than by its people's towns or categories. `of`: rows that say of classes what they are."""
    match by:
        case "zone":
            return func.coalesce(of.c.zone_code, case((of.c.region_code == any_(ZONES), of.c.region_code)))
        case "department" | "channel":
            return of.c[by]
        case "month":
            return month_of(of.c.ends_on)
        case "institution":
            return of.c.institution_id
    return cast(null(), Text)


def taken_away(of: Any) -> dict[str, ColumnElement[Any]]:
    return {name: -each for name, each in added(of).items()}


def without_later(of: Any) -> dict[str, ColumnElement[Any]]:
    """What became so after the day, taken away."""
    changed = ("certified", "employed", "placed")
    return {name: -grown(of, name) if name in changed else literal(0) for name in added(of)}


def grown(of: Any, figure: str) -> ColumnElement[int]:
    """By how much a figure of a class grew after the day."""

    def number(name: str) -> ColumnElement[int]:
        day = func.unnest(of[name]).column_valued("day")
        return select(func.count()).where(day > AS_OF).scalar_subquery()

    return number("certified_later") - number("lapsed_later") if figure == "certified" else number(f"{figure}_later")


def began() -> ColumnElement[int]:
    """How many people were in an order class (the table) on its first day: as kept with its figures, where these hold, else counted."""
    kept = select(KEPT.c.began).where(KEPT.c.class_id == TrainingClass.id, KEPT.c.under == WHOLE).correlate(TrainingClass)
    holds = TrainingClass.id.not_in(select(DueRecount.class_id))
    return func.coalesce(case((holds, kept.scalar_subquery())), on_first_day())


def registered(trainee_ids: Sequence[UUID]) -> Select[UUID, UUID, str]:
    """id, person, town: whom each of these ids means, and where they are registered."""
    return select(WRITTEN_AS.id, Trainee.id, Trainee.region_code).join(Trainee, IS_THE_ONE).where(WRITTEN_AS.id.in_(trainee_ids))


def order_trained(trainee_ids: Sequence[UUID]) -> Select[UUID, date]:
    """person, day: the last day of the first class trained to an order that each of these people completed, under whatever id."""
    ids = literal(list(trainee_ids), ARRAY(Uuid))
    theirs = or_(WRITTEN_AS.id == any_(ids), WRITTEN_AS.merged_into == any_(ids))
    who = func.coalesce(WRITTEN_AS.merged_into, WRITTEN_AS.id)
    return (
        select(who, func.min(TrainingClass.ends_on))
        .join(Enrolment, and_(Enrolment.trainee_id == WRITTEN_AS.id, Enrolment.outcome == EnrolmentOutcome.COMPLETED))
        .join(TrainingClass, and_(TrainingClass.id == Enrolment.class_id, TrainingClass.order_id.is_not(None)))
        .where(theirs, TrainingClass.status == ClassStatus.COMPLETED)
        .group_by(who)
    )
