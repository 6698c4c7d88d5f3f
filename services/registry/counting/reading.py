"""How each measure is counted in SQL: one statement for all countings of a measure, whatever their number. One person in one class is one person-time.

What classes bring is read from their figures; of the rest a statement reads the rows of the days asked for, by index.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Float,
    Integer,
    Select,
    Subquery,
    Text,
    Uuid,
    all_,
    and_,
    any_,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import BrandKind, ClassStatus, InstitutionStatus
from services.registry.counting import conditions, facts
from services.registry.counting.facts import Terms
from services.registry.counting.schemas import By, CountingIn
from services.registry.counting.tables import FIGURES, OF_CLASS, WHOLE, ClassFigures, DueRecount, Under
from services.registry.institutions.institutions.conditions import status
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.yearly_reports.tables import YearlyReport
from services.registry.training.brands.conditions import complete_on
from services.registry.training.brands.tables import Brand
from services.registry.training.classes.conditions import of_order
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import window_end

_INSTITUTION = (cast(Institution.id, Text).label("institution_id"), Institution.name.label("institution_name"), Institution.region_code)


async def touched(session: AsyncSession, terms: Terms, as_of: date, from_on: date, to_on: date) -> list[UUID]:
    """The classes of these days whose kept figures are not those of the day: something was written to them since they were counted, something of them became
    so later, or they were counted by other terms than are asked for."""
    kept = ClassFigures
    within = and_(kept.under == WHOLE, kept.ends_on.between(from_on, to_on))
    stale = [select(DueRecount.class_id), select(kept.class_id).where(within, kept.settled_on > as_of)]
    if not all(terms == theirs for theirs in facts.terms_between(from_on, to_on)):
        stale.append(select(kept.class_id).where(within))
    return list(await session.scalars(union(*stale)))


def counted(countings: Sequence[CountingIn], terms: Terms, by: By, as_of: date, fresh: Sequence[UUID]) -> Select[Any]:
    """key, group, and what `ClassFigures` counts of all classes that ended within the days; `open`, of whom work may still count and who found none; `ordered`
    and `placed` of order classes. Classes are added up by what countings ask of them before countings ask it, however many there are."""
    under: Under = by if by in ("region", "category") else WHOLE
    rows = _figures(countings, terms, as_of, fresh, under)
    wanted = conditions.wanted_of(countings)
    days = sorted({day for each in countings for day in (each.from_on, each.to_on + timedelta(days=1))})
    edges = literal(days, ARRAY(Date))
    group = rows.c.code if under else conditions.group_of(rows, by)
    may_find_work = window_end(literal(terms.employed_within_months, Integer), rows.c.ends_on) >= literal(as_of, Date)
    own = (func.width_bucket(rows.c.ends_on, edges).label("days"), rows.c.channel, rows.c.programmes, rows.c.occupation_code)
    sums = {
        **{name: func.sum(rows.c[name]) for name in ("enrolled", "completed", "certified", "employed", "already_employed")},
        "open": func.coalesce(func.sum(rows.c.completed - rows.c.employed).filter(may_find_work), 0),
        "ordered": func.coalesce(func.sum(rows.c.completed).filter(rows.c.order_id.is_not(None)), 0),
        "placed": func.sum(rows.c.placed),
    }
    alike = select(*own, group.label("code"), *(each.label(name) for name, each in sums.items())).group_by(*own, group).cte("alike")
    within = and_(alike.c.days >= func.width_bucket(wanted.c.from_on, edges), alike.c.days < func.width_bucket(wanted.c.to_on + 1, edges))
    return (
        select(wanted.c.key, alike.c.code, *(cast(func.sum(alike.c[name]), Integer).label(name) for name in sums))
        .join(alike, and_(within, conditions.counted_in(wanted, alike)))
        .group_by(wanted.c.key, alike.c.code)
    )


def _ended_within(countings: Sequence[CountingIn]) -> ColumnElement[bool]:
    """On any of the days asked for: for the index."""
    return TrainingClass.ends_on.between(min(each.from_on for each in countings), max(each.to_on for each in countings))


def _figures(countings: Sequence[CountingIn], terms: Terms, as_of: date, fresh: Sequence[UUID], under: Under) -> Subquery:
    """What is kept of the classes of the days asked for, and what is counted afresh of these."""
    first, last = min(each.from_on for each in countings), max(each.to_on for each in countings)
    ids = literal(list(fresh), ARRAY(Uuid))
    names = (*OF_CLASS, *FIGURES)
    kept = select(ClassFigures.class_id, ClassFigures.code, *(getattr(ClassFigures, name) for name in names)).where(
        ClassFigures.under == under, ClassFigures.ends_on.between(first, last), *([ClassFigures.class_id != all_(ids)] if fresh else [])
    )
    if not fresh:
        return kept.subquery("figures")
    anew = facts.figures(and_(TrainingClass.id == any_(ids), TrainingClass.ends_on.between(first, last)), terms, as_of, [under])
    rows = anew.subquery("anew")
    return kept.union_all(select(rows.c.class_id, rows.c.code, *(rows.c[name] for name in names))).subquery("figures")


def placed_by_class(countings: Sequence[CountingIn], terms: Terms, as_of: date, fresh: Sequence[UUID], at_most: int) -> Select[Any]:
    """key, class, its name, numerator, denominator, how many classes there are: of the order classes that ended within the days and that anyone completed, those of which the fewest
    were placed, so many."""
    rows = _figures(countings, terms, as_of, fresh, WHOLE)
    wanted = conditions.wanted_of(countings)
    share = cast(rows.c.placed, Float) / rows.c.completed
    of = and_(rows.c.order_id.is_not(None), rows.c.completed > 0, rows.c.ends_on.between(wanted.c.from_on, wanted.c.to_on))
    place = func.row_number().over(partition_by=wanted.c.key, order_by=(share, rows.c.class_id))
    classes = func.count().over(partition_by=wanted.c.key)
    ranked = (
        select(wanted.c.key, rows.c.class_id, rows.c.placed, rows.c.completed, place.label("place"), classes.label("classes"))
        .join(rows, and_(of, conditions.counted_in(wanted, rows)))
        .subquery("ranked")
    )
    return (
        select(
            ranked.c.key,
            cast(ranked.c.class_id, Text).label("class_id"),
            TrainingClass.name.label("class_name"),
            ranked.c.placed.label("numerator"),
            ranked.c.completed.label("denominator"),
            ranked.c.classes,
        )
        .join(TrainingClass, TrainingClass.id == ranked.c.class_id)
        .where(ranked.c.place <= at_most)
        .order_by(ranked.c.class_id)
    )


def underway(countings: Sequence[CountingIn], as_of: date) -> Select[Any]:
    """key, people, classes: of the classes that end after the day and by `until_on`, all seats of those that may still be filled."""
    wanted = conditions.wanted_of(countings)
    people = case((TrainingClass.status == ClassStatus.COMPLETED, TrainingClass.completed_people), else_=TrainingClass.seats)
    measured = or_(
        wanted.c.measure == "person_times",
        and_(wanted.c.measure == "demonstration_classes", TrainingClass.demonstration),
        and_(wanted.c.measure == "order_classes", TrainingClass.order_id.is_not(None)),
    )
    held = TrainingClass.status.in_((ClassStatus.APPROVED, ClassStatus.IN_PROGRESS, ClassStatus.COMPLETED))
    later = and_(TrainingClass.ends_on > literal(as_of, Date), TrainingClass.ends_on <= wanted.c.until_on)
    return (
        select(wanted.c.key, cast(func.sum(people), Integer).label("people"), func.count().label("classes"))
        .join(TrainingClass, and_(held, later, measured, conditions.counted_in(wanted)))
        .group_by(wanted.c.key)
    )


def order_classes(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator: like a demonstration class, where enough people were in it on its first day."""
    wanted = conditions.wanted_of(countings)
    return (
        select(
            wanted.c.key,
            (TrainingClass.region_code if by == "region" else conditions.group_of(TrainingClass.__table__, by)).label("code"),
            func.count().label("numerator"),
        )
        .select_from(wanted)
        .join(TrainingClass, and_(conditions.ended(wanted), of_order(func.coalesce(cast(wanted.c.class_trainees_at_least, Integer), 1))))
        .where(_ended_within(countings))
        .group_by(wanted.c.key, "code")
    )


def demonstration_classes(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator: held means completed, on the class's last day, in the class's town."""
    wanted = conditions.wanted_of(countings)
    return (
        select(
            wanted.c.key,
            (TrainingClass.region_code if by == "region" else conditions.group_of(TrainingClass.__table__, by)).label("code"),
            func.count().label("numerator"),
        )
        .select_from(wanted)
        .join(TrainingClass, and_(TrainingClass.demonstration, conditions.ended(wanted)))
        .where(_ended_within(countings))
        .group_by(wanted.c.key, "code")
    )


def brands(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator: a brand or dish counts on the day the last of its four materials was finished."""
    wanted = conditions.wanted_of(countings)
    group = {"department": Brand.department, "month": conditions.month_of(complete_on())}.get(by, cast(null(), Text))
    return (
        select(wanted.c.key, group.label("code"), func.count().label("numerator"))
        .select_from(wanted)
        .join(
            Brand,
            and_(
                Brand.kind == case((wanted.c.measure == "dishes", BrandKind.DISH), else_=BrandKind.BRAND),
                complete_on().between(wanted.c.from_on, wanted.c.to_on),
            ),
        )
        .group_by(wanted.c.key, "code")
    )


def training_share(countings: Sequence[CountingIn]) -> Select[Any]:
    """key, institution, numerator, denominator: for each college the person-times of its classes and the students it reported for the year."""
    wanted = conditions.wanted_of(countings)
    trained = (
        select(wanted.c.key, TrainingClass.institution_id, func.sum(TrainingClass.completed_people).label("people"))
        .join(Institution, Institution.kind == any_(wanted.c.institution_kinds))
        .join(
            TrainingClass,
            and_(
                TrainingClass.institution_id == Institution.id,
                TrainingClass.status == ClassStatus.COMPLETED,
                TrainingClass.ends_on.between(wanted.c.from_on, wanted.c.to_on),
            ),
        )
        .where(_ended_within(countings))
        .group_by(wanted.c.key, TrainingClass.institution_id)
        .cte("trained")
    )
    people = func.coalesce(trained.c.people, 0)
    return (
        select(wanted.c.key, *_INSTITUTION, people.label("numerator"), YearlyReport.enrolled_students.label("denominator"))
        .join(Institution, Institution.kind == any_(wanted.c.institution_kinds))
        .outerjoin(
            YearlyReport, and_(YearlyReport.institution_id == Institution.id, YearlyReport.year == extract("year", wanted.c.from_on))
        )
        .outerjoin(trained, and_(trained.c.key == wanted.c.key, trained.c.institution_id == Institution.id))
        .where(or_(status(wanted.c.to_on) == InstitutionStatus.ACTIVE, YearlyReport.id.is_not(None), people > 0))
        .order_by(wanted.c.key, Institution.name)
    )


def frontline_share(countings: Sequence[CountingIn]) -> Select[Any]:
    """key, institution, numerator, denominator, in yuan: of every enterprise that reported its training funds of the year."""
    wanted = conditions.wanted_of(countings)
    return (
        select(
            wanted.c.key,
            *_INSTITUTION,
            YearlyReport.training_funds_frontline.label("numerator"),
            YearlyReport.training_funds.label("denominator"),
        )
        .join(
            YearlyReport,
            and_(
                YearlyReport.year == extract("year", wanted.c.from_on),
                YearlyReport.training_funds > 0,
                YearlyReport.training_funds_frontline.is_not(None),
            ),
        )
        .join(Institution, and_(Institution.id == YearlyReport.institution_id, Institution.kind == any_(wanted.c.institution_kinds)))
        .order_by(wanted.c.key, Institution.name)
    )


def partner_enterprises(countings: Sequence[CountingIn]) -> Select[Any]:
    """key, institution, numerator: from the institution's last report that gives the number, none later than the year asked for."""
    wanted = conditions.wanted_of(countings)
    return (
        select(
            wanted.c.key,
            *_INSTITUTION,
            YearlyReport.partner_enterprises.label("numerator"),
            cast(null(), Integer).label("denominator"),
            YearlyReport.year,
        )
        .ext(distinct_on(wanted.c.key))
        .join(Institution, Institution.name == wanted.c.institution_name)
        .join(
            YearlyReport,
            and_(
                YearlyReport.institution_id == Institution.id,
                YearlyReport.partner_enterprises.is_not(None),
                YearlyReport.year <= extract("year", wanted.c.to_on),
            ),
        )
        .order_by(wanted.c.key, YearlyReport.year.desc())
    )
