"""What became of people after a class: a certificate, a place in the partner city, work. Conditions in SQL, the same for the count and for the list of
those counted. A statement that uses them joins the enrolment with its class."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from services.registry.codes import EmploymentKind, EmploymentState, EnrolmentOutcome
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees.conditions import ALIASES, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee, TraineeCategory
from services.registry.reference import policy as reference
from services.registry.reference.facts import PlanTerms
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import WORKED, Employment, Enrolment
from shared.clock import SHANGHAI
from shared.months import months_after

KEPT: Final = ("institution_id", "class_region_code", "region_code", "placed_on", *WORKED)  # with each enrolment, by triggers


def person() -> Any:
    """Whom the enrolment's trainee stands for now, as merged."""
    return ALIASES.kept(Enrolment.trainee_id)


def once() -> ColumnElement[bool]:
    """Of one person in one class, enrolled under several ids before they were merged, the enrolment that counts."""
    return Enrolment.id.not_in(doubles())


def trained() -> ColumnElement[bool]:
    """Whether a trainee (the table, as merged) ever completed a class, under any of their ids: what `trainees.trained` keeps."""
    completed = exists().where(Enrolment.outcome == EnrolmentOutcome.COMPLETED)
    before = completed.where(WRITTEN_AS.merged_into == Trainee.id, Enrolment.trainee_id == WRITTEN_AS.id)
    return or_(completed.where(Enrolment.trainee_id == Trainee.id), before)


def kept() -> Select[Any]:
    """What triggers keep with each enrolment, looked up anew."""
    began = select(func.min(KnownPlacement.started_on)).where(sent(ENROLLED, date.max)).correlate(Enrolment, TrainingClass)
    town = func.coalesce(Enrolment.counted_region_code, Trainee.region_code)
    work = (_works_since(kind) for kind in EmploymentKind)
    said: tuple[Any, ...] = (TrainingClass.institution_id, TrainingClass.region_code, town, began.scalar_subquery(), *work)
    wanted: Select[Any] = select(Enrolment.id, *(value.label(name) for name, value in zip(KEPT, said, strict=True)))
    return wanted.join(TrainingClass, TrainingClass.id == Enrolment.class_id).join(Trainee, Trainee.id == person())


def _works_since(kind: str) -> ColumnElement[date | None]:
    """The first day of the work of this kind that who completed a class has after it."""
    kinds, ever = literal([kind], ARRAY(Text)), literal(date.max, Date)
    here = select(func.min(Employment.from_on)).where(works(ENROLLED, kinds, ever)).correlate(Enrolment)
    away = select(func.min(KnownPlacement.started_on)).where(works_away(ENROLLED, kinds, ever)).correlate(Enrolment)
    return case((Enrolment.counted_on.is_not(None), func.least(here.scalar_subquery(), away.scalar_subquery())))


def had_category(codes: Sequence[str]) -> ColumnElement[bool]:
    """Whether the person was of one of these categories on the class's first day."""
    held, on = TraineeCategory, TrainingClass.starts_on
    return exists().where(
        held.trainee_id == person(), held.code.in_(codes), held.since_on <= on, or_(held.until_on.is_(None), held.until_on >= on)
    )


def on_first_day() -> ColumnElement[int]:
    """How many people were in a class (the table) on its first day: enrolled from it on or earlier, and who left, left later."""
    over = func.timezone(SHANGHAI.key, cast(TrainingClass.starts_on + 1, DateTime))
    stayed = or_(Enrolment.outcome != EnrolmentOutcome.WITHDRAWN, Enrolment.changed_at >= over)
    then = and_(or_(Enrolment.from_on.is_(None), Enrolment.from_on <= TrainingClass.starts_on), stayed)
    people = select(func.count()).where(Enrolment.class_id == TrainingClass.id, then, once())
    return people.correlate(TrainingClass).scalar_subquery()


def doubles() -> Select[tuple[UUID]]:
    """The enrolments that do not count beside another of the same person in the same class: beside one that was completed, else the first. Looked up among
    those who were merged alone, once a statement."""
    into = Trainee.merged_into
    merged = select(Trainee.id, into.label("who")).where(into.is_not(None))
    people = merged.union(select(into, into).where(into.is_not(None))).subquery("people")
    theirs = aliased(Enrolment)
    completed = theirs.outcome == EnrolmentOutcome.COMPLETED
    place = func.row_number().over(partition_by=(theirs.class_id, people.c.who), order_by=(completed.desc(), theirs.id))
    placed_so = select(theirs.id, place.label("place")).join(people, theirs.trainee_id == people.c.id).subquery("placed_so")
    return select(placed_so.c.id).where(placed_so.c.place > 1)


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one class as the columns of a statement: the enrolment's and its class's; `who` the person is now, as merged."""

    enrolment_id: Any
    class_id: Any
    who: Any
    counted_on: Any
    starts_on: Any
    occupation_code: Any
    order_id: Any


ENROLLED: Final = Person(
    Enrolment.id,
    Enrolment.class_id,
    person(),
    Enrolment.counted_on,
    TrainingClass.starts_on,
    TrainingClass.occupation_code,
    TrainingClass.order_id,
)


def holds(of: Person, kinds: ColumnElement[Any], as_of: date) -> ColumnElement[bool]:
    """The certificates by which a person is certified, where they are valid on the day."""
    return and_(given(of, kinds), valid(as_of))


def given(of: Person, kinds: ColumnElement[Any]) -> ColumnElement[bool]:
    """One of `kinds`, given for this class or, if for none, of its occupation and not before its first day."""
    held = KnownCertificate
    of_its_trade = and_(held.class_id.is_(None), held.occupation_code == of.occupation_code, held.issued_on >= of.starts_on)
    return and_(held.trainee_id == of.who, held.kind == any_(kinds), or_(held.class_id == of.class_id, of_its_trade))


def valid(as_of: date) -> ColumnElement[bool]:
    day, held = literal(as_of, Date), KnownCertificate
    return and_(held.issued_on <= day, or_(held.revoked_on.is_(None), held.revoked_on > day))


def ever_valid() -> ColumnElement[bool]:
    return or_(KnownCertificate.revoked_on.is_(None), KnownCertificate.revoked_on > KnownCertificate.issued_on)


def valid_days() -> ColumnElement[Any]:
    """All days on which it is `valid`, where it ever was."""
    return func.daterange(KnownCertificate.issued_on, KnownCertificate.revoked_on)


def sent(of: Person, as_of: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The placements by which a person is placed: begun in the partner city by the day, from this order class or on its order."""
    return and_(
        of.order_id.is_not(None),
        KnownPlacement.trainee_id == of.who,
        KnownPlacement.started_on <= as_of,
        or_(KnownPlacement.class_id == of.class_id, KnownPlacement.order_id == of.order_id),
    )


def works(of: Person, kinds: ColumnElement[Any], latest: Any) -> ColumnElement[bool]:
    """The work of one of `kinds` that begins by the day `latest`, or goes on, after the class's last day."""
    return and_(
        Employment.enrolment_id == of.enrolment_id,
        Employment.voided_at.is_(None),
        Employment.kind == any_(kinds),
        Employment.from_on <= latest,
        or_(Employment.until_on.is_(None), Employment.until_on > of.counted_on),
    )


def works_away(of: Person, kinds: ColumnElement[Any], latest: Any) -> ColumnElement[bool]:
    """The placements that are such work: wherever they came from, they are work for an employer."""
    return and_(
        literal(EmploymentKind.EMPLOYER, Text) == any_(kinds),
        KnownPlacement.trainee_id == of.who,
        KnownPlacement.started_on <= latest,
        or_(KnownPlacement.left_on.is_(None), KnownPlacement.left_on > of.counted_on),
    )


def window_end(within_months: ColumnElement[int], counted_on: Any) -> ColumnElement[date]:
    """The last day on which work may begin: so many calendar months after the class's last day, clipped to the month's end."""
    return cast(counted_on + func.make_interval(0, within_months), Date)


def known_by(of: Person, within_months: ColumnElement[int], as_of: date | ColumnElement[date]) -> ColumnElement[date]:
    """The last day on which work may begin that is looked at."""
    return func.least(as_of, window_end(within_months, of.counted_on))


def _by_plan(of: Callable[[PlanTerms], ColumnElement[Any]]) -> ColumnElement[Any]:
    """What the plan of the class's last day says."""
    *earlier, last = reference.lists().plans
    found = of(last)
    for plan in reversed(earlier):
        found = case((Enrolment.counted_on < plan.until_on, of(plan)), else_=found)
    return found


def employment_due_on() -> ColumnElement[date | None]:
    """The last day on which work may begin that still counts, as the plan of the class's days says; null before the class is completed."""
    return _by_plan(lambda plan: window_end(literal(plan.employed_within_months, Integer), Enrolment.counted_on))


def employed_by_plan(as_of: date) -> ColumnElement[bool]:
    return _by_plan(lambda plan: employed(plan.employed_kinds, plan.employed_within_months, as_of))


def without_work(today: date) -> ColumnElement[bool]:
    """Who completed a class, has found no work that counts and may still do so."""
    longest = max(plan.employed_within_months for plan in reference.lists().plans)
    lately = Enrolment.counted_on >= months_after(today, -longest) - timedelta(days=3)  # for the index: months are clipped to their end
    return and_(lately, employment_due_on() >= today, ~employed_by_plan(today), once())


def in_state(state: EmploymentState, today: date) -> ColumnElement[bool]:
    """Who has found work that counts, may still find it, or has not found it in time; who completed no class is in none."""
    match state:
        case EmploymentState.EMPLOYED:
            return and_(Enrolment.counted_on.is_not(None), employed_by_plan(today), once())
        case EmploymentState.PENDING:
            return without_work(today)
        case EmploymentState.MISSED:
            return and_(employment_due_on() < today, ~employed_by_plan(today), once())


def certified(kinds: ColumnElement[Any], as_of: date) -> ColumnElement[bool]:
    return exists().where(holds(ENROLLED, kinds, as_of))


def employed(kinds: Iterable[str], within_months: int, as_of: date) -> ColumnElement[bool]:
    """Whether who completed the class has work of one of these kinds that began in time, by what is kept of it."""
    since = func.least(*(getattr(Enrolment, f"{kind}_on") for kind in kinds))
    return func.coalesce(since <= known_by(ENROLLED, literal(within_months, Integer), as_of), false())
