"""What eastwest asks: which classes people attended, and on which days; who was trained for an order."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, or_, select

from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee
from services.registry.training.attendance.tables import Attendance
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Enrolment
from shared import access, web, wire

router = web.Router("trainees")


class AttendedAsked(wire.In):
    trainee_ids: Annotated[list[UUID], Field(max_length=10_000)]


class AttendedClass(wire.Out):
    """`trainee_id`: as asked. `attended_from_on`, `attended_to_on`: the first and the last day on which the person signed; null where the class was
    completed without a day that is known."""

    trainee_id: UUID
    class_id: UUID
    institution_id: UUID
    order_id: UUID | None
    occupation_code: str | None
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate
    attended_from_on: wire.CivilDate | None = Field(description="签到的首日")
    attended_to_on: wire.CivilDate | None = Field(description="签到的末日")


class Attending(wire.Out):
    """`trainee_id`: as asked. By what posts may be unequal."""

    trainee_id: UUID
    sex: str
    birth_on: wire.CivilDate


class AttendedClasses(wire.Out):
    classes: list[AttendedClass]
    people: list[Attending] = Field(description="所问的人;未登记的不在内")


@router.operation("POST", "/internal/v1/attended-classes", may=access.INTERNAL, summary="这些人上过的班", writes=False)
async def attended_classes(body: AttendedAsked, session: web.Session) -> AttendedClasses:
    """Those of which the person attended a half-day at least, or which they completed."""
    signed = (
        select(func.min(Attendance.on).label("from_on"), func.max(Attendance.on).label("to_on"))
        .where(Attendance.class_id == Enrolment.class_id, Attendance.trainee_id == Enrolment.trainee_id, Attendance.voided_at.is_(None))
        .lateral("signed")
    )
    wanted = (
        select(
            ALIASES.kept(Enrolment.trainee_id).label("kept_id"),
            Enrolment.class_id,
            TrainingClass.institution_id,
            TrainingClass.order_id,
            TrainingClass.occupation_code,
            TrainingClass.starts_on,
            TrainingClass.ends_on,
            signed.c.from_on.label("attended_from_on"),
            signed.c.to_on.label("attended_to_on"),
        )
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .join(signed, signed.c.from_on.is_not(None) | (Enrolment.outcome == "completed"))
        .where(
            ALIASES.among(Enrolment.trainee_id, body.trainee_ids),
            or_(Enrolment.half_days_attended > 0, Enrolment.outcome == "completed"),
            TrainingClass.status != "cancelled",
        )
        .order_by(TrainingClass.ends_on, TrainingClass.id)
    )
    asked: dict[UUID, list[UUID]] = {}
    for each, kept in (await ALIASES.resolved(session, body.trainee_ids)).items():
        asked.setdefault(kept, []).append(each)
    rows = (await session.execute(wanted)).all()
    people = (await session.execute(select(Trainee.id, Trainee.sex, Trainee.birth_on).where(Trainee.id.in_(asked)))).all()
    return AttendedClasses(
        classes=[AttendedClass.model_validate({**row._mapping, "trainee_id": each}) for row in rows for each in asked[row.kept_id]],
        people=[Attending(trainee_id=each, sex=row.sex, birth_on=row.birth_on) for row in people for each in asked[row.id]],
    )


class OrderAsked(wire.In):
    order_id: UUID
    as_of: wire.CivilDate


class OrderPerson(wire.Out):
    """Under the id by which the person goes today."""

    trainee_id: UUID
    class_id: UUID
    ends_on: wire.CivilDate


class OrderPeople(wire.Out):
    people: list[OrderPerson] = Field(description="结业的人,每人每班一项")


@router.operation("POST", "/internal/v1/order-people", may=access.INTERNAL, summary="为一个订单培训结业的人", writes=False)
async def order_people(body: OrderAsked, session: web.Session) -> OrderPeople:
    """Of its classes that were over by that day."""
    wanted = (
        select(ALIASES.kept(Enrolment.trainee_id).label("trainee_id"), Enrolment.class_id, TrainingClass.ends_on)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(TrainingClass.order_id == body.order_id, Enrolment.outcome == "completed", TrainingClass.ends_on <= body.as_of)
        .order_by(TrainingClass.ends_on, TrainingClass.id, Enrolment.id)
    )
    return OrderPeople(people=[OrderPerson.model_validate(row._mapping) for row in await session.execute(wanted)])
