"""Recording what was found on a visit to a class (开班检查), and seeing to it that it is put right."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import HalfDay, InspectionStatus
from services.registry.reference.errors import SamePerson
from services.registry.training.attendance.tables import Attendance
from services.registry.training.classes import policy as classes
from services.registry.training.classes import visibility
from services.registry.training.classes.operations import permit, require_day
from services.registry.training.classes.tables import ClassSession, TrainingClass
from services.registry.training.inspections import policy, rules
from services.registry.training.inspections.schemas import (
    InspectionAnswered,
    InspectionIn,
    InspectionOut,
    InspectionPaper,
    InspectionReturned,
)
from services.registry.training.inspections.tables import Inspection
from shared import deeds, errors, history, pages, wire
from shared.access import Call
from shared.db import new_id

REFUSALS: dict[str, type[errors.Problem]] = {each.code: each for each in (errors.InvalidState, SamePerson)}
TOLD = ("status", "due_on", "reply", "replied_at", "returned_reason", "closed_at", "closed_by_name", "closed_comment")


async def inspect(session: AsyncSession, call: Call, class_id: UUID, body: InspectionIn) -> InspectionPaper:
    """Records what an officer found on a visit. What is not met is open until it is put right; where nothing is, there is nothing more to do."""
    training = await permit(session, call, class_id, step=classes.INSPECT)
    require_day(training, body.on, "/on")
    if faults := [*wire.faults(rules.RULES, body, call.today), *await _not_held(session, training, body)]:
        raise errors.Invalid(faults=faults)
    unmet = any(not each.met for each in body.findings)
    made = Inspection(
        id=new_id(),
        class_id=class_id,
        status=InspectionStatus.OPEN if unmet else InspectionStatus.CLOSED,
        inspected_by=call.actor.subject,
        inspected_by_name=call.actor.name or None,
        inspected_by_person=call.actor.doer.person,
        recorded_at=call.now,
        **body.model_dump(mode="json", include={"findings"}),
        **body.model_dump(exclude={"findings"}),
    )
    session.add(made)
    await session.flush()
    details = {"inspection_id": made.id, "half_day": body.half_day, "headcount": body.headcount}
    said = {"status": training.status, "version": training.version, "institution_id": training.institution_id, "from_on": body.on}
    await deeds.record(session, call, "class.inspected", class_id, details=details, **said)
    return _paper(call, made)


async def _not_held(session: AsyncSession, training: TrainingClass, body: InspectionIn) -> list[errors.Fault]:
    """Where the timetable is whole, the class is held on its half-days alone, and when somebody attended all the same."""
    hours = await session.scalar(select(func.sum(ClassSession.hours)).where(ClassSession.class_id == training.id))
    if (hours or 0) < training.hours:
        return []
    half_days = [body.half_day] if body.half_day else list(HalfDay)
    then = [
        exists().where(table.class_id == training.id, table.on == body.on, table.half_day.in_(half_days))
        for table in (ClassSession, Attendance)
    ]
    if await session.scalar(select(or_(*then))):
        return []
    fix = "请核对检查的日期和上下午;临时加课的,请先排课。"
    return [errors.Fault("outside_class_days", "/on", seen=str(body.on), allowed="课程表当时有课", fix=fix)]


async def permitted(session: AsyncSession, call: Call, inspection_id: UUID, action: str) -> tuple[Inspection, TrainingClass]:
    """The inspection, of the caller's version, where the step can be taken now, and its class."""
    made, training = await find(session, call, inspection_id)
    call.match(made.version)
    if refusal := policy.MACHINE.why_not(action, made.status, call.actor.doer, _done(made)):
        raise REFUSALS[refusal.code](refusal.detail)
    return made, training


async def find(session: AsyncSession, call: Call, inspection_id: UUID) -> tuple[Inspection, TrainingClass]:
    wanted = select(Inspection, TrainingClass).join(TrainingClass, TrainingClass.id == Inspection.class_id)
    row = (await session.execute(wanted.where(Inspection.id == inspection_id, visibility.rows(call.actor)))).first()
    if row is None:
        raise errors.NotFound("没有这次检查,或不在您的可见范围内。请核对编号。")
    return row[0], row[1]


async def get(session: AsyncSession, call: Call, inspection_id: UUID, as_of: date | None) -> InspectionPaper:
    paper = _paper(call, (await find(session, call, inspection_id))[0])
    return await history.stood(session, paper, as_of, paper.recorded_at) if as_of else paper


async def answer(session: AsyncSession, call: Call, inspection_id: UUID, body: InspectionAnswered) -> InspectionPaper:
    made, training = await permitted(session, call, inspection_id, "answer")
    made.reply, made.replied_at = body.reply, call.now
    return await _take(session, call, made, training, "answer")


async def send_back(session: AsyncSession, call: Call, inspection_id: UUID, body: InspectionReturned) -> InspectionPaper:
    made, training = await permitted(session, call, inspection_id, "return")
    if body.due_on < call.today:
        raise errors.Invalid(faults=[rules.too_soon(body.due_on, f"不早于今天 {call.today}")])
    made.returned_reason, made.due_on = body.reason, body.due_on
    return await _take(session, call, made, training, "return", body.reason)


async def close(session: AsyncSession, call: Call, inspection_id: UUID, comment: str | None) -> InspectionPaper:
    made, training = await permitted(session, call, inspection_id, "close")
    made.closed_at, made.closed_by_name, made.closed_comment = call.now, call.actor.name or None, comment
    return await _take(session, call, made, training, "close")


async def page(session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any]) -> dict[str, Any]:
    wanted = select(*(getattr(Inspection, name) for name in InspectionOut.model_fields if name in Inspection.__mapper__.columns))
    wanted = wanted.join(TrainingClass, TrainingClass.id == Inspection.class_id).where(visibility.rows(call.actor))
    return await pages.page(session, pages.where(wanted, filters), Inspection.id, asked, InspectionOut.model_validate)


async def _take(
    session: AsyncSession, call: Call, made: Inspection, training: TrainingClass, action: str, reason: str | None = None
) -> InspectionPaper:
    made.status = policy.MACHINE.step(action).to or made.status
    told = {"changes": history.unsaved(made, TOLD)} | ({"reason": reason} if reason else {})
    await session.flush()
    said = {"status": made.status, "version": made.version, "class_id": made.class_id, "institution_id": training.institution_id}
    what = {"answer": "answered", "return": "returned", "close": "closed"}[action]
    await deeds.record(session, call, f"inspection.{what}", made.id, details=told, **said)
    return _paper(call, made)


def _done(made: Inspection) -> list[tuple[str, str]]:
    return [("inspect", made.inspected_by_person)] if made.inspected_by_person else []


def _paper(call: Call, made: Inspection) -> InspectionPaper:
    shown = {name: getattr(made, name) for name in InspectionOut.model_fields if name in Inspection.__mapper__.columns}
    actions = policy.MACHINE.every_action(made.status, call.actor.doer, _done(made))
    return InspectionPaper.model_validate(shown | {"allowed_actions": wire.allowed_actions(actions)})
