"""What can be done with funds. Money moves by one conditional UPDATE and its posting, in the caller's transaction: never check, then write.

Locks are taken in the order fund, claim, person, audit: move money before changing the claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, and_, false, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.codes import FundAccount
from services.subsidy.funds import reading
from services.subsidy.funds.errors import DuplicateAddition, DuplicateFund, FundExhausted, FundNotFound
from services.subsidy.funds.schemas import FundAdded, FundIn, FundPaper
from services.subsidy.funds.tables import Fund, Posting
from shared import db, deeds, errors
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
    receipt_id: UUID | None = None


async def create(session: AsyncSession, call: Call, body: FundIn) -> FundPaper:
    """A new fund. One of the same source, year and name, or first outside number, is the same fund: asked for twice, it is made once."""
    made = {
        "id": db.new_id(),
        "source": body.source,
        "year": body.year,
        "name": body.name,
        "total_yuan": body.total,
        "available_yuan": body.total,
        "reserved_yuan": NOTHING,
        "paid_yuan": NOTHING,
        "external_refs": [ref.model_dump() for ref in body.external_refs],
        "created_at": call.now,
    }
    fund = await session.scalar(upsert(Fund).values(made).on_conflict_do_nothing().returning(Fund))
    if fund is None:
        named = and_(FUNDS.c.name == made["name"], FUNDS.c.name.is_not(None))
        numbered = FUNDS.c.external_refs[0] == literal(body.external_refs[0].model_dump(), JSONB) if body.external_refs else false()
        same = select(FUNDS.c.id).where(FUNDS.c.source == body.source, FUNDS.c.year == body.year, or_(named, numbered))
        raise DuplicateFund(existing_id=str(await session.scalar(same.limit(1))))
    if body.total:
        await _post(session, call, fund.id, "external", "available", [{"amount_yuan": body.total, "reason": "资金建立"}])
    details = {"source": body.source, "year": body.year, "total": body.total}
    await deeds.record(session, call, "fund.created", fund.id, details=details, version=fund.version)
    return reading.paper(call, fund)


async def to_add(session: AsyncSession, call: Call, fund_id: UUID) -> Fund:
    """The fund, in the version that the caller has seen."""
    fund = await reading.get(session, call, fund_id)
    call.match(fund.version)
    return fund


async def add(session: AsyncSession, call: Call, fund_id: UUID, body: FundAdded) -> FundPaper:
    """More money for a fund (追加)."""
    await lock(session, fund_id)
    fund = await to_add(session, call, fund_id)
    if body.document_no:
        brought = POSTINGS.c.fund_id == fund.id, POSTINGS.c.document_no == body.document_no, POSTINGS.c.from_account == FundAccount.EXTERNAL
        if known := await session.scalar(select(POSTINGS.c.id).where(*brought)):
            raise DuplicateAddition(f"文号 {body.document_no} 的资金已追加过。{DuplicateAddition.remedy}", existing_id=str(known))
    fund.total_yuan += body.amount
    fund.available_yuan += body.amount
    await session.flush()
    posting = {"amount_yuan": body.amount, "reason": body.reason, "document_no": body.document_no}
    await _post(session, call, fund.id, "external", "available", [posting])
    details = {"amount": body.amount, "document_no": body.document_no}
    await deeds.record(session, call, "fund.added", fund.id, details=details, version=fund.version)
    return reading.paper(call, fund)


async def lock(session: AsyncSession, *fund_ids: UUID) -> None:
    """Waits until no other transaction moves these funds' money. For operations that look at their claims and payments first."""
    await session.execute(select(FUNDS.c.id).where(FUNDS.c.id.in_(fund_ids)).order_by(FUNDS.c.id).with_for_update())


async def why_not_reserve(session: AsyncSession, fund_id: UUID, amount_yuan: Decimal) -> errors.Problem | None:
    """What `reserve` would refuse with now; changes nothing, and promises nothing."""
    if not amount_yuan:
        return None
    held = await session.scalar(select(FUNDS.c.available_yuan).where(FUNDS.c.id == fund_id))
    return None if held is not None and held >= amount_yuan else _refusal("available", held, amount_yuan)


async def reserve(session: AsyncSession, call: Call, fund_id: UUID, claim_id: UUID, amount_yuan: Decimal) -> None:
    """Sets the money of an approved claim aside, or raises `FundExhausted`."""
    await _move(session, call, fund_id, "available", "reserved", [Moved(claim_id, amount_yuan)])


async def release(session: AsyncSession, call: Call, fund_id: UUID, claim_id: UUID, amount_yuan: Decimal) -> None:
    """Gives back what was set aside for a claim that will not be paid after all."""
    await _move(session, call, fund_id, "reserved", "available", [Moved(claim_id, amount_yuan)])


async def pay(session: AsyncSession, call: Call, fund_id: UUID, paid: Sequence[Moved]) -> None:
    """The bank has paid these payments."""
    await _move(session, call, fund_id, "reserved", "paid", paid)


async def take_back(session: AsyncSession, call: Call, fund_id: UUID, returned: Sequence[Moved]) -> None:
    """The bank has brought payments back: their money is set aside for the claims again."""
    await _move(session, call, fund_id, "paid", "reserved", returned)


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
        raise _refusal(source, await session.scalar(select(leaves).where(FUNDS.c.id == fund_id)), amount)
    await _post(
        session,
        call,
        fund_id,
        source,
        target,
        [
            {
                "amount_yuan": each.amount_yuan,
                "claim_id": each.claim_id,
                "payment_id": each.payment_id,
                "recovery_id": each.recovery_id,
                "receipt_id": each.receipt_id,
            }
            for each in moved
        ],
    )


def _refusal(account: str, held: Decimal | None, needed: Decimal) -> errors.Problem:
    if held is None:
        return FundNotFound()
    words = {"available": "可用", "reserved": "待拨付", "paid": "已拨付"}[account]
    members: dict[str, Any] = {account: str(held), "needed": str(needed)}
    return FundExhausted(f"该笔资金{words} {held} 元,需要 {needed} 元。请追加资金,或退回后改用其他资金。", **members)


async def _post(session: AsyncSession, call: Call, fund_id: UUID, source: str, target: str, postings: Sequence[dict[str, Any]]) -> None:
    by = {"posted_by": call.actor.subject, "posted_by_name": call.actor.name or None, "posted_at": call.now}
    same = {"fund_id": fund_id, "from_account": source, "to_account": target} | by
    await session.execute(insert(POSTINGS), [{"id": db.new_id()} | same | posting for posting in postings])
