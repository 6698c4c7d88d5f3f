"""What the countings of a measure share in SQL: which days and classes they are of, and what they are put under."""

from collections.abc import Callable, Sequence
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
from services.registry.counting.tables import KEPT, added, alike
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.reference import policy as reference
from services.registry.training.classes.conditions import counted
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Enrolment
from shared.months import months_after

ASKED_OF: Final = tuple(alike(KEPT.c))


def zones() -> tuple[str, ...]:
    return tuple(region.code for region in reference.lists().regions.values() if region.kind == "zone")


def wanted_of(countings: Sequence[CountingIn]) -> FromClause:
    """The countings as a table to join with."""
    columns = (
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
    said = [each.model_dump(mode="json") for each in countings]
    return func.jsonb_to_recordset(literal(said, JSONB)).table_valued(*columns).render_derived("wanted", with_types=True)


def counted_in(wanted: FromClause, of: Any = TrainingClass.__table__) -> ColumnElement[bool]:
    """Every class, where no programme is asked for. `of`: rows that say of classes what they are."""
    asked = counted(wanted.c.programmes, wanted.c.channels, wanted.c.occupations, of)
    return or_(func.cardinality(wanted.c.programmes) == 0, asked)


def likeness(countings: Sequence[CountingIn], rows: FromClause) -> tuple[Any, ...]:
    """What no counting tells classes apart by: the days between which they ended, and what they are."""
    return (func.width_bucket(rows.c.day, _edges(countings)).label("days"), *(rows.c[name] for name in ASKED_OF))


def count_in(countings: Sequence[CountingIn], wanted: FromClause, same: FromClause) -> ColumnElement[bool]:
    """Whether classes that are alike count."""
    first, after = (func.width_bucket(day, _edges(countings)) for day in (wanted.c.from_on, wanted.c.to_on + 1))
    measured = case(
        (wanted.c.measure == "demonstration_classes", same.c.demonstration),
        (wanted.c.measure == "order_classes", and_(same.c.ordered, same.c.began >= func.coalesce(wanted.c.class_trainees_at_least, 1))),
        (wanted.c.measure == "placed_share", same.c.ordered),
        else_=true(),
    )
    return and_(same.c.days >= first, same.c.days < after, measured, counted_in(wanted, same))


def _edges(countings: Sequence[CountingIn]) -> ColumnElement[Any]:
    return literal(sorted({day for each in countings for day in (each.from_on, each.to_on + timedelta(days=1))}), ARRAY(Date))


def last_day(month: date) -> date:
    return months_after(month, 1) - timedelta(days=1)


def month_of(day: Any) -> ColumnElement[str]:
    return func.to_char(day, "YYYY-MM")


def group_of(of: FromClause, by: By) -> Any:
    """What a class is put under, other than by its people's towns or categories. `of`: rows that say of classes what they are."""
    match by:
        case "zone":
            return func.coalesce(of.c.zone_code, case((of.c.region_code.in_(zones()), of.c.region_code)))
        case "department" | "channel":
            return of.c[by]
        case "month":
            return month_of(of.c.ends_on)
        case "institution":
            return cast(of.c.institution_id, Text)
    return cast(null(), Text)


def taken_away(of: Any) -> dict[str, ColumnElement[Any]]:
    return {name: -each for name, each in added(of).items()}


def without_later(as_of: date) -> Callable[[Any], dict[str, ColumnElement[Any]]]:
    """What became so after the day, taken away."""

    def taken(of: Any) -> dict[str, ColumnElement[Any]]:
        changed = ("certified", "employed", "placed")
        return {name: -grown(of, name, as_of) if name in changed else literal(0) for name in added(of)}

    return taken


def grown(of: Any, figure: str, as_of: date) -> ColumnElement[int]:
    """By how much a figure of a class grew after the day."""

    def number(name: str) -> ColumnElement[int]:
        day = func.unnest(of[name]).column_valued("day")
        return select(func.count()).where(day > as_of).scalar_subquery()

    return number("certified_later") - number("lapsed_later") if figure == "certified" else number(f"{figure}_later")


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
