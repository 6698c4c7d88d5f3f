"""What moves a class from state to state. Each step locks the class, so that nobody is enrolled into it meanwhile."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus as Status
from services.registry.reference.errors import SamePerson
from services.registry.training.classes import facts, operations, policy, reading, rules, schemas
from services.registry.training.classes.errors import (
    ClassClaimed,
    ClassFiledLate,
    InstitutionBlacklisted,
    InstitutionExited,
    InstitutionNotDesignated,
    InstitutionSuspended,
    SeatPlanExceeded,
    SupportStopped,
    TooEarly,
)
from services.registry.training.classes.operations import announce, held_on_other_days
from services.registry.training.classes.tables import TrainingClass
from shared import errors, history, wire
from shared.access import Call
from shared.steps import Refusal

REFUSALS: dict[str, type[errors.Problem]] = {
    problem.code: problem
    for problem in (
        errors.InvalidState,
        SamePerson,
        TooEarly,
        ClassFiledLate,
        ClassClaimed,
        SeatPlanExceeded,
        InstitutionSuspended,
        InstitutionExited,
        InstitutionBlacklisted,
        InstitutionNotDesignated,
        SupportStopped,
    )
}
Settle = Callable[[AsyncSession, Call, TrainingClass, Status], Awaitable[Mapping[str, int]]]
Settles = TypeVar("Settles", bound=Settle)
_settled_by: list[Settle] = []


def settles(settle: Settles) -> Settles:
    """Registers what becomes of the people of a class that is completed, cancelled or reopened; the answer counts them by outcome."""
    _settled_by.append(settle)
    return settle


async def submit(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    """Hands a draft, or what was returned, to the officer, if the institution may hold it on its days."""
    training = await permit(session, call, class_id, action="submit", lock=True)
    _file(call, training)
    return await _finish(session, call, training, Status.SUBMITTED, details={"comment": comment})


async def approve(session: AsyncSession, call: Call, class_id: UUID, comment: str | None) -> schemas.ClassPaper:
    training = await permit(session, call, class_id, action="approve", lock=True)
    training.approved_at = call.now
    await facts.draw_seats(session, training)
    return await _finish(session, call, training, Status.APPROVED, details={"comment": comment})


async def send_back(session: AsyncSession, call: Call, class_id: UUID, reason: str) -> schemas.ClassPaper:
    """Back to whoever proposed it, to be put right and submitted again; what was approved is approved no more."""
    training = await permit(session, call, class_id, action="return", lock=True)
    training.status_reason, training.approved_at = reason, None
    await facts.give_back_seats(session, training.id)
    return await _finish(session, call, training, Status.RETURNED, details={"reason": reason})


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


async def reopen(session: AsyncSession, call: Call, class_id: UUID, reason: str, claims: Sequence[str]) -> schemas.ClassPaper:
    """Takes back a completion: whoever had completed it, or was absent, is enrolled again, and nobody is counted until it is completed anew."""
    training = await permit(session, call, class_id, action="reopen", lock=True, claims=claims)
    counts = await _settle(session, call, training, Status.IN_PROGRESS)
    training.completed_people = None
    return await _finish(session, call, training, Status.IN_PROGRESS, "reopened", {"reason": reason, **counts})


async def cancel(session: AsyncSession, call: Call, class_id: UUID, reason: str | None) -> schemas.ClassPaper:
    """Calls the class off; everyone enrolled is withdrawn."""
    training = await permit(session, call, class_id, action="cancel", lock=True)
    training.status_reason = reason
    await facts.give_back_seats(session, training.id)
    counts = await _settle(session, call, training, Status.CANCELLED)
    return await _finish(session, call, training, Status.CANCELLED, details={"reason": reason, **counts})


async def reschedule(session: AsyncSession, call: Call, class_id: UUID, body: schemas.Rescheduled) -> schemas.ClassPaper:
    """Moves the class to other days, on which the institution must be allowed to hold it. Its timetable loses what lies outside them. One that was
    submitted or approved is to be approved for them; to begin earlier than was filed is to file anew."""
    training = await permit(session, call, class_id, action="reschedule", lock=True)
    starts_on, ends_on = body.starts_on, body.ends_on
    moved = SimpleNamespace(channel=training.channel, starts_on=starts_on, ends_on=ends_on, hours=training.hours)
    rules.refuse(wire.faults(rules.DAYS, moved, call.today))
    before = f"{training.starts_on} 至 {training.ends_on}"
    if starts_on < training.starts_on:
        training.filed_at = None
    training.starts_on, training.ends_on, training.late_reason = starts_on, ends_on, body.late_reason or training.late_reason
    training.changed_by = call.actor.doer.person
    status = Status(training.status)
    if status not in policy.EDITED:
        organiser = await reading.organiser_of(session, training)
        held = reading.held(training, organiser)
        _refuse(
            policy.barred(organiser, starts_on, ends_on)
            or policy.filed_late(starts_on, held.filed_on or call.today, held.late_reason, held.filing_days)
        )
        _file(call, training)
        training.approved_at, status = None, Status.SUBMITTED
        await facts.give_back_seats(session, training.id)
    await held_on_other_days(session, call, training)
    return await _finish(session, call, training, status, "rescheduled", {"before": before, "after": f"{starts_on} 至 {ends_on}"})


def _file(call: Call, training: TrainingClass) -> None:
    training.filed_at, training.submitted_by, training.status_reason = training.filed_at or call.now, call.actor.doer.person, None


async def permit(
    session: AsyncSession, call: Call, class_id: UUID, *, action: str, lock: bool = False, claims: Sequence[str] = ()
) -> TrainingClass:
    """The class, of the caller's version, where the action can be taken now."""
    training = await reading.find(session, call, class_id, lock=lock)
    operations.require_own(call, training)
    call.match(training.version)
    organiser = await reading.organiser_of(session, training) if action in policy.STANDING else None
    no_seats = await facts.short_of_seats(session, training) if action == "approve" and training.status == Status.SUBMITTED else None
    _refuse(policy.why_not(action, reading.held(training, organiser, claims, no_seats), call.actor.doer, call.today))
    return training


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        kind = REFUSALS[refusal.code]
        late = [errors.Fault(kind.code, "/late_reason", fix=refusal.detail)] if kind is ClassFiledLate else []
        raise kind(refusal.detail, faults=late)


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
    told = {**(details or {}), "changes": history.unsaved(training, reading.TOLD)}
    await session.flush()
    said = {name: value for name, value in told.items() if value is not None}
    await announce(session, call, training, what or status, said)
    return await reading.paper(session, call, training)
