"""Objections: anyone may raise one while the notice runs; an officer accepts it, which stops the clock; dismissing it lets the clock run on."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.notices import operations
from services.subsidy.notices.errors import CalendarYearMissing, NoticeOver
from services.subsidy.notices.policy import (
    ANSWERED_WITHIN_WORKING_DAYS,
    DECIDED_AS,
    DECIDED_FROM,
    OBJECTION_STATUSES,
    days_stood_still,
    masked_contact,
)
from services.subsidy.notices.schemas import ObjectionIn, ObjectorOut
from services.subsidy.notices.tables import Notice, Objection
from shared import audit, changes, db, errors, privacy, workdays
from shared.access import Call
from shared.web import Kernel

OBJECTIONS = cast(Table, Objection.__table__)


async def raise_one(session: AsyncSession, call: Call, kernel: Kernel, notice_id: UUID, body: ObjectionIn) -> Objection:
    """Anyone's objection, up to the notice's last day. ID numbers in its text are masked: it is read by many."""
    notice = await operations.get(session, notice_id, for_update=True)
    if notice.concluded_on is not None or (call.today > notice.until_on and notice.stopped_on is None):
        raise NoticeOver(
            f"公示 {notice.number} 已于 {notice.until_on} 期满。公示期满后发现问题的,请向经办机构举报。", until_on=str(notice.until_on)
        )
    objection_id = db.new_id()
    objection = Objection(
        id=objection_id, notice_id=notice.id, claim_id=notice.claim_id, reason=privacy.redact(body.reason), status="received", received_at=call.now,
        name=body.name and kernel.vault.encrypt(body.name, f"objections/{objection_id}/name"), name_masked=body.name and privacy.mask_name(body.name),
        contact=body.contact and kernel.vault.encrypt(body.contact, f"objections/{objection_id}/contact"),
        contact_masked=body.contact and masked_contact(body.contact),
    )  # fmt: skip
    session.add(objection)
    await session.flush()
    await _announce(session, call, objection, "objection.received")
    return objection


async def accept(session: AsyncSession, call: Call, kernel: Kernel, objection_id: UUID, reason: str | None) -> Objection:
    """From now on the objection counts: the notice stands still until it is dismissed, and approval is refused."""
    objection, notice = await _to_decide(session, call, objection_id, "accept")
    if notice.concluded_on is not None:
        raise errors.InvalidState(f"公示 {notice.number} 对应的申领单已于 {notice.concluded_on} 审批,异议不能再受理。请按追回程序处理。")
    objection.due_on = operations.working_days_after(kernel, call.today, ANSWERED_WITHIN_WORKING_DAYS)
    objection.status, objection.accepted_at = DECIDED_AS["accept"], call.now
    notice.stopped_on = notice.stopped_on or call.today
    objection.decision_reason = reason
    return await _decided(session, call, objection, "objection.accepted")


async def dismiss(session: AsyncSession, call: Call, kernel: Kernel, objection_id: UUID, reason: str | None) -> Objection:
    """The objection is unfounded. When it was the last one that held the clock, the notice is longer by the working days it stood still."""
    objection, notice = await _to_decide(session, call, objection_id, "dismiss")
    objection.status, objection.decided_at, objection.decision_reason = DECIDED_AS["dismiss"], call.now, reason
    await session.flush()
    if notice.stopped_on is not None and not await _holds(session, notice):
        _go_on(notice, call, kernel)
    return await _decided(session, call, objection, "objection.dismissed")


async def uphold(session: AsyncSession, call: Call, objection_id: UUID, reason: str | None) -> Objection:
    """The objection is right: the claim cannot be approved from this notice any more; it is returned or rejected."""
    objection, _ = await _to_decide(session, call, objection_id, "uphold")
    objection.status, objection.decided_at, objection.decision_reason = DECIDED_AS["uphold"], call.now, reason
    return await _decided(session, call, objection, "objection.upheld")


async def reveal(session: AsyncSession, call: Call, kernel: Kernel, objection_id: UUID, reason: str) -> ObjectorOut:
    objection = await get(session, objection_id)
    await audit.record(session, call, "objection.revealed", "objection", objection.id, {"reason": privacy.redact(reason)})
    stored = {"name": objection.name, "contact": objection.contact}
    shown = {field: value and kernel.vault.decrypt(value, f"objections/{objection.id}/{field}") for field, value in stored.items()}
    return ObjectorOut(id=objection.id, **shown)


async def get(session: AsyncSession, objection_id: UUID) -> Objection:
    if objection := await session.get(Objection, objection_id):
        return objection
    raise errors.NotFound("没有这件异议。请核对编号。")


def everything(status: str | None, notice_id: UUID | None, claim_id: UUID | None) -> Select[Any]:
    wanted = select(OBJECTIONS)
    for column, value in ((OBJECTIONS.c.status, status), (OBJECTIONS.c.notice_id, notice_id), (OBJECTIONS.c.claim_id, claim_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    return wanted


async def _to_decide(session: AsyncSession, call: Call, objection_id: UUID, action: str) -> tuple[Objection, Notice]:
    """Both papers, the notice locked first so that two decisions on it, or a decision and the claim's approval, follow one another."""
    found = await get(session, objection_id)
    notice = await session.get_one(Notice, found.notice_id, with_for_update=True)
    objection = await session.get_one(Objection, objection_id, populate_existing=True)
    call.match(objection.version)
    if objection.status not in DECIDED_FROM[action]:
        allowed = "、".join(OBJECTION_STATUSES[status][0] for status in OBJECTION_STATUSES if status in DECIDED_FROM[action])
        raise errors.InvalidState(f"异议状态为{OBJECTION_STATUSES[objection.status][0]};可办理的状态:{allowed}。")
    return objection, notice


async def _holds(session: AsyncSession, notice: Notice) -> bool:
    return bool(
        await session.scalar(select(exists().where(Objection.notice_id == notice.id, Objection.status.in_(("accepted", "upheld")))))
    )


def _go_on(notice: Notice, call: Call, kernel: Kernel) -> None:
    """An objection accepted after the last day held nothing up any more."""
    stopped_on, notice.stopped_on = notice.stopped_on, None
    if stopped_on is None or stopped_on > notice.until_on:
        return
    try:
        lost = days_stood_still(stopped_on, call.today, lambda day: workdays.is_working_day(day, kernel.calendar))
    except workdays.CalendarYearMissing as missing:
        raise CalendarYearMissing(str(missing), year=missing.year) from missing
    if lost:
        notice.until_on = operations.working_days_after(kernel, notice.until_on, lost)


async def _decided(session: AsyncSession, call: Call, objection: Objection, event: str) -> Objection:
    await session.flush()
    await _announce(session, call, objection, event)
    return objection


async def _announce(session: AsyncSession, call: Call, objection: Objection, event: str) -> None:
    details = {"notice_id": str(objection.notice_id), "claim_id": str(objection.claim_id), "version": objection.version}
    await audit.record(session, call, event, "objection", objection.id, details)
    await changes.publish(
        session, call, event, objection.id, claim_id=objection.claim_id, status=objection.status, version=objection.version
    )
