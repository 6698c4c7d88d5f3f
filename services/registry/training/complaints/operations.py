"""Complaints as they come in, and what is done about them. Who complains is shown in full only to who must know, and recorded."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import clients
from services.registry.codes import ComplaintStatus, ComplaintSubject, WorklistKind
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.complaints import policy
from services.registry.training.complaints.schemas import (
    ComplainantOut,
    ComplaintAsked,
    ComplaintIn,
    ComplaintOut,
    ComplaintPaper,
    ComplaintReceived,
    ComplaintState,
    SubjectIn,
)
from services.registry.training.complaints.tables import Complaint
from shared import clock, db, deeds, errors, history, limits, pages, periods, privacy, redaction, wire
from shared.access import Call
from shared.web import Kernel

CODE_BYTES = 12  # more than can be guessed at the pace of an address
CODE = "complaint_code"
REFUSALS: dict[str, type[errors.Problem]] = {each.code: each for each in (errors.InvalidState,)}
TOLD = ("status", "accepted_at", "answered_at", "answer", "held_at", "held_reason", "released_at")
KEPT_BY = {ComplaintSubject.CERTIFICATE: "evaluation", ComplaintSubject.NOTICE: "subsidy"}
SHOWN = {"name": Complaint.name_masked, "contact": Complaint.contact_masked}
UNKNOWN = "没有这件投诉,或查询码不符。请核对编号和查询码。"


async def complained_of(body: ComplaintIn, call: Call, kernel: Kernel) -> clients.ComplaintSubject | None:
    """Asked before the transaction, and of one address not often: what the certificate or the notice is, of whoever keeps it; None: it is about a class."""
    await kernel.limits.take(limits.COMPLAINTS, limits.address(call.origin))
    asked = body.subject
    if faults := [*_named_once(asked)]:
        raise errors.Invalid(faults=faults)
    kept_by = KEPT_BY.get(asked.kind)
    return await clients.complained_of(kernel, call, kept_by, asked.id, asked.number) if kept_by else None


async def receive(
    session: AsyncSession, call: Call, kernel: Kernel, body: ComplaintIn, told: clients.ComplaintSubject | None
) -> ComplaintReceived:
    """Anyone's complaint. ID numbers in it are masked: it is read by many. A certificate's number is taken as it is printed: whether it is registered, which a
    forged one is not, is told to the office alone, and whoever complains learns nothing of the register."""
    asked = body.subject
    class_id = await _class(session, body, told)
    of_paper = asked.kind == ComplaintSubject.CERTIFICATE and asked.number is not None
    if not (of_paper or (told.found if told else class_id)):
        code, fix = ("unknown_subject", "请核对编号;纸质证书请填写其上印的编号。") if told else ("unknown_class", "请核对班级编号。")
        fault = errors.Fault(code, f"/subject/{'id' if asked.id else 'number'}", allowed="已登记的班级、证书,已发布的公示", fix=fix)
        raise errors.Invalid(faults=[fault])
    made, code = db.new_id(), secrets.token_urlsafe(CODE_BYTES)
    complaint = Complaint(
        id=made,
        year=call.today.year,
        code_key=kernel.vault.blind(code, CODE),
        subject_kind=asked.kind,
        subject=str(asked.id or redaction.redact(str(asked.number))),
        issuer=asked.issuer,
        certificate_id=told.id if told else None,
        class_id=class_id,
        text=body.text,
        name=body.name and kernel.vault.encrypt(body.name, f"complaints/{made}/name"),
        name_masked=body.name and privacy.mask_name(body.name),
        contact=body.contact and kernel.vault.encrypt(body.contact, f"complaints/{made}/contact"),
        contact_masked=body.contact and privacy.mask_contact(body.contact),
        status=ComplaintStatus.RECEIVED,
        received_at=call.now,
    )
    session.add(complaint)
    await session.flush()
    await _announce(session, call, complaint, "received")
    said = {name: getattr(complaint, name) for name in ("id", "number", "status", "received_at")}
    return ComplaintReceived(**said, code=code, due_on=due_on(kernel, complaint))


def _named_once(asked: SubjectIn) -> Iterable[errors.Fault]:
    if (asked.id is None) == (asked.number is None):
        yield errors.Fault("invalid_value", "/subject", allowed="id 或 number,填一项", fix="请写明投诉哪一件。")
    if asked.issuer is not None and asked.kind != ComplaintSubject.CERTIFICATE:
        yield errors.Fault("invalid_value", "/subject/issuer", allowed="只用于证书", fix="请去掉发证机构。")


async def _class(session: AsyncSession, body: ComplaintIn, told: clients.ComplaintSubject | None) -> UUID | None:
    class_id = told.class_id if told else body.subject.id
    same = TrainingClass.id == class_id if told or class_id else TrainingClass.number == body.subject.number
    return await session.scalar(select(TrainingClass.id).where(same))


def due_on(kernel: Kernel, complaint: Complaint) -> date | None:
    """The last day on which it is answered in time; None beyond the calendar."""
    since = complaint.received_at.astimezone(clock.SHANGHAI).date()
    due = periods.due(since, periods.working_days(WorklistKind.COMPLAINT_RECEIVED), kernel.calendar)
    return None if due == periods.NO_DAY else due


async def state(session: AsyncSession, call: Call, kernel: Kernel, body: ComplaintAsked) -> ComplaintState:
    """What became of it, told to who has its code; whether there is a complaint of a number is told to nobody else."""
    await kernel.limits.take(limits.COMPLAINTS, limits.address(call.origin))
    found = await session.scalar(select(Complaint).where(Complaint.number == body.number))
    if found is None or not secrets.compare_digest(found.code_key, kernel.vault.blind(body.code, CODE)):
        raise errors.NotFound(UNKNOWN)
    said = {name: getattr(found, name) for name in ("number", "status", "received_at", "answered_at", "answer")}
    return ComplaintState(**said, due_on=due_on(kernel, found))


async def load(session: AsyncSession, complaint_id: UUID, *, lock: bool = False) -> Complaint:
    wanted = select(Complaint).where(Complaint.id == complaint_id)
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound("没有这件投诉。请核对编号。")
    return found


async def permit(session: AsyncSession, call: Call, complaint_id: UUID, action: str, *, lock: bool = False) -> Complaint:
    """The complaint, of the caller's version, where the step can be taken now."""
    complaint = await load(session, complaint_id, lock=lock)
    call.match(complaint.version)
    if refusal := policy.why_not(action, complaint.status, call.actor.doer, **_stands(complaint)):
        raise REFUSALS[refusal.code](refusal.detail)
    return complaint


async def accept(session: AsyncSession, call: Call, kernel: Kernel, complaint_id: UUID, comment: str | None) -> ComplaintPaper:
    complaint = await permit(session, call, complaint_id, "accept", lock=True)
    complaint.accepted_at = call.now
    return await _take(session, call, kernel, complaint, "accept", comment)


async def conclude(session: AsyncSession, call: Call, kernel: Kernel, complaint_id: UUID, action: str, answer: str) -> ComplaintPaper:
    """Answers it, as it is, or as unfounded or right. One that is not right holds nothing any more."""
    complaint = await permit(session, call, complaint_id, action, lock=True)
    complaint.answered_at, complaint.answer = call.now, answer
    return await _take(session, call, kernel, complaint, action)


async def hold(session: AsyncSession, call: Call, kernel: Kernel, complaint_id: UUID, reason: str) -> ComplaintPaper:
    """Until it is answered, nobody is paid for the class: those who judge its claims learn of it by the feed."""
    complaint = await permit(session, call, complaint_id, "hold", lock=True)
    complaint.held_at, complaint.held_reason, complaint.released_at = call.now, reason, None
    return await _take(session, call, kernel, complaint, "hold")


async def release(session: AsyncSession, call: Call, kernel: Kernel, complaint_id: UUID, comment: str | None) -> ComplaintPaper:
    complaint = await permit(session, call, complaint_id, "release", lock=True)
    complaint.released_at = call.now
    return await _take(session, call, kernel, complaint, "release", comment)


async def reveal(session: AsyncSession, call: Call, kernel: Kernel, complaint_id: UUID, reason: str) -> ComplainantOut:
    complaint = await permit(session, call, complaint_id, "reveal")
    await kernel.limits.take(limits.REVEALS, str(call.actor.person_id or call.actor.subject))
    await deeds.record(session, call, "complaint.revealed", complaint.id, details={"reason": reason}, event=False)
    stored = {"name": complaint.name, "contact": complaint.contact}
    shown = {field: value and kernel.vault.decrypt(value, f"complaints/{complaint.id}/{field}") for field, value in stored.items()}
    return ComplainantOut(id=complaint.id, **shown)


def listed() -> Select[Any]:
    own = (SHOWN.get(name, getattr(Complaint, name, None)) for name in ComplaintOut.model_fields)
    named = zip(ComplaintOut.model_fields, own, strict=True)
    return select(*(column.label(name) for name, column in named if column is not None))


async def page(session: AsyncSession, asked: pages.Asked, filters: Mapping[Any, Any]) -> dict[str, Any]:
    return await pages.page(session, pages.where(listed(), filters), Complaint.id, asked, ComplaintOut.model_validate)


async def paper(session: AsyncSession, call: Call, kernel: Kernel, complaint_id: UUID, as_of: date | None) -> ComplaintPaper:
    found = _paper(call, kernel, await load(session, complaint_id))
    return await history.stood(session, found, as_of, found.received_at) if as_of else found


def _paper(call: Call, kernel: Kernel, complaint: Complaint) -> ComplaintPaper:
    masked = {"name": complaint.name_masked, "contact": complaint.contact_masked}
    shown = {name: getattr(complaint, name) for name in ComplaintOut.model_fields if hasattr(complaint, name)} | masked
    actions = policy.allowed_actions(complaint.status, call.actor.doer, **_stands(complaint))
    said = {"due_on": due_on(kernel, complaint), "allowed_actions": wire.allowed_actions(actions)}
    return ComplaintPaper.model_validate(shown | said)


def _stands(complaint: Complaint) -> dict[str, bool]:
    held = complaint.held_at is not None and complaint.released_at is None and complaint.status not in policy.ENDS_THE_HOLD
    return {"of_class": complaint.class_id is not None, "held": held}


async def _take(
    session: AsyncSession, call: Call, kernel: Kernel, complaint: Complaint, action: str, comment: str | None = None
) -> ComplaintPaper:
    complaint.status = policy.MACHINE.step(action).to or complaint.status
    told: dict[str, Any] = {"changes": history.unsaved(complaint, TOLD)} | ({"reason": comment} if comment else {})
    await session.flush()
    what = {"hold": "held", "release": "released"}.get(action, complaint.status)
    await _announce(session, call, complaint, what, told)
    return _paper(call, kernel, complaint)


async def _announce(session: AsyncSession, call: Call, complaint: Complaint, what: str, details: dict[str, Any] | None = None) -> None:
    said = {"status": complaint.status, "version": complaint.version} | ({"class_id": complaint.class_id} if complaint.class_id else {})
    await deeds.record(session, call, f"complaint.{what}", complaint.id, details=details, **said)
