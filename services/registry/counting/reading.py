"""How each measure is counted in SQL: one statement for all countings of a measure, whatever their number. One person in one class is one person-time.

A statement reads the rows of the days asked for, by index; tables and days that nobody asked for cost nothing.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, Text, and_, any_, case, cast, extract, func, literal, null, or_, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.codes import BrandKind, EnrolmentOutcome, InstitutionStatus
from services.registry.counting import conditions
from services.registry.counting.schemas import By, CountingIn
from services.registry.institutions.institutions.conditions import status
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.yearly_reports.tables import YearlyReport
from services.registry.training.brands.conditions import complete_on
from services.registry.training.brands.tables import Brand
from services.registry.training.classes.conditions import of_order
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import certified, doubles, employed, once, placed, window_end
from services.registry.training.enrolments.tables import Enrolment

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


def employed_share(countings: Sequence[CountingIn], by: By, as_of: date) -> Select[Any]:
    """key, group, numerator, completed, enrolled, pending, already_employed. Of every class that ended within the days."""
    wanted = conditions.wanted_of(countings)
    work = (wanted.c.employed_kinds, wanted.c.employed_within_months, as_of)
    completed = Enrolment.outcome == EnrolmentOutcome.COMPLETED
    person = (
        select(
            wanted.c.key,
            (Enrolment.counted_region_code if by == "region" else conditions.group_of(by)).label("code"),
            completed.label("completed"),
            and_(completed, employed(*work)).label("employed"),
            and_(completed, employed(*work, TrainingClass.starts_on)).label("already"),
            and_(completed, window_end(wanted.c.employed_within_months) >= literal(as_of, Date)).label("still_open"),
        )
        .join(TrainingClass, conditions.ended(wanted))
        .join(Enrolment, and_(Enrolment.class_id == TrainingClass.id, once()))
        .subquery("person")
    )
    one = func.count()
    return select(
        person.c.key,
        person.c.code,
        one.filter(person.c.employed).label("numerator"),
        one.filter(person.c.completed).label("completed"),
        one.label("enrolled"),
        one.filter(person.c.still_open, ~person.c.employed).label("pending"),
        one.filter(person.c.already).label("already_employed"),
    ).group_by(person.c.key, person.c.code)


def certified_share(countings: Sequence[CountingIn], by: By, as_of: date) -> Select[Any]:
    """key, group, numerator, completed, enrolled. Of every class that ended within the days."""
    wanted = conditions.wanted_of(countings)
    completed = Enrolment.outcome == EnrolmentOutcome.COMPLETED
    person = (
        select(
            wanted.c.key,
            (Enrolment.counted_region_code if by == "region" else conditions.group_of(by)).label("code"),
            completed.label("completed"),
            and_(completed, certified(wanted.c.certified_kinds, as_of)).label("certified"),
        )
        .join(TrainingClass, conditions.ended(wanted))
        .join(Enrolment, and_(Enrolment.class_id == TrainingClass.id, once()))
        .subquery("person")
    )
    one = func.count()
    return select(
        person.c.key,
        person.c.code,
        one.filter(person.c.certified).label("numerator"),
        one.filter(person.c.completed).label("completed"),
        one.label("enrolled"),
    ).group_by(person.c.key, person.c.code)


def placed_share(countings: Sequence[CountingIn], by: By, as_of: date) -> Select[Any]:
    """key, class, group, numerator, denominator: of each order class that ended within the days, those who completed it."""
    wanted = conditions.wanted_of(countings)
    person = (
        select(
            wanted.c.key,
            cast(TrainingClass.id, Text).label("class_id"),
            TrainingClass.name.label("class_name"),
            (Enrolment.counted_region_code if by == "region" else conditions.group_of(by)).label("code"),
            placed(as_of).label("placed"),
        )
        .join(TrainingClass, and_(conditions.ended(wanted), TrainingClass.order_id.is_not(None)))
        .join(Enrolment, and_(Enrolment.class_id == TrainingClass.id, Enrolment.outcome == EnrolmentOutcome.COMPLETED, once()))
        .subquery("person")
    )
    of = (person.c.key, person.c.class_id, person.c.class_name, person.c.code)
    one = func.count()
    return select(*of, one.filter(person.c.placed).label("numerator"), one.label("denominator")).group_by(*of).order_by(person.c.class_id)


def order_classes(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator: like a demonstration class, where enough people completed it."""
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
    return (
        select(
            wanted.c.key, (Brand.department if by == "department" else cast(null(), Text)).label("code"), func.count().label("numerator")
        )
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
        select(wanted.c.key, *_INSTITUTION, YearlyReport.partner_enterprises.label("numerator"), cast(null(), Integer).label("denominator"))
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
