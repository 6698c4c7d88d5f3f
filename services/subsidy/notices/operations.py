"""Posting a claim's notice, and whether it is over. What claims asks for here it asks in the transaction of its own step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.notices.errors import CalendarYearMissing, NoticeNotOver, ObjectionOpen
from services.subsidy.notices.tables import Notice
from shared import codes, deeds, errors, privacy, workdays
from shared.access import Call
from shared.web import Kernel


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
    lines = [{"name": privacy.mask_name(person.name)} | _shown(person.amount_yuan, person.verdict) for person in announced.persons]
    notice = Notice(
        year=call.today.year,
        claim_id=announced.claim_id,
        scheme=announced.scheme,
        institution=announced.institution,
        class_name=announced.class_name,
        amount_yuan=announced.amount_yuan,
        lines=lines,
        posted_on=call.today,
        from_on=call.today + timedelta(days=1),
        until_on=_last_day(call, kernel.calendar, notice_working_days),
    )
    session.add(notice)
    await session.flush()
    details = {"number": notice.number, "until_on": notice.until_on}
    await deeds.record(session, call, "notice.posted", notice.id, details=details, claim_id=announced.claim_id)
    return notice


async def amend(
    session: AsyncSession,
    call: Call,
    kernel: Kernel,
    claim_id: UUID,
    position: int,
    line: tuple[Decimal, str] | None,
    amount_yuan: Decimal,
    notice_working_days: int,
) -> None:
    """What a notice says of one line, by its place, changes while it is public: it is paid (amount and verdict), refused, or has left the claim (None).
    What was shown is kept beside. Money that is added runs its own whole period, from the day after; where the clock stands still, from when it goes on."""
    notice = await session.scalar(_of_claim(claim_id).with_for_update().execution_options(populate_existing=True))
    if notice is None:
        return
    shown = {"amount": f"{notice.amount_yuan:.2f}", "lines": notice.lines, "until_on": str(notice.until_on), "replaced_on": str(call.today)}
    notice.earlier = [*notice.earlier, shown]
    before, after = notice.lines[:position], notice.lines[position + 1 :]
    if line is None:
        notice.lines = [*before, *after]
    else:
        more = {"added_on": str(call.today)} if amount_yuan > notice.amount_yuan else {}
        notice.lines = [*before, {"name": notice.lines[position]["name"]} | _shown(*line) | more, *after]
    if amount_yuan > notice.amount_yuan:
        notice.until_on = max(notice.until_on, _last_day(call, kernel.calendar, notice_working_days))
        notice.stopped_on = notice.stopped_on and call.today
    notice.amount_yuan = amount_yuan
    await session.flush()
    details = {"number": notice.number, "amount": notice.amount_yuan, "until_on": notice.until_on}
    await deeds.record(session, call, "notice.amended", notice.id, details=details, claim_id=claim_id)


def _last_day(call: Call, calendar: workdays.Calendar, notice_working_days: int) -> date:
    """A notice has a day at least, whatever terms a claim was judged by before the lint refused such."""
    return working_days_after(calendar, call.today, max(notice_working_days, 1))


def _shown(amount_yuan: Decimal, verdict: str) -> dict[str, str]:
    return {"amount": f"{amount_yuan:.2f}", "result": codes.labels("notice_result")[verdict].zh}


def why_not_posted(call: Call, notice_working_days: int) -> errors.Problem | None:
    """What `post` would refuse with now: a year that the calendar lacks."""
    try:
        _last_day(call, call.calendar, notice_working_days) if call.calendar else None
    except CalendarYearMissing as missing:
        return missing
    return None


def working_days_after(calendar: workdays.Calendar, day: date, count: int) -> date:
    """The `count`-th working day after `day`; a year that the calendar lacks is a problem naming it."""
    try:
        return workdays.add_working_days(day, count, calendar)
    except workdays.CalendarYearMissing as missing:
        raise CalendarYearMissing(str(missing), year=missing.year) from missing


async def conclude(session: AsyncSession, call: Call, claim_id: UUID) -> None:
    """For the approval of a claim: refuses while the notice runs or an objection is open; from here on no objection can be accepted any more."""
    notice = await session.scalar(_of_claim(claim_id).with_for_update())
    if refusal := _why_not_over(call, notice):
        raise refusal
    assert notice is not None
    notice.concluded_on = call.today
    await session.flush()


async def why_not_over(session: AsyncSession, call: Call, claim_id: UUID) -> errors.Problem | None:
    """What `conclude` would refuse with now; changes nothing."""
    return _why_not_over(call, await session.scalar(_of_claim(claim_id)))


async def close(session: AsyncSession, call: Call, claim_id: UUID) -> None:
    """The claim left its notice, or its approval (returned, rejected, withdrawn): the notice is public no longer. Nothing to do where there is none."""
    await session.execute(
        update(Notice)
        .where(Notice.claim_id == claim_id, Notice.closed_on.is_(None))
        .values(closed_on=call.today, concluded_on=None, version=Notice.version + 1)
        .execution_options(synchronize_session=False)
    )


def _of_claim(claim_id: UUID) -> Select[Notice]:
    return select(Notice).where(Notice.claim_id == claim_id, Notice.closed_on.is_(None))


def _why_not_over(call: Call, notice: Notice | None) -> errors.Problem | None:
    """An objection raised in time stands against it until it is dismissed, whether it was accepted or not; one that is upheld for good."""
    if notice is None:
        return errors.InvalidState("该申领单没有公示。请先复审并公示。")
    over = call.today > notice.until_on
    if notice.open_objections and (over or notice.stopped_on):
        said = f"公示 {notice.number} 有 {notice.open_objections} 件在公示期内提出、尚未驳回的异议。驳回后方可审批;异议成立的,请退回或不予通过。"
        return ObjectionOpen(said, notice_id=str(notice.id))
    if not over:
        day = notice.until_on + timedelta(days=1)
        said = f"公示 {notice.number} 至 {notice.until_on} 止,今天是 {call.today}。{day} 起可以审批。"
        return NoticeNotOver(said, until_on=str(notice.until_on), passes_from=str(day))
    return None
