"""What can be done with a seat plan: make it, change it, draw on it when a class is approved, and give back when one is approved no more."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus
from services.registry.institutions.institutions.tables import Institution
from services.registry.training.classes.errors import SeatPlanExceeded
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.seat_plans import policy, reading, rules
from services.registry.training.seat_plans.schemas import SeatPlanChange, SeatPlanIn, SeatPlanPaper
from services.registry.training.seat_plans.tables import SeatDraw, SeatPlan
from shared import db, deeds, errors, history, wire
from shared.access import Call

DRAWING = (ClassStatus.APPROVED, ClassStatus.IN_PROGRESS, ClassStatus.COMPLETED)


async def plan(session: AsyncSession, call: Call, body: SeatPlanIn) -> SeatPlanPaper:
    """The classes of that year that are approved already draw on it, those told of past years never; 409 where they need more than is offered."""
    institution = await session.get(Institution, body.institution_id)
    faults = wire.faults(rules.RULES, body, call.today)
    if institution is None:
        fix = "请先登记该机构,或更正编号。"
        faults.append(errors.Fault("unknown_institution", "/institution_id", seen=str(body.institution_id), fix=fix))
    if faults or institution is None:
        raise errors.Invalid(faults=faults)
    await _alone(session, body.institution_id, body.year, body.channel)
    extra = policy.extra(body.seats, institution.rating)
    held = select(TrainingClass.id, TrainingClass.seats).where(
        TrainingClass.institution_id == body.institution_id,
        TrainingClass.channel == body.channel,
        TrainingClass.status.in_(DRAWING),
        ~TrainingClass.imported,
        func.extract("year", TrainingClass.starts_on) == body.year,
    )
    classes = (await session.execute(held)).all()
    drawn = sum(each.seats for each in classes)
    if drawn > body.seats + extra:
        raise SeatPlanExceeded(f"{body.year} 年该渠道已批准的班级共 {drawn} 人,多于计划的 {body.seats + extra} 人。请核对计划人数。")
    made = SeatPlan(id=db.new_id(), extra=extra, drawn=drawn, planned_at=call.now, **body.model_dump())
    session.add(made)
    await session.flush()
    session.add_all(SeatDraw(class_id=each.id, plan_id=made.id, seats=each.seats) for each in classes)
    await session.flush()
    await deeds.record(session, call, "seat_plan.planned", made.id, version=made.version)
    return reading.paper(call, made)


async def change(session: AsyncSession, call: Call, plan_id: UUID, body: SeatPlanChange) -> SeatPlanPaper:
    """Never below what is drawn. What an excellent institution has more is reckoned by its rating of today."""
    found = await reading.matched(session, call, plan_id, lock=True)
    institution = await session.get_one(Institution, found.institution_id)
    extra = policy.extra(body.seats, institution.rating)
    if found.drawn > body.seats + extra:
        raise SeatPlanExceeded(f"已批准的班级共 {found.drawn} 人,不能少于此数;现为 {body.seats + extra} 人。")
    before = reading.show(found).model_dump(mode="json")
    found.seats, found.extra, found.document = body.seats, extra, body.document or found.document
    await session.flush()
    told = {"changes": history.changes(before, reading.show(found).model_dump(mode="json")), "reason": body.reason}
    await deeds.record(session, call, "seat_plan.changed", found.id, details=told, version=found.version)
    return reading.paper(call, found)


async def draw(session: AsyncSession, training: Any) -> None:
    """A class is approved: it takes its seats of the year's plan, where there is one. Who comes when too few are left is refused by the update itself."""
    await _alone(session, training.institution_id, training.starts_on.year, training.channel)
    taken = update(SeatPlan).where(reading.of(training), SeatPlan.drawn + training.seats <= SeatPlan.seats + SeatPlan.extra)
    taken = taken.values(drawn=SeatPlan.drawn + training.seats, version=SeatPlan.version + 1).returning(SeatPlan.id)
    plan_id = await session.scalar(taken.execution_options(synchronize_session=False))
    if plan_id is not None:
        session.add(SeatDraw(class_id=training.id, plan_id=plan_id, seats=training.seats))
    elif short := await reading.short(session, training):
        raise SeatPlanExceeded(short)


async def give_back(session: AsyncSession, class_id: UUID) -> None:
    """A class is approved no more: what it had is there for others. A class that had drawn nothing gives nothing back."""
    gone = delete(SeatDraw).where(SeatDraw.class_id == class_id).returning(SeatDraw.plan_id, SeatDraw.seats)
    for had in (await session.execute(gone)).all():
        less = update(SeatPlan).where(SeatPlan.id == had.plan_id).values(drawn=SeatPlan.drawn - had.seats, version=SeatPlan.version + 1)
        await session.execute(less.execution_options(synchronize_session=False))


async def _alone(session: AsyncSession, institution_id: UUID, year: int, channel: str) -> None:
    """One at a time plans or approves for these: a class that is approved while the plan is made would draw on nothing."""
    key = f"seat_plans/{institution_id}/{year}/{channel}"
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
