"""What can be done with funds. Money moves by one conditional UPDATE and its posting, in the caller's transaction: never check, then write.

Locks are taken in the order fund, claim, person, audit: move money before changing the claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import RowMapping, Select, Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.funds.errors import FundExhausted, FundNotFound
from services.subsidy.funds.schemas import FundAdded, FundIn
from services.subsidy.funds.tables import Fund, Posting
from shared import audit, changes, db
from shared.access import Call

FUNDS = cast(Table, Fund.__table__)
POSTINGS = cast(Table, Posting.__table__)
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Moved:
    """An amount of one claim, and the payment or recovery by which it moves."""

    claim_id: UUID
    amount_yuan: Decimal
    payment_id: UUID | None = None
    recovery_id: UUID | None = None


async def create(session: AsyncSession, call: Call, body: FundIn) -> Fund:
    fund = Fund(
        source=body.source, year=body.year, name=body.name, total_yuan=body.total, available_yuan=body.total, reserved_yuan=NOTHING,
        paid_yuan=NOTHING, created_at=call.now,
    )  # fmt: skip
    session.add(fund)
    await session.flush()
    if body.total:
        await _post(session, call, fund.id, "external", "available", [{"amount_yuan": body.total, "reason": "资金建立"}])
    await audit.record(session, call, "fund.created", "fund", fund.id, {"source": body.source, "year": body.year, "total": str(body.total)})
    await changes.publish(session, call, "fund.created", fund.id, version=fund.version)
    return fund


async def add(session: AsyncSession, call: Call, fund_id: UUID, body: FundAdded) -> Fund:
    """More money for a fund (追加)."""
    fund = await session.get(Fund, fund_id, with_for_update=True)
    if fund is None:
        raise FundNotFound()
    call.match(fund.version)
    fund.total_yuan += body.amount
    fund.available_yuan += body.amount
    await session.flush()
    posting = {"amount_yuan": body.amount, "reason": body.reason, "document_no": body.document_no}
    await _post(session, call, fund.id, "external", "available", [posting])
    await audit.record(
        session, call, "fund.added", "fund", fund.id, {"amount": str(body.amount), "document_no": body.document_no, "version": fund.version}
    )
    await changes.publish(session, call, "fund.added", fund.id, version=fund.version)
    return fund


async def find(session: AsyncSession, fund_id: UUID) -> Fund | None:
    return await session.get(Fund, fund_id)


async def get(session: AsyncSession, fund_id: UUID) -> Fund:
    if fund := await find(session, fund_id):
        return fund
    raise FundNotFound()


async def lock(session: AsyncSession, fund_id: UUID) -> None:
    """Waits until no other transaction moves this fund's money. For operations that look at its claims and payments first."""
    await session.execute(select(FUNDS.c.id).where(FUNDS.c.id == fund_id).with_for_update())


def everything(source: str | None, year: int | None) -> Select[Any]:
    wanted = select(FUNDS)
    for column, value in ((FUNDS.c.source, source), (FUNDS.c.year, year)):
        if value is not None:
            wanted = wanted.where(column == value)
    return wanted


def ledger(fund_id: UUID) -> Select[Any]:
    return select(POSTINGS).where(POSTINGS.c.fund_id == fund_id)


async def sums(session: AsyncSession, source: str | None, year: int | None) -> Sequence[RowMapping]:
    """Per source and year, newest year first."""
    wanted = everything(source, year).subquery()
    columns = [func.sum(wanted.c[f"{account}_yuan"]).label(account) for account in ("total", "available", "reserved", "paid")]
    grouped = select(wanted.c.source, wanted.c.year, func.count().label("funds"), *columns).group_by(wanted.c.source, wanted.c.year)
    return (await session.execute(grouped.order_by(wanted.c.year.desc(), wanted.c.source))).mappings().all()


async def reserve(session: AsyncSession, call: Call, fund_id: UUID, claim_id: UUID, amount_yuan: Decimal) -> None:
    """Sets the money of an approved claim aside, or raises `FundExhausted`."""
    await _move(session, call, fund_id, "available", "reserved", [Moved(claim_id, amount_yuan)])


async def release(session: AsyncSession, call: Call, fund_id: UUID, claim_id: UUID, amount_yuan: Decimal) -> None:
    """Gives back what was set aside for a claim that will not be paid after all."""
    await _move(session, call, fund_id, "reserved", "available", [Moved(claim_id, amount_yuan)])


async def pay(session: AsyncSession, call: Call, fund_id: UUID, paid: Sequence[Moved]) -> None:
    """The bank has paid these payments."""
    await _move(session, call, fund_id, "reserved", "paid", paid)


async def recover(session: AsyncSession, call: Call, fund_id: UUID, recovered: Moved) -> None:
    """Money that was paid has come back."""
    await _move(session, call, fund_id, "paid", "available", [recovered])


async def _move(session: AsyncSession, call: Call, fund_id: UUID, source: str, target: str, moved: Sequence[Moved]) -> None:
    moved = [each for each in moved if each.amount_yuan]
    if not moved:
        return
    amount = sum((each.amount_yuan for each in moved), NOTHING)
    leaves, enters = FUNDS.c[f"{source}_yuan"], FUNDS.c[f"{target}_yuan"]
    moving = update(FUNDS).where(FUNDS.c.id == fund_id, leaves >= amount).returning(FUNDS.c.id)
    values = {leaves: leaves - amount, enters: enters + amount, FUNDS.c.version: FUNDS.c.version + 1}
    if await session.scalar(moving.values(values)) is None:
        await _refuse(session, fund_id, source, amount)
    await _post(session, call, fund_id, source, target, [
        {"amount_yuan": each.amount_yuan, "claim_id": each.claim_id, "payment_id": each.payment_id, "recovery_id": each.recovery_id} for each in moved
    ])  # fmt: skip


async def _refuse(session: AsyncSession, fund_id: UUID, account: str, needed: Decimal) -> None:
    held = await session.scalar(select(FUNDS.c[f"{account}_yuan"]).where(FUNDS.c.id == fund_id))
    if held is None:
        raise FundNotFound()
    words = {"available": "可用", "reserved": "待拨付", "paid": "已拨付"}[account]
    members: dict[str, Any] = {account: str(held), "needed": str(needed)}
    raise FundExhausted(f"该笔资金{words} {held} 元,需要 {needed} 元。请追加资金,或退回后改用其他资金。", **members)


async def _post(session: AsyncSession, call: Call, fund_id: UUID, source: str, target: str, postings: Sequence[dict[str, Any]]) -> None:
    same = {"fund_id": fund_id, "from_account": source, "to_account": target, "posted_by": call.actor.subject, "posted_at": call.now}
    await session.execute(insert(POSTINGS), [{"id": db.new_id()} | same | posting for posting in postings])
