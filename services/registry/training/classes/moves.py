"""What moves a class from state to state. Each move locks the class, so that nobody is enrolled into it meanwhile."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, exists, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.people.trainees.tables import Trainee
from services.registry.training.attendance.tables import Attendance
from services.registry.training.classes import checking, policy, schemas, sight
from services.registry.training.classes.errors import ClassTooLong, TooEarly
from services.registry.training.classes.operations import announce, paper
from services.registry.training.classes.tables import ClassSession, TrainingClass
from services.registry.training.enrolments.tables import Enrolment
from shared import changes, errors, privacy
from shared.access import Call

REFUSALS: dict[str, type[errors.Problem]] = {"invalid_state": errors.InvalidState, "too_early": TooEarly}


async def submit(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    """Hands a draft to the officer, if the institution may hold it on its days."""
    training = await _begin(session, call, class_id, "submit")
    await sight.require_standing(session, training, training.starts_on, training.ends_on)
    return await _finish(session, call, training, "submitted", details={"comment": comment})


async def approve(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    training = await _begin(session, call, class_id, "approve")
    return await _finish(session, call, training, "approved", details={"comment": comment})


async def reject(session: AsyncSession, call: Call, class_id: UUID, reason: str) -> schemas.ClassPaper:
    training = await _begin(session, call, class_id, "reject")
    training.status_reason = reason
    return await _finish(session, call, training, "rejected", details={"reason": reason})


async def start(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    """Opens the class, from its first day."""
    training = await _begin(session, call, class_id, "start")
    return await _finish(session, call, training, "in_progress", "started", {"comment": comment})


async def complete(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    """Closes the class after its last day. Who attended at all has completed and counts that day in their town; who did not is absent."""
    training = await _begin(session, call, class_id, "complete")
    attended = exists().where(Attendance.class_id == class_id, Attendance.trainee_id == Enrolment.trainee_id)
    settle = (
        update(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.outcome == "enrolled", Trainee.id == Enrolment.trainee_id)
        .values(
            outcome=case((attended, "completed"), else_="absent"), counted_on=case((attended, training.ends_on)),
            counted_region_code=case((attended, Trainee.region_code)), version=Enrolment.version + 1, changed_at=call.now,
        )
        .returning(Enrolment.id, Enrolment.trainee_id, Enrolment.outcome, Enrolment.version)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    counts = await _announce_outcomes(session, call, class_id, settle)
    return await _finish(session, call, training, "completed", details={"comment": comment, **counts})


async def cancel(session: AsyncSession, call: Call, class_id: UUID, reason: str | None) -> schemas.ClassPaper:
    """Calls the class off; everyone enrolled is withdrawn."""
    training = await _begin(session, call, class_id, "cancel")
    training.status_reason = reason
    settle = (
        update(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.outcome == "enrolled")
        .values(outcome="withdrawn", version=Enrolment.version + 1, changed_at=call.now)
        .returning(Enrolment.id, Enrolment.trainee_id, Enrolment.outcome, Enrolment.version)
        .execution_options(synchronize_session=False)
    )
    counts = await _announce_outcomes(session, call, class_id, settle)
    return await _finish(session, call, training, "cancelled", details={"reason": reason, **counts})


async def reschedule(session: AsyncSession, call: Call, class_id: UUID, starts_on: date, ends_on: date) -> schemas.ClassPaper:
    """Moves the class to other days, on which the institution must be allowed to hold it. Its timetable loses what lies outside them."""
    training = await _begin(session, call, class_id, "reschedule")
    if ends_on < starts_on:
        fault = errors.Fault("invalid_period", "/ends_on", seen=str(ends_on), allowed=f"不早于 {starts_on}", fix="请改正起止日期。")
        raise errors.Invalid(faults=[fault])
    if faults := checking.too_long(training.channel, starts_on, ends_on):
        raise ClassTooLong(faults=faults)
    if training.status != "draft":
        await sight.require_standing(session, training, starts_on, ends_on)
    before = f"{training.starts_on} 至 {training.ends_on}"
    training.starts_on, training.ends_on = starts_on, ends_on
    outside = or_(ClassSession.on < starts_on, ClassSession.on > ends_on)
    await session.execute(delete(ClassSession).where(ClassSession.class_id == class_id, outside))
    return await _finish(session, call, training, training.status, "rescheduled", {"before": before, "after": f"{starts_on} 至 {ends_on}"})


async def _begin(session: AsyncSession, call: Call, class_id: UUID, action: policy.Action) -> TrainingClass:
    training = await sight.find(session, call, class_id, lock=True)
    call.match(training.version)
    if refusal := policy.refusal(action, training.status, training.starts_on, training.ends_on, call.today):
        raise REFUSALS[refusal.code](refusal.detail)
    return training


async def _finish(
    session: AsyncSession,
    call: Call,
    training: TrainingClass,
    status: str,
    what: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> schemas.ClassPaper:
    training.status, training.changed_at = status, call.now
    await session.flush()
    await announce(
        session,
        call,
        training,
        what or status,
        {name: privacy.redact(value) if isinstance(value, str) else value for name, value in (details or {}).items() if value is not None},
    )
    return paper(call, training)


async def _announce_outcomes(session: AsyncSession, call: Call, class_id: UUID, settle: Any) -> dict[str, int]:
    """Settles the enrolments in one statement, announces each and counts them by outcome."""
    counts: dict[str, int] = {}
    events = []
    for row in await session.execute(settle):
        counts[row.outcome] = counts.get(row.outcome, 0) + 1
        events.append(
            changes.event(
                call,
                f"enrolment.{row.outcome}",
                row.id,
                status=row.outcome,
                version=row.version,
                class_id=class_id,
                trainee_id=row.trainee_id,
            )
        )
    await changes.publish_all(session, events)
    return counts
