"""The steps of a payment batch: it goes to the bank, or is dropped, and the bank's answers settle it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import steps as claim_steps
from services.subsidy.codes import BatchStatus, ClaimStatus, PaymentStatus
from services.subsidy.funds import operations as funds
from services.subsidy.payments import reading, rules
from services.subsidy.payments.errors import PAYMENT_UNKNOWN
from services.subsidy.payments.operations import PAYMENTS, record
from services.subsidy.payments.policy import MACHINE
from services.subsidy.payments.schemas import BankResults, PaymentBatchOut, PaymentResult
from services.subsidy.payments.tables import Payment, PaymentBatch
from services.subsidy.schemes.errors import REFUSALS
from shared.access import Call


async def permit(session: AsyncSession, call: Call, payment_batch_id: UUID, action: str, *, lock: bool = False) -> PaymentBatch:
    """The batch, when this step may be taken now. `lock`: in the order fund, batch."""
    batch = await reading.get(session, call, payment_batch_id)
    if lock:
        await funds.lock(session, batch.fund_id)
        await session.refresh(batch, with_for_update=True)
    call.match(batch.version)
    if why_not := MACHINE.why_not(action, batch.status, call.actor.doer):
        raise REFUSALS[why_not.code](why_not.detail)
    return batch


async def export(session: AsyncSession, call: Call, batch_id: UUID) -> PaymentBatchOut:
    """From now on the batch is the bank's: its file can be fetched and its payments await an answer."""
    batch = await permit(session, call, batch_id, "export", lock=True)
    claims = await _claims(session, batch)
    why_not = await claim_steps.why_not_each(session, call, claims, "payment")
    rules.refuse([*rules.exported_claims(claims, batch.fund_id, why_not)])
    await _pending_become(session, batch, PaymentStatus.EXPORTED)
    batch.status, batch.exported_at = BatchStatus.EXPORTED, call.now
    await session.flush()
    comment = f"导出银行文件(批次 {batch.number})"
    await claim_steps.take_each(session, call, claims, "payment", "claim.payment_exported", comment=comment, batch=batch.number)
    await record(session, call, batch, "payment_batch.exported", claims)
    return await reading.show(session, call, batch)


async def cancel(session: AsyncSession, call: Call, batch_id: UUID, reason: str) -> PaymentBatchOut:
    """A batch that has not gone to the bank is dropped; its claims can be put into another."""
    batch = await permit(session, call, batch_id, "cancel", lock=True)
    claims = await _claims(session, batch)
    await _pending_become(session, batch, PaymentStatus.CANCELLED)
    batch.status = BatchStatus.CANCELLED
    await session.flush()
    await record(session, call, batch, "payment_batch.cancelled", claims, reason=reason)
    return await reading.show(session, call, batch)


async def confirm(session: AsyncSession, call: Call, batch_id: UUID, body: BankResults) -> PaymentBatchOut:
    """The bank's answers, all or some. What is paid moves in the fund; a claim whose every payment is paid becomes paid; what failed can be sent in a new batch."""
    batch = await permit(session, call, batch_id, "confirm", lock=True)
    claims = await _claims(session, batch)
    rules.refuse([*rules.own_work(claims, await claim_steps.why_not_each(session, call, claims, "payment"))])
    payments = {payment.id: payment for payment in await reading.payments(session, batch.id)}
    statuses = {payment_id: payment.status for payment_id, payment in payments.items()}
    named = rules.names([each.payment_id for each in body.results], payments, "/results", PAYMENT_UNKNOWN)
    rules.refuse([*rules.paid_before_now(body, call.today), *named])
    rules.refuse([*rules.settled(body.results, statuses)])
    await session.execute(
        update(PAYMENTS)
        .where(PAYMENTS.c.id == bindparam("payment"), PAYMENTS.c.status == PaymentStatus.EXPORTED)
        .values(status=bindparam("result"), reason=bindparam("why"), voucher_no=bindparam("voucher"), paid_on=bindparam("day")),
        [_answered(call, each) for each in body.results],
    )
    paid = [payments[each.payment_id] for each in body.results if each.result == PaymentStatus.PAID]
    await funds.pay(session, call, batch.fund_id, [funds.Moved(each.claim_id, each.amount_yuan, payment_id=each.id) for each in paid])
    batch.settled += len(body.results)
    batch.status = BatchStatus.CONFIRMED if batch.settled == batch.payment_count else batch.status
    await session.flush()
    touched = {payments[each.payment_id].claim_id for each in body.results}
    await _note_results(session, call, batch, [claim for claim in claims if claim.id in touched])
    return await reading.show(session, call, batch)


async def _claims(session: AsyncSession, batch: PaymentBatch) -> Sequence[Row[Any]]:
    return await claim_steps.locked(
        session, (await session.scalars(select(Payment.claim_id).where(Payment.batch_id == batch.id).distinct())).all()
    )


async def _pending_become(session: AsyncSession, batch: PaymentBatch, status: PaymentStatus) -> None:
    pending = PAYMENTS.c.batch_id == batch.id, PAYMENTS.c.status == PaymentStatus.PENDING
    await session.execute(update(PAYMENTS).where(*pending).values(status=status))


def _answered(call: Call, result: PaymentResult) -> dict[str, Any]:
    day = (result.paid_on or call.today) if result.result == PaymentStatus.PAID else None
    return {"payment": result.payment_id, "result": result.result, "why": result.reason, "voucher": result.voucher_no, "day": day}


async def _note_results(session: AsyncSession, call: Call, batch: PaymentBatch, claims: Sequence[Row[Any]]) -> None:
    """A claim that is paid in whole becomes paid; what else was answered for is noted."""
    sums = select(PAYMENTS.c.claim_id, func.sum(PAYMENTS.c.amount_yuan).label("yuan")).where(
        PAYMENTS.c.claim_id.in_([claim.id for claim in claims]), PAYMENTS.c.status == PaymentStatus.PAID
    )
    paid_yuan = {row.claim_id: row.yuan for row in await session.execute(sums.group_by(PAYMENTS.c.claim_id))}
    whole = [claim for claim in claims if claim.status == ClaimStatus.APPROVED and paid_yuan.get(claim.id) == claim.amount]
    part = [claim for claim in claims if claim not in whole]
    await claim_steps.take_each(
        session, call, whole, "payment", "claim.paid", to=ClaimStatus.PAID, comment=f"款项付讫(批次 {batch.number})", batch=batch.number
    )
    comment = f"银行回执:尚未付讫(批次 {batch.number})"
    await claim_steps.take_each(session, call, part, "payment", "claim.payment_answered", comment=comment, batch=batch.number)
    await record(session, call, batch, "payment_batch.confirmed", claims)
