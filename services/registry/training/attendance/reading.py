"""Attendance as it is shown, and as it is told to who judges a claim: by person and day, and by half-day of the class (the parameter `class_id`)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.codes import HalfDay
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee
from services.registry.reference.facts import Channel
from services.registry.training.attendance import policy, visibility
from services.registry.training.attendance.conditions import outside_hours, why_impossible
from services.registry.training.attendance.schemas import AttendancePaper
from services.registry.training.attendance.tables import Attendance, AttendanceConflict
from services.registry.training.classes import reading as classes
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import reading as enrolments
from services.registry.training.enrolments.tables import Enrolment
from shared import audit, errors, history, pages, wire
from shared.access import Call

PERSON = func.coalesce(Trainee.merged_into, Trainee.id)  # whose record it is, as merged
CLASS_ID = bindparam("class_id", type_=Uuid)
OTHER, ELSEWHERE, ELSEWHERE_AS, THERE = aliased(TrainingClass), aliased(Attendance), aliased(Trainee), aliased(Attendance)
SHOWN: Select[*tuple[Any, ...]] = select(
    Attendance.id,
    Trainee.id.label("trainee_id"),
    Trainee.name.label("trainee_name"),
    Trainee.id_number_masked,
    Attendance.on,
    Attendance.half_day,
    Attendance.source,
    Attendance.minutes,
    Attendance.platform,
    Attendance.counted,
    Attendance.signed_at,
    Attendance.recorded_at,
    Attendance.corrects,
    Attendance.voided_at,
    Attendance.void_reason,
).join(Trainee, Trainee.id == ALIASES.kept(Attendance.trainee_id))


async def one(session: AsyncSession, call: Call, attendance_id: UUID, on: date | None) -> AttendancePaper:
    """A record of a class that the caller sees, also one that was corrected; `on`: as it stood at the end of that day."""
    found = (
        await session.execute(SHOWN.add_columns(Attendance.class_id).where(Attendance.id == attendance_id, visibility.rows(call.actor)))
    ).first()
    if found is None:
        raise errors.NotFound("没有这条签到记录。请按签到记录核对。")
    training = await classes.find(session, call, found.class_id)
    actions = policy.allowed_actions(call.actor.doer, training.status, voided=found.voided_at is not None)
    paper = AttendancePaper.model_validate({**found._mapping, "allowed_actions": wire.allowed_actions(actions)})
    return history.voidable(paper, on)


async def entries(session: AsyncSession, call: Call, attendance_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    """What became of a record. It was told with many others, by one deed on the class."""
    told = (await one(session, call, attendance_id, None)).recorded_at
    of_class = select(Attendance.class_id).where(Attendance.id == attendance_id).scalar_subquery()
    trail = audit.TRAIL.c
    about = or_(and_(trail.action == "attendance.recorded", trail.at == told), trail.details["attendance_ids"].has_key(str(attendance_id)))
    return await history.entries(session, and_(trail.subject == of_class, about), asked)


@enrolments.counted_by
async def attended(session: AsyncSession, enrolment_id: UUID, until: datetime) -> dict[str, int]:
    """What the person of an enrolment had attended of its class, as it was known at that moment."""
    stood = or_(Attendance.voided_at.is_(None), Attendance.voided_at >= until)
    days = (
        select(func.count().label("half_days"))
        .select_from(Attendance)
        .join(Enrolment, and_(Enrolment.class_id == Attendance.class_id, Enrolment.trainee_id == Attendance.trainee_id))
    )
    of_day = (
        days.where(Enrolment.id == enrolment_id, Attendance.recorded_at < until, stood, Attendance.counted)
        .group_by(Attendance.on)
        .subquery()
    )
    whole = func.count().filter(of_day.c.half_days == len(HalfDay))
    row = (await session.execute(select(func.coalesce(func.sum(of_day.c.half_days), 0).label("half_days"), whole.label("days")))).one()
    return {"half_days_attended": int(row.half_days), "days_attended": row.days}


def days_of_people(channel: Channel) -> Any:
    """Each day of each person (`who`, as merged) in the class: how many half-days, and why one of them cannot be so."""
    why = why_impossible(channel)
    halves = (func.max(why).filter(Attendance.half_day == half_day).label(f"why_{half_day}") for half_day in HalfDay)
    days = select(PERSON.label("who"), Attendance.on, func.count(Attendance.half_day.distinct()).label("half_days"), *halves)
    return _of_people(days).group_by(PERSON, Attendance.on).order_by(Attendance.on)


def half_days(channel: Channel) -> Any:
    """Each half-day of the class: how many attended, and of the electronic signatures how many, from when to when, and how many at an impossible hour."""
    row, signed = Attendance, Attendance.signed_at.is_not(None)
    counted = select(
        row.on,
        row.half_day,
        func.count(PERSON.distinct()).label("attended"),
        func.count(PERSON.distinct()).filter(signed).label("people"),
        func.min(row.signed_at).label("first_at"),
        func.max(row.signed_at).label("last_at"),
        func.min(row.recorded_at).filter(signed).label("recorded_at_first"),
        func.count(PERSON.distinct()).filter(outside_hours(channel)).label("outside"),
    )
    return _of_people(counted).group_by(row.on, row.half_day).order_by(row.on, row.half_day)


def overlaps(numbered: Select[Any]) -> Any:
    """Half-days of a person (`who`, as merged) that this class and another reported, whichever of the two was refused; and those that two registrations
    of one person (`numbered`: all ids of those merged) signed in two classes."""
    still = exists().where(  # what stood in its way has not been taken back
        THERE.class_id == AttendanceConflict.other_class_id,
        ALIASES.kept(THERE.trainee_id) == ALIASES.kept(AttendanceConflict.trainee_id),
        THERE.on == AttendanceConflict.on,
        THERE.half_day == AttendanceConflict.half_day,
        THERE.voided_at.is_(None),
    )
    refused = (
        select(PERSON.label("who"), AttendanceConflict.on, AttendanceConflict.half_day, OTHER.number.label("class_number"))
        .select_from(AttendanceConflict)
        .join(Trainee, Trainee.id == AttendanceConflict.trainee_id)
        .join(OTHER, OTHER.id.in_((AttendanceConflict.class_id, AttendanceConflict.other_class_id)))
        .where(or_(AttendanceConflict.class_id == CLASS_ID, AttendanceConflict.other_class_id == CLASS_ID), OTHER.id != CLASS_ID, still)
    )
    signed = (
        select(PERSON, Attendance.on, Attendance.half_day, OTHER.number)
        .select_from(Attendance)
        .join(Trainee, Trainee.id == Attendance.trainee_id)
        .join(ELSEWHERE, and_(ELSEWHERE.on == Attendance.on, ELSEWHERE.half_day == Attendance.half_day, ELSEWHERE.class_id != CLASS_ID))
        .join(
            ELSEWHERE_AS, and_(ELSEWHERE_AS.id == ELSEWHERE.trainee_id, func.coalesce(ELSEWHERE_AS.merged_into, ELSEWHERE_AS.id) == PERSON)
        )
        .join(OTHER, OTHER.id == ELSEWHERE.class_id)
        .where(
            Attendance.class_id == CLASS_ID,
            *(each.voided_at.is_(None) for each in (Attendance, ELSEWHERE)),
            *(each.trainee_id.in_(numbered) for each in (Attendance, ELSEWHERE)),
        )
    )
    return refused.union(signed).order_by("on", "half_day", "class_number")


def _of_people(wanted: Any) -> Any:
    stands = (Attendance.class_id == CLASS_ID, Attendance.voided_at.is_(None), Attendance.counted)
    return wanted.join(Trainee, Trainee.id == Attendance.trainee_id).where(*stands)
