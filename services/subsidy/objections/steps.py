"""Deciding an objection: an officer accepts it, which stops the notice's clock; dismissing it lets the clock run on, and takes it out of the way of the
approval; upholding it ends the notice's use."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.codes import WorklistKind
from services.subsidy.notices.errors import CalendarYearMissing
from services.subsidy.notices.operations import working_days_after
from services.subsidy.notices.tables import Notice
from services.subsidy.objections import operations, reading
from services.subsidy.objections.policy import HOLDING, MACHINE, days_stood_still
from services.subsidy.objections.schemas import ObjectionOut
from services.subsidy.objections.tables import Objection
from services.subsidy.schemes.errors import REFUSALS
from shared import periods, workdays
from shared.access import Call
from shared.web import Kernel


async def permit(session: AsyncSession, call: Call, objection_id: UUID, action: str) -> tuple[Objection, Notice]:
    """Both papers, when this may be decided now. The notice is locked first, so that two decisions on it, or a decision and the claim's approval,
    follow one another."""
    found = await reading.load(session, call, objection_id)
    notice = await session.get_one(Notice, found.notice_id, with_for_update=True)
    objection = await session.get_one(Objection, objection_id, populate_existing=True)
    call.match(objection.version)
    if why_not := reading.why_not(call, objection, notice, action):
        raise REFUSALS[why_not.code](why_not.detail)
    return objection, notice


async def accept(session: AsyncSession, call: Call, kernel: Kernel, objection_id: UUID, reason: str | None) -> ObjectionOut:
    """From now on the objection counts: the notice stands still until it is dismissed, and approval is refused."""
    objection, notice = await permit(session, call, objection_id, "accept")
    objection.due_on = working_days_after(kernel.calendar, call.today, periods.working_days(WorklistKind.OBJECTION_ACCEPTED))
    objection.accepted_at = call.now
    notice.stopped_on = notice.stopped_on or call.today
    return await _take(session, call, objection, notice, "accept", reason)


async def dismiss(session: AsyncSession, call: Call, kernel: Kernel, objection_id: UUID, reason: str | None) -> ObjectionOut:
    """The objection is unfounded. When it was the last one that held the clock, the notice is longer by the working days it stood still."""
    objection, notice = await permit(session, call, objection_id, "dismiss")
    objection.decided_at = call.now
    notice.open_objections -= objection.in_time
    others = exists().where(Objection.notice_id == notice.id, Objection.id != objection.id, Objection.status.in_(HOLDING))
    if notice.stopped_on is not None and not await session.scalar(select(others)):
        _go_on(notice, call, kernel)
    return await _take(session, call, objection, notice, "dismiss", reason)


async def uphold(session: AsyncSession, call: Call, objection_id: UUID, reason: str | None) -> ObjectionOut:
    """The objection is right: the claim cannot be approved from this notice any more; it is returned or rejected."""
    objection, notice = await permit(session, call, objection_id, "uphold")
    objection.decided_at = call.now
    return await _take(session, call, objection, notice, "uphold", reason)


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
        notice.until_on = working_days_after(kernel.calendar, notice.until_on, lost)


async def _take(session: AsyncSession, call: Call, objection: Objection, notice: Notice, action: str, reason: str | None) -> ObjectionOut:
    objection.status, objection.decision_reason = MACHINE.step(action).to or objection.status, reason
    await session.flush()
    await operations.announce(session, call, objection, f"objection.{objection.status}")
    return await reading.show(session, call, objection, notice)
