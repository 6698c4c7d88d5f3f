"""Posting a claim's notice, and whether it is over. What claims asks for here it asks in the transaction of its own step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.notices.errors import CalendarYearMissing, NoticeNotOver, ObjectionOpen
from services.subsidy.notices.policy import RESULTS
from services.subsidy.notices.tables import Notice, Objection
from shared import audit, changes, errors, privacy, workdays
from shared.access import Call
from shared.web import Kernel

NOTICES = cast(Table, Notice.__table__)


@dataclass(frozen=True, slots=True)
class Person:
    """One line as it will be shown. `verdict` is eligible, refused or held; the name is masked here."""

    name: str
    amount_yuan: Decimal
    verdict: str


@dataclass(frozen=True, slots=True)
class Announced:
    """What the notice of a claim says. Names come from registry and are asked for before the transaction."""

    claim_id: UUID
    scheme: str
    institution: str | None
    class_name: str | None
    amount_yuan: Decimal
    persons: Sequence[Person]


async def post(session: AsyncSession, call: Call, kernel: Kernel, announced: Announced, notice_working_days: int) -> Notice:
    """Puts a claim on public notice. It runs from the day after posting to the last of its working days."""
    lines = [
        {"name": privacy.mask_name(person.name), "amount": f"{person.amount_yuan:.2f}", "result": RESULTS[person.verdict]}
        for person in announced.persons
    ]
    notice = Notice(
        year=call.today.year, claim_id=announced.claim_id, scheme=announced.scheme, institution=announced.institution,
        class_name=announced.class_name, amount_yuan=announced.amount_yuan, lines=lines, posted_on=call.today,
        from_on=call.today + timedelta(days=1), until_on=working_days_after(kernel, call.today, notice_working_days),
    )  # fmt: skip
    session.add(notice)
    await session.flush()
    details = {"claim_id": str(announced.claim_id), "number": notice.number, "until_on": str(notice.until_on)}
    await audit.record(session, call, "notice.posted", "notice", notice.id, details)
    await changes.publish(session, call, "notice.posted", notice.id, claim_id=announced.claim_id)
    return notice


def working_days_after(kernel: Kernel, day: date, count: int) -> date:
    """The `count`-th working day after `day`; a year that the calendar lacks is a problem naming it."""
    try:
        return workdays.add_working_days(day, count, kernel.calendar)
    except workdays.CalendarYearMissing as missing:
        raise CalendarYearMissing(str(missing), year=missing.year) from missing


async def conclude(session: AsyncSession, call: Call, claim_id: UUID) -> None:
    """For the approval of a claim: refuses while the notice runs or an objection is open; from here on no objection can be accepted any more."""
    notice = await _of_claim(session, claim_id, for_update=True)
    if refusal := await _obstacle(session, call, notice):
        raise refusal
    notice.concluded_on = call.today
    await session.flush()


async def why_not_over(session: AsyncSession, call: Call, claim_id: UUID) -> errors.Problem | None:
    """What `conclude` would refuse with now; changes nothing (for `allowed_actions`)."""
    return await _obstacle(session, call, await _of_claim(session, claim_id))


async def close(session: AsyncSession, call: Call, claim_id: UUID) -> None:
    """The claim left its notice without approval (returned, rejected, withdrawn): the notice is public no longer. Nothing to do where there is none."""
    await session.execute(
        update(NOTICES)
        .where(NOTICES.c.claim_id == claim_id, NOTICES.c.closed_on.is_(None), NOTICES.c.concluded_on.is_(None))
        .values(closed_on=call.today, version=NOTICES.c.version + 1)
    )


async def get(session: AsyncSession, notice_id: UUID, *, for_update: bool = False) -> Notice:
    notice = await session.get(Notice, notice_id, with_for_update=for_update or None)
    if notice is None or notice.closed_on is not None:
        raise errors.NotFound("没有这份公示,或申领单已撤出公示。")
    return notice


def public(on: date, claim_id: UUID | None, scheme: str | None) -> Select[Any]:
    """The notices running on a day (posting day included, also while an objection holds the clock); with `claim_id` that claim's notice on whatever day."""
    wanted = select(NOTICES).where(NOTICES.c.closed_on.is_(None))
    if claim_id is not None:
        wanted = wanted.where(NOTICES.c.claim_id == claim_id)
    else:
        wanted = wanted.where(NOTICES.c.posted_on <= on, (NOTICES.c.until_on >= on) | (NOTICES.c.stopped_on <= on))
    return wanted.where(NOTICES.c.scheme == scheme) if scheme is not None else wanted


async def _of_claim(session: AsyncSession, claim_id: UUID, *, for_update: bool = False) -> Notice:
    wanted = select(Notice).where(Notice.claim_id == claim_id, Notice.closed_on.is_(None))
    notice = await session.scalar(wanted.with_for_update() if for_update else wanted)
    if notice is None:
        raise errors.InvalidState("该申领单没有公示。请先复审并公示。")
    return notice


async def _obstacle(session: AsyncSession, call: Call, notice: Notice) -> errors.Problem | None:
    counts = exists().where(Objection.notice_id == notice.id, Objection.status.in_(("accepted", "upheld")))
    if await session.scalar(select(counts)):
        return ObjectionOpen(
            f"公示 {notice.number} 有已受理的异议。异议驳回后方可审批;异议成立的,请退回或不予通过。", notice_id=str(notice.id)
        )
    if call.today <= notice.until_on:
        day = notice.until_on + timedelta(days=1)
        return NoticeNotOver(
            f"公示 {notice.number} 至 {notice.until_on} 止,今天是 {call.today}。{day} 起可以审批。",
            until_on=str(notice.until_on),
            passes_from=str(day),
        )
    return None
