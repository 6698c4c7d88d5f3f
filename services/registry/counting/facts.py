"""What a class brings to boards, counted from who was in it and what became of them: one statement for a class that has just changed and for all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from services.registry.codes import ClassStatus, EnrolmentOutcome
from services.registry.counting.tables import FIGURES, LATER, OF_CLASS, WHOLE, Under
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees.tables import Trainee, TraineeCategory
from services.registry.reference import policy as reference
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import (
    Person,
    ever_valid,
    given,
    known_by,
    on_first_day,
    sent,
    valid_days,
    works,
    works_away,
)
from services.registry.training.enrolments.tables import Employment, Enrolment

DIVISIONS: Final[tuple[Under, ...]] = (WHOLE, "region", "category")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan calls certified and employed."""

    certified_kinds: tuple[str, ...]
    employed_kinds: tuple[str, ...]
    employed_within_months: int

    def __str__(self) -> str:
        return f"{','.join(self.certified_kinds)} {','.join(self.employed_kinds)} {self.employed_within_months}"


def _by_plan() -> Iterator[tuple[Terms, date, date]]:
    """The county's plans' terms, each with the days on which the classes end that they are for."""
    from_on = date.min
    for plan in reference.lists().plans:
        until_on = plan.until_on or date.max
        yield Terms(plan.certified_kinds, plan.employed_kinds, plan.employed_within_months), from_on, until_on
        from_on = until_on


def terms_of_classes() -> Iterator[tuple[Terms, ColumnElement[bool]]]:
    """And with the condition for these classes."""
    for terms, from_on, until_on in _by_plan():
        yield terms, and_(TrainingClass.ends_on >= from_on, TrainingClass.ends_on < until_on)


def terms_between(from_on: date, to_on: date) -> list[Terms]:
    """Those for classes that end on one of these days."""
    return [terms for terms, first, after in _by_plan() if first <= to_on and from_on < after]


def figures(of: ColumnElement[bool], terms: Terms, as_of: ColumnElement[date], divisions: Sequence[Under] = DIVISIONS) -> Select[Any]:
    """Rows of `ClassFigures`, without `terms`, of the completed classes that are so, by what is known of days up to `as_of`."""
    people = _people(of, terms, as_of)
    counted = func.count().filter(people.c.completed)
    sums = (
        func.count(people.c.enrolment_id).label("enrolled"),
        counted.label("completed"),
        func.count().filter(people.c.certified).label("certified"),
        func.count(people.c.employed_on).label("employed"),
        func.count().filter(people.c.employed_on <= people.c.starts_on).label("already_employed"),
        func.count(people.c.placed_on).label("placed"),
        func.max(people.c.settled_on).label("settled_on"),
        *(_days(func.string_agg(people.c[name], aggregate_order_by(literal(","), people.c.enrolment_id))).label(name) for name in LATER),
    )
    had = _had(people)
    each: dict[Under, Select[Any]] = {
        WHOLE: select(people.c.class_id, literal(WHOLE, Text).label("under"), cast(null(), Text).label("code"), *sums),
        "region": select(people.c.class_id, literal("region", Text).label("under"), people.c.town.label("code"), *sums)
        .where(people.c.enrolment_id.is_not(None))
        .group_by(people.c.town),
        "category": select(people.c.class_id, literal("category", Text).label("under"), had.c.code.label("code"), *sums)
        .outerjoin(had, true())
        .where(people.c.completed)
        .group_by(had.c.code),
    }
    counts = union_all(*(each[division].group_by(people.c.class_id) for division in divisions)).subquery("counts")
    named = [getattr(TrainingClass, name) for name in OF_CLASS]
    numbers = [counts.c[name] for name in (*FIGURES, "settled_on", *LATER)]
    began = case((and_(counts.c.under == WHOLE, TrainingClass.order_id.is_not(None)), on_first_day()), else_=0)
    return select(counts.c.class_id, counts.c.under, counts.c.code, *named, *numbers, began.label("began")).join(
        TrainingClass, TrainingClass.id == counts.c.class_id
    )


def _people(of: ColumnElement[bool], terms: Terms, as_of: ColumnElement[date]) -> CTE:
    """Each person of these classes once, enrolled under whatever ids: as who completed it, where one of them did; of a class that nobody enrolled in one row
    without an enrolment. What became of them is looked up for each by themself, by index."""
    merged = aliased(Trainee)
    who = func.coalesce(merged.merged_into, Enrolment.trainee_id)
    completed = Enrolment.outcome == EnrolmentOutcome.COMPLETED
    place = func.row_number().over(partition_by=(TrainingClass.id, who), order_by=(completed.desc(), Enrolment.id))
    told = (Enrolment.id.label("enrolment_id"), TrainingClass.id.label("class_id"), who.label("who"), Enrolment.counted_on)
    of_class = (TrainingClass.starts_on, TrainingClass.ends_on, TrainingClass.occupation_code, TrainingClass.order_id)
    rows = (
        select(*told, *of_class, Enrolment.counted_region_code.label("town"), completed.label("completed"), place.label("place"))
        .outerjoin(Enrolment, Enrolment.class_id == TrainingClass.id)
        .outerjoin(merged, and_(merged.id == Enrolment.trainee_id, merged.merged_into.is_not(None)))
        .where(TrainingClass.status == ClassStatus.COMPLETED, of)
        .subquery("rows")
    )
    each = Person(*(rows.c[field.name] for field in fields(Person)))
    kinds, work = (literal(list(codes), ARRAY(Text)) for codes in (terms.certified_kinds, terms.employed_kinds))
    latest = known_by(each, literal(terms.employed_within_months, Integer), as_of)
    held = KnownCertificate
    certificates = select(func.range_agg(valid_days()).label("days"), func.max(func.greatest(held.issued_on, held.revoked_on)).label("on"))
    certified = certificates.where(rows.c.completed, given(each, kinds), ever_valid()).lateral("certified")
    employed = select(func.min(Employment.from_on).label("on")).where(rows.c.completed, works(each, work, latest)).lateral("employed")
    away = select(func.min(KnownPlacement.started_on).label("on")).where(rows.c.completed, works_away(each, work, latest)).lateral("away")
    placed = select(func.min(KnownPlacement.started_on).label("on")).where(rows.c.completed, sent(each, as_of)).lateral("placed")
    employed_on = func.least(employed.c.on, away.c.on)
    found = select(
        rows,
        func.coalesce(certified.c.days.op("@>", is_comparison=True)(as_of), False).label("certified"),
        employed_on.label("employed_on"),
        placed.c.on.label("placed_on"),
        func.greatest(rows.c.ends_on, certified.c.on, employed_on, placed.c.on).label("settled_on"),
        _ends(certified.c.days, func.lower, rows.c.ends_on).label("certified_later"),
        _ends(certified.c.days, func.upper, rows.c.ends_on).label("lapsed_later"),
        case((employed_on > rows.c.ends_on, cast(employed_on, Text))).label("employed_later"),
        case((placed.c.on > rows.c.ends_on, cast(placed.c.on, Text))).label("placed_later"),
    )
    joined = rows.join(certified, true()).join(employed, true()).join(away, true()).join(placed, true())
    return found.select_from(joined).where(rows.c.place == 1).cte()


def _ends(spans: Any, end: Any, after: Any) -> ColumnElement[str | None]:
    """The days after that one with which spans begin or end, as one text."""
    day = end(func.unnest(spans).column_valued("span"))
    return select(func.string_agg(cast(day, Text), literal(","))).where(day > after).scalar_subquery()


def _days(said: ColumnElement[str]) -> ColumnElement[Any]:
    return cast(func.coalesce(func.string_to_array(said, ","), cast(literal("{}"), ARRAY(Text))), ARRAY(Date))


def _had(people: CTE) -> LateralFromClause:
    """The categories that each had on the first day of the class, each once."""
    category, on = TraineeCategory, people.c.starts_on
    within = and_(category.trainee_id == people.c.who, category.since_on <= on, or_(category.until_on.is_(None), category.until_on >= on))
    return select(category.code).where(within).distinct().lateral("had")
