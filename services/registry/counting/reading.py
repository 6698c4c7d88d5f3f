"""How each measure is counted in SQL: one statement for all countings of a measure, whatever their number. One person in one class is one person-time.

A statement reads the rows of the days asked for, by index; tables and days that nobody asked for cost nothing.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
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
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from services.registry.codes import BrandKind, ClassStatus, EnrolmentOutcome, InstitutionStatus
from services.registry.counting import conditions
from services.registry.counting.schemas import By, CountingIn
from services.registry.institutions.institutions.conditions import status
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.yearly_reports.tables import YearlyReport
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees.tables import Trainee, TraineeCategory
from services.registry.training.brands.conditions import complete_on
from services.registry.training.brands.tables import Brand
from services.registry.training.classes.conditions import of_order
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import Person, doubles, holds, known_by, once, sent, window_end, works, works_away
from services.registry.training.enrolments.tables import Employment, Enrolment

_INSTITUTION = (cast(Institution.id, Text).label("institution_id"), Institution.name.label("institution_name"), Institution.region_code)


def person_times(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator. A class says how many people completed it; only whose towns they are from its enrolments say, added up by class first, so that a
    person-time is read once and not once for each line it counts towards."""
    wanted = conditions.wanted_of(countings)
    if by != "region":
        people = func.sum(TrainingClass.completed_people)
        group = conditions.group_of(by)
        return (
            select(wanted.c.key, group.label("code"), cast(people, Integer).label("numerator"))
            .join(TrainingClass, and_(conditions.ended(wanted), TrainingClass.completed_people > 0))
            .group_by(wanted.c.key, "code")
        )
    of = (Enrolment.class_id, Enrolment.counted_on, Enrolment.counted_region_code)
    towns = select(*of[:2], of[2].label("town"), func.count().label("people")).group_by(*of)
    in_time = Enrolment.counted_on.between(min(each.from_on for each in countings), max(each.to_on for each in countings))
    twice = towns.with_only_columns(*of, -func.count()).where(in_time, Enrolment.id.in_(doubles()))
    in_a_class = union_all(towns.where(in_time), twice).cte("in_a_class")  # what is twice is taken off: all else the index says
    return (
        select(wanted.c.key, in_a_class.c.town.label("code"), cast(func.sum(in_a_class.c.people), Integer).label("numerator"))
        .join(in_a_class, in_a_class.c.counted_on.between(wanted.c.from_on, wanted.c.to_on))
        .join(TrainingClass, and_(TrainingClass.id == in_a_class.c.class_id, conditions.counted_in(wanted)))
        .group_by(wanted.c.key, "code")
        .having(func.sum(in_a_class.c.people) > 0)
    )


def by_category(countings: Sequence[CountingIn]) -> Select[Any]:
    """key, group, numerator: person-times under each category that the person had on the class's first day; whoever had several is under each."""
    wanted = conditions.wanted_of(countings)
    people, each = _people(wanted, "none", Enrolment.outcome == EnrolmentOutcome.COMPLETED)
    had = _had(each)
    return (
        select(people.c.key, had.c.code.label("code"), func.count().label("numerator"))
        .select_from(people)
        .outerjoin(had, had.c.enrolment_id == each.enrolment_id)
        .group_by(people.c.key, had.c.code)
    )


def _had(of: Person) -> Subquery:
    """The categories that people had on the first day of their class, each once."""
    category = TraineeCategory
    on = of.starts_on
    within = and_(category.trainee_id == of.who, category.since_on <= on, or_(category.until_on.is_(None), category.until_on >= on))
    return select(of.enrolment_id, category.code).join(category, within).distinct().subquery("had")


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


def _people(wanted: FromClause, by: By, *only: ColumnElement[bool], more: Sequence[Any] = ()) -> tuple[CTE, Person]:
    """Who was in the classes that ended within the days, for each counting, `only` some of them. What became of them is joined to them as a whole: asked of
    each by themself it would be looked up as often as there are people."""
    merged = aliased(Trainee)
    town = Enrolment.counted_region_code if by == "region" else conditions.group_of(by)
    told = (
        Enrolment.id.label("enrolment_id"),
        Enrolment.class_id,
        func.coalesce(merged.merged_into, Enrolment.trainee_id).label("who"),
        Enrolment.counted_on,
        TrainingClass.starts_on,
        TrainingClass.occupation_code,
        TrainingClass.order_id,
    )
    people = (
        select(wanted.c.key, town.label("code"), *told, (Enrolment.outcome == EnrolmentOutcome.COMPLETED).label("completed"), *more)
        .join(TrainingClass, conditions.ended(wanted))
        .join(Enrolment, and_(Enrolment.class_id == TrainingClass.id, once()))
        .outerjoin(merged, and_(merged.id == Enrolment.trainee_id, merged.merged_into.is_not(None)))
        .where(*only)
        .cte("people")
    )
    return people, Person(*(people.c[each.name] for each in fields(Person)))


def _those(people: CTE, found: type[Any], condition: ColumnElement[bool], name: str) -> Subquery:
    """Of the people those who completed the class and have something that fits."""
    return select(people.c.key, people.c.enrolment_id).join(found, and_(people.c.completed, condition)).distinct().subquery(name)


def _among(people: CTE, those: Subquery) -> ColumnElement[bool]:
    return and_(those.c.key == people.c.key, those.c.enrolment_id == people.c.enrolment_id)


def employed_share(countings: Sequence[CountingIn], by: By, as_of: date) -> Select[Any]:
    """key, group, numerator, completed, enrolled, pending, already_employed. Of every class that ended within the days."""
    wanted = conditions.wanted_of(countings)
    people, each = _people(wanted, by, more=(wanted.c.employed_kinds, wanted.c.employed_within_months))
    latest = known_by(each, people.c.employed_within_months, as_of)
    begun = func.least(latest, people.c.starts_on)

    def at_work(latest: Any, name: str) -> Subquery:
        ours, theirs = (
            select(people.c.key, people.c.enrolment_id).join(found, and_(people.c.completed, fits(each, people.c.employed_kinds, latest)))
            for found, fits in ((Employment, works), (KnownPlacement, works_away))
        )
        return ours.union(theirs).subquery(name)

    employed, already = at_work(latest, "employed"), at_work(begun, "already")
    open_ = and_(people.c.completed, window_end(people.c.employed_within_months, people.c.counted_on) >= literal(as_of, Date))
    one = func.count()
    return (
        select(
            people.c.key,
            people.c.code,
            func.count(employed.c.key).label("numerator"),
            one.filter(people.c.completed).label("completed"),
            one.label("enrolled"),
            one.filter(open_, employed.c.key.is_(None)).label("pending"),
            func.count(already.c.key).label("already_employed"),
        )
        .select_from(people)
        .outerjoin(employed, _among(people, employed))
        .outerjoin(already, _among(people, already))
        .group_by(people.c.key, people.c.code)
    )


def certified_share(countings: Sequence[CountingIn], by: By, as_of: date) -> Select[Any]:
    """key, group, numerator, completed, enrolled. Of every class that ended within the days."""
    wanted = conditions.wanted_of(countings)
    people, each = _people(wanted, by, more=(wanted.c.certified_kinds,))
    certified = _those(people, KnownCertificate, holds(each, people.c.certified_kinds, as_of), "certified")
    one = func.count()
    return (
        select(
            people.c.key,
            people.c.code,
            func.count(certified.c.key).label("numerator"),
            one.filter(people.c.completed).label("completed"),
            one.label("enrolled"),
        )
        .select_from(people)
        .outerjoin(certified, _among(people, certified))
        .group_by(people.c.key, people.c.code)
    )


def placed_share(countings: Sequence[CountingIn], by: By, as_of: date) -> Select[Any]:
    """key, class, group, numerator, denominator: of each order class that ended within the days, those who completed it."""
    wanted = conditions.wanted_of(countings)
    only = TrainingClass.order_id.is_not(None), Enrolment.outcome == EnrolmentOutcome.COMPLETED
    people, each = _people(wanted, by, *only, more=(TrainingClass.name.label("class_name"),))
    placed = _those(people, KnownPlacement, sent(each, as_of), "placed")
    of = (people.c.key, cast(people.c.class_id, Text).label("class_id"), people.c.class_name, people.c.code)
    return (
        select(*of, func.count(placed.c.key).label("numerator"), func.count().label("denominator"))
        .select_from(people)
        .outerjoin(placed, _among(people, placed))
        .group_by(people.c.key, people.c.class_id, people.c.class_name, people.c.code)
        .order_by(people.c.class_id)
    )


def order_classes(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator: like a demonstration class, where enough people were in it on its first day."""
    wanted = conditions.wanted_of(countings)
    return (
        select(
            wanted.c.key,
            (TrainingClass.region_code if by == "region" else conditions.group_of(by)).label("code"),
            func.count().label("numerator"),
        )
        .join(TrainingClass, and_(conditions.ended(wanted), of_order(func.coalesce(cast(wanted.c.class_trainees_at_least, Integer), 1))))
        .group_by(wanted.c.key, "code")
    )


def demonstration_classes(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator: held means completed, on the class's last day, in the class's town."""
    wanted = conditions.wanted_of(countings)
    return (
        select(
            wanted.c.key,
            (TrainingClass.region_code if by == "region" else conditions.group_of(by)).label("code"),
            func.count().label("numerator"),
        )
        .join(TrainingClass, and_(TrainingClass.demonstration, conditions.ended(wanted)))
        .group_by(wanted.c.key, "code")
    )


def brands(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator: a brand or dish counts on the day the last of its four materials was finished."""
    wanted = conditions.wanted_of(countings)
    group = {"department": Brand.department, "month": conditions.month_of(complete_on())}.get(by, cast(null(), Text))
    return (
        select(wanted.c.key, group.label("code"), func.count().label("numerator"))
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
        .join(Institution, Institution.kind == any_(wanted.c.kinds))
        .join(
            TrainingClass,
            and_(TrainingClass.institution_id == Institution.id, TrainingClass.ends_on.between(wanted.c.from_on, wanted.c.to_on)),
        )
        .group_by(wanted.c.key, TrainingClass.institution_id)
        .cte("trained")
    )
    people = func.coalesce(trained.c.people, 0)
    return (
        select(wanted.c.key, *_INSTITUTION, people.label("numerator"), YearlyReport.enrolled_students.label("denominator"))
        .join(Institution, Institution.kind == any_(wanted.c.kinds))
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
        .join(Institution, and_(Institution.id == YearlyReport.institution_id, Institution.kind == any_(wanted.c.kinds)))
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
