"""What became of people after a class: a certificate, a place in the partner city, work. Conditions in SQL, the same for the count and for the list of
those counted. A statement that uses them joins the enrolment with its class."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Text, and_, any_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from services.registry.codes import EmploymentKind, EnrolmentOutcome
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Employment, Enrolment


def person() -> Any:
    """Whom the enrolment's trainee stands for now, as merged."""
    return ALIASES.kept(Enrolment.trainee_id)


def once() -> ColumnElement[bool]:
    """Of one person in one class, enrolled under several ids before they were merged, the enrolment that counts."""
    return Enrolment.id.not_in(doubles())


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


def certified(kinds: ColumnElement[Any], as_of: date) -> ColumnElement[bool]:
    """Holds a certificate of one of `kinds`, valid on the day: given for this class or, if for none, of its occupation and not before its first day."""
    day, held = literal(as_of, Date), KnownCertificate
    of_its_trade = and_(
        held.class_id.is_(None), held.occupation_code == TrainingClass.occupation_code, held.issued_on >= TrainingClass.starts_on
    )
    return exists().where(
        held.trainee_id == person(),
        held.kind == any_(kinds),
        held.issued_on <= day,
        or_(held.revoked_on.is_(None), held.revoked_on > day),
        or_(held.class_id == Enrolment.class_id, of_its_trade),
    )


def placed(as_of: date) -> ColumnElement[bool]:
    """Began work in the partner city by the day, sent from this order class or on its order."""
    return and_(
        TrainingClass.order_id.is_not(None),
        exists().where(
            KnownPlacement.trainee_id == person(),
            KnownPlacement.started_on <= literal(as_of, Date),
            or_(KnownPlacement.class_id == Enrolment.class_id, KnownPlacement.order_id == TrainingClass.order_id),
        ),
    )


def window_end(within_months: ColumnElement[int]) -> ColumnElement[date]:
    """The last day on which work may begin: so many calendar months after the class's last day, clipped to the month's end."""
    return cast(Enrolment.counted_on + func.make_interval(0, within_months), Date)


def employed(kinds: ColumnElement[Any], within_months: ColumnElement[int], as_of: date, *begun_by: Any) -> ColumnElement[bool]:
    """Work of one of `kinds` that begins, or goes on, after the class's last day and within the months; known up to `as_of`. A placement, wherever
    it came from, is work for an employer. `begun_by`: only work that had begun by this day."""
    latest = func.least(literal(as_of, Date), window_end(within_months), *begun_by)
    recorded = exists().where(
        Employment.enrolment_id == Enrolment.id,
        Employment.voided_at.is_(None),
        Employment.kind == any_(kinds),
        Employment.from_on <= latest,
        or_(Employment.until_on.is_(None), Employment.until_on > Enrolment.counted_on),
    )
    sent = exists().where(
        literal(EmploymentKind.EMPLOYER, Text) == any_(kinds),
        KnownPlacement.trainee_id == person(),
        KnownPlacement.started_on <= latest,
        or_(KnownPlacement.left_on.is_(None), KnownPlacement.left_on > Enrolment.counted_on),
    )
    return or_(recorded, sent)
