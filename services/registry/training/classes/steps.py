"""What moves a class from state to state. Each step locks the class, so that nobody is enrolled into it meanwhile."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import ClassStatus as Status
from services.registry.training.classes import policy, reading, rules, schemas
from services.registry.training.classes.errors import ClassTooLong, InstitutionBlacklisted, InstitutionNotDesignated, TooEarly
from services.registry.training.classes.operations import announce
from services.registry.training.classes.tables import ClassSession, TrainingClass
from shared import errors
from shared.access import Call
from shared.steps import Refusal

REFUSALS: dict[str, type[errors.Problem]] = {
    problem.code: problem for problem in (errors.InvalidState, TooEarly, InstitutionBlacklisted, InstitutionNotDesignated)
}
Settle = Callable[[AsyncSession, Call, TrainingClass, Status], Awaitable[Mapping[str, int]]]
_settled_by: list[Settle] = []


def settles(settle: Settle) -> Settle:
    """Registers what becomes of the people of a class that is completed or cancelled; the answer counts them by outcome."""
    _settled_by.append(settle)
    return settle


async def submit(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    """Hands a draft to the officer, if the institution may hold it on its days."""
    training = await permit(session, call, class_id, action="submit", lock=True)
    training.filed_at = training.filed_at or call.now
    return await _finish(session, call, training, Status.SUBMITTED, details={"comment": comment})


async def approve(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    training = await permit(session, call, class_id, action="approve", lock=True)
    training.approved_at = call.now
    return await _finish(session, call, training, Status.APPROVED, details={"comment": comment})


async def reject(session: AsyncSession, call: Call, class_id: UUID, reason: str) -> schemas.ClassPaper:
    training = await permit(session, call, class_id, action="reject", lock=True)
    training.status_reason = reason
    return await _finish(session, call, training, Status.REJECTED, details={"reason": reason})


async def start(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    """Opens the class, from its first day."""
    training = await permit(session, call, class_id, action="start", lock=True)
    return await _finish(session, call, training, Status.IN_PROGRESS, "started", {"comment": comment})


async def complete(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    """Closes the class after its last day. Who attended at all has completed and counts that day in their town; who did not is absent."""
    training = await permit(session, call, class_id, action="complete", lock=True)
    counts = await _settle(session, call, training, Status.COMPLETED)
    training.completed_people = counts.get("completed", 0)
    return await _finish(session, call, training, Status.COMPLETED, details={"comment": comment, **counts})


async def cancel(session: AsyncSession, call: Call, class_id: UUID, reason: str | None) -> schemas.ClassPaper:
    """Calls the class off; everyone enrolled is withdrawn."""
    training = await permit(session, call, class_id, action="cancel", lock=True)
    training.status_reason = reason
    counts = await _settle(session, call, training, Status.CANCELLED)
    return await _finish(session, call, training, Status.CANCELLED, details={"reason": reason, **counts})


async def reschedule(session: AsyncSession, call: Call, class_id: UUID, starts_on: date, ends_on: date) -> schemas.ClassPaper:
    """Moves the class to other days, on which the institution must be allowed to hold it. Its timetable loses what lies outside them."""
    training = await permit(session, call, class_id, action="reschedule", lock=True)
    if faults := fields.backwards(starts_on, ends_on, "/ends_on"):
        raise errors.Invalid(faults=faults)
    if faults := rules.too_long(training.channel, starts_on, ends_on):
        raise ClassTooLong(faults=faults)
    if training.status != Status.DRAFT:
        _refuse(policy.barred(await reading.organiser_of(session, training.institution_id, training.channel), starts_on, ends_on))
    before = f"{training.starts_on} 至 {training.ends_on}"
    training.starts_on, training.ends_on = starts_on, ends_on
    outside = or_(ClassSession.on < starts_on, ClassSession.on > ends_on)
    await session.execute(delete(ClassSession).where(ClassSession.class_id == class_id, outside))
    return await _finish(session, call, training, training.status, "rescheduled", {"before": before, "after": f"{starts_on} 至 {ends_on}"})


async def permit(session: AsyncSession, call: Call, class_id: UUID, *, action: str, lock: bool = False) -> TrainingClass:
    """The class, of the caller's version, where the action can be taken now."""
    training = await reading.find(session, call, class_id, lock=lock)
    call.match(training.version)
    organiser = await reading.organiser_of(session, training.institution_id, training.channel) if action == "submit" else None
    doer = call.actor.doer
    _refuse(policy.why_not(action, training.status, doer, training.starts_on, training.ends_on, call.today, organiser))
    return training


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise REFUSALS[refusal.code](refusal.detail)


async def _settle(session: AsyncSession, call: Call, training: TrainingClass, status: Status) -> dict[str, int]:
    """What becomes of the people of a class that ends so, counted by outcome."""
    counts: Counter[str] = Counter()
    for settle in _settled_by:
        counts.update(await settle(session, call, training, status))
    return dict(counts)


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
    said = {name: value for name, value in (details or {}).items() if value is not None}
    await announce(session, call, training, what or status, said)
    return await reading.paper(session, call, training)
