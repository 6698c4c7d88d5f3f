"""The steps of a payment batch: it goes to the bank, or is dropped, and the bank's answers settle it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, case, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.subsidy.claims import conditions
from services.subsidy.claims import steps as claim_steps
from services.subsidy.claims.policy import a_hold, on_hold
from services.subsidy.codes import BatchStatus, ClaimStatus, FindingCode, Payee, PaymentStatus
from services.subsidy.funds import operations as funds
from services.subsidy.payments import policy, reading, rules
from services.subsidy.payments.errors import PAYMENT_UNKNOWN, PaymentNotPaid
from services.subsidy.payments.operations import PAYMENTS, Account, Accounts, move, record
from services.subsidy.payments.policy import MACHINE, Sending
from services.subsidy.payments.schemas import BankResults, PaymentBatchOut, PaymentResult, ReturnIn
from services.subsidy.payments.tables import Payment, PaymentBatch
from services.subsidy.schemes.errors import REFUSALS
from shared import clock, codes, db
from shared.access import Call
from shared.web import Kernel

BECAUSE_SHARED: Final = "拨付批次 {number}:同一银行账户登记在多人名下,或与机构账户相同。请核实账户归属,各人改登本人账户后由复审人员解除。"


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


async def export(session: AsyncSession, call: Call, kernel: Kernel, accounts: Accounts, batch_id: UUID) -> PaymentBatchOut:
    """From now on the batch is the bank's: its file can be fetched and its payments await an answer. Accounts are compared over all of it; what must not
    go out, for its account or a hold, is left out, free for another batch, and a person's account that is another's as well puts the claim on hold."""
    batch = await permit(session, call, batch_id, "export", lock=True)
    claims = await _claims(session, batch)
    why_not = await claim_steps.why_not_each(session, call, claims, "payment")
    rules.refuse([*rules.exported_claims(claims, batch.fund_id, why_not, call.today)])
    payments = {payment.id: payment for payment in await reading.payments(session, batch.id)}
    held = {claim.id for claim in claims if on_hold(claim.holds, call.today)}
    sending = [
        replace(_sending(kernel, payment, accounts.get(payment.payee_id)), on_hold=payment.claim_id in held)
        for payment in payments.values()
    ]
    kept_back = policy.kept_back(sending)
    shared = {payments[payment_id].claim_id for payment_id, code in kept_back.items() if code == policy.SHARED_ACCOUNT}
    if not shared:  # who is held is kept, so then there is an answer also where nothing remains
        rules.refuse([*rules.nothing_goes_out(sending, kept_back)])
    await _leave_out(session, kept_back)
    await _pending_become(session, batch, PaymentStatus.EXPORTED)
    if len(kept_back) < len(sending):
        batch.payment_count -= len(kept_back)
        batch.amount_yuan -= sum((payments[each].amount_yuan for each in kept_back), funds.NOTHING)
        batch.status, batch.exported_at = BatchStatus.EXPORTED, call.now
    else:
        batch.status = BatchStatus.CANCELLED
    await session.flush()
    comment = f"导出银行文件(批次 {batch.number})"
    goes_out = {payment.claim_id for payment_id, payment in payments.items() if payment_id not in kept_back}
    sent = [claim for claim in claims if claim.id in goes_out]
    await claim_steps.take_each(session, call, sent, "payment", "claim.payment_exported", comment=comment, batch=batch.number)
    left_out = {str(payment_id): code for payment_id, code in kept_back.items()}
    noted = sorted(str(each) for each in policy.shared(sending) - kept_back.keys())
    await record(session, call, batch, f"payment_batch.{batch.status}", claims, left_out=left_out, shared_accounts=noted)
    because = a_hold(FindingCode.SHARED_BANK_ACCOUNT, BECAUSE_SHARED.format(number=batch.number), call.now)
    await claim_steps.hold_each(session, call, claim_steps.CLAIMS.c.id.in_(shared), because)
    return await reading.show(session, call, batch)


async def cancel(session: AsyncSession, call: Call, batch_id: UUID, reason: str) -> PaymentBatchOut:
    """A batch that has not gone to the bank is dropped; its claims can be put into another."""
    batch = await permit(session, call, batch_id, "cancel", lock=True)
    claims = await _claims(session, batch)
    await move(session, [payment.id for payment in await reading.payments(session, batch.id)], sending=-1)
    await _pending_become(session, batch, PaymentStatus.CANCELLED)
    batch.status = BatchStatus.CANCELLED
    await session.flush()
    await record(session, call, batch, "payment_batch.cancelled", claims, reason=reason)
    return await reading.show(session, call, batch)


async def confirm(session: AsyncSession, call: Call, batch_id: UUID, body: BankResults) -> PaymentBatchOut:
    """The bank's answers, all or some. What is paid moves in the fund; a claim whose every payment is paid becomes paid; what failed can be sent in a new
    batch; what bounced after it was paid has come back today."""
    batch = await permit(session, call, batch_id, "confirm", lock=True)
    claims = await _claims(session, batch)
    await _not_own_work(session, call, claims)
    payments = {payment.id: payment for payment in await reading.payments(session, batch.id)}
    named = rules.names([each.payment_id for each in body.results], payments, "/results", PAYMENT_UNKNOWN)
    exported_on = batch.exported_at.astimezone(clock.SHANGHAI).date() if batch.exported_at else None
    rules.refuse([*rules.paid_before_now(body, call.today), *rules.paid_after_export(body, exported_on), *named])
    rules.refuse([*rules.settled(body.results, payments, call.today)])
    back = {each.payment_id for each in body.results if rules.came_back(each, payments[each.payment_id], call.today)}
    await _come_back(
        session, call, batch, [(payments[each.payment_id], each.reason) for each in body.results if each.payment_id in back], call.today
    )
    if answered := [each for each in body.results if each.payment_id not in back]:
        await _settle(session, call, batch, claims, payments, answered)
    return await reading.show(session, call, batch)


async def _settle(
    session: AsyncSession,
    call: Call,
    batch: PaymentBatch,
    claims: Sequence[Row[Any]],
    payments: Mapping[UUID, Payment],
    results: Sequence[PaymentResult],
) -> None:
    await session.execute(
        update(PAYMENTS)
        .where(PAYMENTS.c.id == bindparam("payment"), PAYMENTS.c.status == PaymentStatus.EXPORTED)
        .values(status=bindparam("result"), reason=bindparam("why"), voucher_no=bindparam("voucher"), paid_on=bindparam("day")),
        [_answered(call, each) for each in results],
    )
    paid = [payments[each.payment_id] for each in results if each.result == PaymentStatus.PAID]
    await funds.pay(session, call, batch.fund_id, [funds.Moved(each.claim_id, each.amount_yuan, payment_id=each.id) for each in paid])
    await move(session, [each.payment_id for each in results], sending=-1)
    await move(session, [each.id for each in paid], paid=1)
    batch.settled += len(results)
    batch.status = BatchStatus.CONFIRMED if batch.settled == batch.payment_count else batch.status
    await session.flush()
    touched = await claim_steps.locked(session, {payments[each.payment_id].claim_id for each in results})
    await _stand(session, call, touched, "claim.payment_answered", "银行回执:尚未付讫", batch)
    await record(session, call, batch, "payment_batch.confirmed", claims)


async def report_return(session: AsyncSession, call: Call, batch_id: UUID, body: ReturnIn) -> PaymentBatchOut:
    """Money that was paid has come back (付后退回): it is set aside for its claim again, and can be paid to a corrected account. What is asked back of
    the people concerned must be settled or dismissed before."""
    batch = await permit(session, call, batch_id, "report-return", lock=True)
    payment = await session.scalar(
        select(Payment).where(Payment.id == body.payment_id, Payment.batch_id == batch.id).execution_options(populate_existing=True)
    )
    rules.refuse([*rules.names([body.payment_id], {payment.id} if payment else (), "", PAYMENT_UNKNOWN)])
    assert payment is not None
    if payment.status != PaymentStatus.PAID or payment.paid_on is None:
        status = codes.label("payment_status", payment.status)
        raise PaymentNotPaid(f"这笔付款为“{status}”。只有已支付的才能登记付后退回;未支付的请登记银行回执(:confirm)。")
    rules.refuse([*rules.returned_between(body, payment.paid_on, call.today)])
    claims = await claim_steps.locked(session, [payment.claim_id])
    await _not_own_work(session, call, claims)
    await _come_back(session, call, batch, [(payment, body.reason)], body.returned_on)
    return await reading.show(session, call, batch)


async def _come_back(session: AsyncSession, call: Call, batch: PaymentBatch, back: Sequence[tuple[Payment, str | None]], on: date) -> None:
    if not back:
        return
    for payment, reason in back:
        payment.status, payment.reason, payment.returned_on = PaymentStatus.RETURNED, reason, on
    flag_modified(batch, "status")  # what came back makes a new version
    await session.flush()
    claims = await claim_steps.locked(session, {payment.claim_id for payment, _ in back})
    await move(session, [payment.id for payment, _ in back], paid=-1)  # first: what was recovered is not in the fund's account any more
    moved = [funds.Moved(payment.claim_id, payment.amount_yuan, payment_id=payment.id) for payment, _ in back]
    await funds.take_back(session, call, batch.fund_id, moved)
    total = sum((each.amount_yuan for each in moved), funds.NOTHING)
    said = "、".join(sorted({reason for _, reason in back if reason}))
    await _stand(session, call, claims, "claim.payment_returned", f"付后退回{f':{said}' if said else ''}", batch)
    ids = [str(payment.id) for payment, _ in back]
    await record(session, call, batch, "payment_batch.payment_returned", claims, payment_ids=ids, amount=total, reason=said)


async def _claims(session: AsyncSession, batch: PaymentBatch) -> Sequence[Row[Any]]:
    return await claim_steps.locked(
        session, (await session.scalars(select(Payment.claim_id).where(Payment.batch_id == batch.id).distinct())).all()
    )


async def _not_own_work(session: AsyncSession, call: Call, claims: Sequence[Row[Any]]) -> None:
    why_not = await claim_steps.why_not_each(session, call, claims, "payment", ClaimStatus.APPROVED)
    rules.refuse([*rules.own_work(claims, why_not)])


async def _pending_become(session: AsyncSession, batch: PaymentBatch, status: PaymentStatus) -> None:
    pending = PAYMENTS.c.batch_id == batch.id, PAYMENTS.c.status == PaymentStatus.PENDING
    await session.execute(update(PAYMENTS).where(*pending).values(status=status))


async def _leave_out(session: AsyncSession, kept_back: Mapping[UUID, str]) -> None:
    if not kept_back:
        return
    codes = case(kept_back, value=PAYMENTS.c.id)
    left = update(PAYMENTS).where(PAYMENTS.c.id.in_(kept_back)).values(status=PaymentStatus.CANCELLED, left_out=codes)
    await session.execute(left)
    await move(session, kept_back, sending=-1)


def _sending(kernel: Kernel, payment: Payment, payee: Account | None) -> Sending:
    kind, account = Payee(payment.payee_kind), reading.account_of(kernel, payment)
    if payee is None:
        return Sending(payment.id, kind, payment.payee_id, account, None)
    return Sending(payment.id, kind, payee.owner_id, account, payee.number, payee.another_s)


def _answered(call: Call, result: PaymentResult) -> dict[str, Any]:
    day = (result.paid_on or call.today) if result.result == PaymentStatus.PAID else None
    return {"payment": result.payment_id, "result": result.result, "why": result.reason, "voucher": result.voucher_no, "day": day}


async def _stand(session: AsyncSession, call: Call, claims: Sequence[Row[Any]], event: str, comment: str, batch: PaymentBatch) -> None:
    """Notes on each claim what happened to its money, and moves it to the state that its money has now."""
    now = await claim_steps.standing(session, claims)
    whole = [claim for claim in claims if claim.status != now[claim.id] == ClaimStatus.PAID]
    moved = [claim for claim in claims if claim.status != now[claim.id] and claim not in whole]
    said, comment = f"款项付讫(批次 {batch.number})", f"{comment}(批次 {batch.number})"
    await claim_steps.take_each(session, call, whole, "payment", "claim.paid", to=ClaimStatus.PAID, comment=said, batch=batch.number)
    for to in sorted({now[claim.id] for claim in moved}):
        these = [claim for claim in moved if now[claim.id] == to]
        await claim_steps.take_each(session, call, these, "payment", event, to=to, comment=comment, batch=batch.number)
    still = [claim for claim in claims if claim.status == now[claim.id]]
    await claim_steps.take_each(session, call, still, "payment", event, comment=comment, batch=batch.number)
    concerned = and_(claim_steps.CLAIMS.c.id.in_([claim.id for claim in claims]), conditions.AGAINST_WHICH_FACTS_WEIGH)
    await claim_steps.judge_anew(session, event, db.new_id(), call.now, concerned)  # another matter once money went out or came back
