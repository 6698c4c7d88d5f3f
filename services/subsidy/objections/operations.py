"""Objections as they come in: anyone may raise one while the notice runs. Who objects is shown in full only to who must know, and recorded."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.notices import reading as notices
from services.subsidy.notices.errors import NoticeOver
from services.subsidy.objections import reading
from services.subsidy.objections.schemas import ObjectionIn, ObjectionReceived, ObjectorOut
from services.subsidy.objections.tables import Objection
from shared import db, deeds, limits, privacy
from shared.access import Call
from shared.web import Kernel


async def raise_one(session: AsyncSession, call: Call, kernel: Kernel, notice_id: UUID, body: ObjectionIn) -> ObjectionReceived:
    """Anyone's objection, up to the notice's last day. ID numbers in its text are masked: it is read by many."""
    await kernel.limits.take(limits.OBJECTIONS, limits.address(call.origin))
    notice = await notices.get(session, call, notice_id, for_update=True)
    if notice.concluded_on is not None or (call.today > notice.until_on and notice.stopped_on is None):
        said = f"公示 {notice.number} 已于 {notice.until_on} 期满。公示期满后发现问题的,请向经办机构举报。"
        raise NoticeOver(said, until_on=str(notice.until_on))
    in_time = call.today <= notice.until_on or (notice.stopped_on is not None and notice.stopped_on <= notice.until_on)
    notice.open_objections += in_time
    objection_id = db.new_id()
    objection = Objection(
        id=objection_id,
        notice_id=notice.id,
        claim_id=notice.claim_id,
        reason=body.reason,
        status="received",
        received_at=call.now,
        in_time=in_time,
        name=body.name and kernel.vault.encrypt(body.name, f"objections/{objection_id}/name"),
        name_masked=body.name and privacy.mask_name(body.name),
        contact=body.contact and kernel.vault.encrypt(body.contact, f"objections/{objection_id}/contact"),
        contact_masked=body.contact and privacy.mask_contact(body.contact),
    )
    session.add(objection)
    await session.flush()
    await announce(session, call, objection, "objection.received")
    plain = {name: getattr(objection, name) for name in ("id", "notice_id", "status", "received_at")}
    return ObjectionReceived(notice_number=notice.number, **plain)


async def matched(session: AsyncSession, call: Call, objection_id: UUID) -> Objection:
    """The objection, of the caller's version."""
    objection = await reading.load(session, call, objection_id)
    call.match(objection.version)
    return objection


async def reveal(session: AsyncSession, call: Call, kernel: Kernel, objection_id: UUID, reason: str) -> ObjectorOut:
    objection = await matched(session, call, objection_id)
    await kernel.limits.take(limits.REVEALS, str(call.actor.person_id or call.actor.subject))
    await deeds.record(session, call, "objection.revealed", objection.id, details={"reason": reason}, event=False)
    stored = {"name": objection.name, "contact": objection.contact}
    shown = {field: value and kernel.vault.decrypt(value, f"objections/{objection.id}/{field}") for field, value in stored.items()}
    return ObjectorOut(id=objection.id, **shown)


async def announce(session: AsyncSession, call: Call, objection: Objection, event: str) -> None:
    await deeds.record(
        session,
        call,
        event,
        objection.id,
        details={"notice_id": objection.notice_id},
        claim_id=objection.claim_id,
        status=objection.status,
        version=objection.version,
    )
