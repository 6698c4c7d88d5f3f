"""Payment batches: gathered from approved claims, sent to the bank, settled by the bank's answers. A batch takes everything or names every fault."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, Table, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims.tables import Line
from services.subsidy.funds import operations as funds
from services.subsidy.payments import claim_steps, faults, policy
from services.subsidy.payments.errors import CLAIM_UNKNOWN
from services.subsidy.payments.policy import Due
from services.subsidy.payments.schemas import BankResults, BatchIn
from services.subsidy.payments.tables import Payment, PaymentBatch
from shared import audit, changes, db, errors, privacy
from shared.access import Call
from shared.web import Kernel

BATCHES = cast(Table, PaymentBatch.__table__)
PAYMENTS = cast(Table, Payment.__table__)
LINES = cast(Table, Line.__table__)


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: BatchIn) -> PaymentBatch:
    """A batch of everything the named claims still have to be paid, to the accounts that registry has for the payees now."""
    await funds.get(session, body.fund_id)
    accounts = await _accounts(session, call, kernel, body.claim_ids)
    await funds.lock(session, body.fund_id)
    claims = await claim_steps.locked(session, body.claim_ids)
    dues = policy.still_due(await _dues(session, claims), await _settled(session, body.claim_ids))
    faults.refuse(faults.of_names(body.claim_ids, {claim.id for claim in claims}, "/claim_ids", CLAIM_UNKNOWN))
    pointers = {claim_id: f"/claim_ids/{position}" for position, claim_id in enumerate(body.claim_ids)}
    faults.refuse(
        [
            *faults.of_claims(claims, body.fund_id, pointers, await _on_the_way(session, body.claim_ids), {each.claim_id for each in dues}),
            *await claim_steps.same_person_faults(session, call, claims, pointers),
            *faults.of_accounts(dues, accounts, {claim.id: claim.number for claim in claims}, pointers),
        ]
    )
    batch = PaymentBatch(
        year=call.today.year, fund_id=body.fund_id, status="draft", amount_yuan=sum((each.amount_yuan for each in dues), funds.NOTHING),
        payment_count=len(dues), settled=0, created_by=call.actor.subject, created_at=call.now,
    )  # fmt: skip
    session.add(batch)
    await session.flush()
    await session.execute(insert(PAYMENTS), [_payment(kernel, batch.id, each, *accounts[each.payee_id]) for each in dues])
    await _tell(session, call, batch, "payment_batch.created", claims)
    return batch


async def export(session: AsyncSession, call: Call, batch_id: UUID) -> PaymentBatch:
    """From now on the batch is the bank's: its file can be fetched and its payments await an answer."""
    batch, claims = await _to_change(session, call, batch_id, "export")
    faults.refuse([*faults.of_exported_claims(claims, batch.fund_id), *await claim_steps.same_person_faults(session, call, claims, {})])
    await session.execute(update(PAYMENTS).where(PAYMENTS.c.batch_id == batch.id, PAYMENTS.c.status == "pending").values(status="exported"))
    batch.status, batch.exported_at = "exported", call.now
    await session.flush()
    await claim_steps.record(
        session, call, claims, claim_steps.PAYMENT, "claim.payment_exported", f"导出银行文件(批次 {batch.number})", batch=batch.number
    )
    await _tell(session, call, batch, "payment_batch.exported", claims)
    return batch


async def cancel(session: AsyncSession, call: Call, batch_id: UUID, reason: str) -> PaymentBatch:
    """A batch that has not gone to the bank is dropped; its claims can be put into another."""
    batch, claims = await _to_change(session, call, batch_id, "cancel")
    await session.execute(
        update(PAYMENTS).where(PAYMENTS.c.batch_id == batch.id, PAYMENTS.c.status == "pending").values(status="cancelled")
    )
    batch.status = "cancelled"
    await session.flush()
    await _tell(session, call, batch, "payment_batch.cancelled", claims, reason=privacy.redact(reason))
    return batch


async def confirm(session: AsyncSession, call: Call, batch_id: UUID, body: BankResults) -> PaymentBatch:
    """The bank's answers, all or some. What is paid moves in the fund; a claim whose every payment is paid becomes paid; what failed can be sent in a new batch."""
    batch, claims = await _to_change(session, call, batch_id, "confirm")
    payments = {payment.id: payment for payment in await list_payments(session, batch.id)}
    faults.refuse(faults.of_results(body.results, {payment_id: payment.status for payment_id, payment in payments.items()}, call.today))
    faults.refuse(await claim_steps.same_person_faults(session, call, claims, {}))
    await session.execute(
        update(PAYMENTS)
        .where(PAYMENTS.c.id == bindparam("payment"), PAYMENTS.c.status == "exported")
        .values(status=bindparam("result"), reason=bindparam("why"), voucher_no=bindparam("voucher"), paid_on=bindparam("day")),
        [
            {"payment": each.payment_id, "result": each.result, "why": each.reason, "voucher": each.voucher_no, "day": _paid_on(each.result, each.paid_on, call)}
            for each in body.results
        ],
    )  # fmt: skip
    paid = [payments[each.payment_id] for each in body.results if each.result == "paid"]
    await funds.pay(session, call, batch.fund_id, [funds.Moved(each.claim_id, each.amount_yuan, payment_id=each.id) for each in paid])
    batch.settled += len(body.results)
    batch.status = "confirmed" if batch.settled == batch.payment_count else batch.status
    await session.flush()
    await _note_results(session, call, batch, claims, [payments[each.payment_id] for each in body.results])
    return batch


async def get(session: AsyncSession, batch_id: UUID, *, for_update: bool = False) -> PaymentBatch:
    batch = await session.get(PaymentBatch, batch_id, with_for_update=for_update or None, populate_existing=for_update)
    if batch is None:
        raise errors.NotFound("没有这个拨付批次。请核对编号。")
    return batch


async def list_payments(session: AsyncSession, batch_id: UUID) -> Sequence[Row[Any]]:
    return (await session.execute(select(PAYMENTS).where(PAYMENTS.c.batch_id == batch_id).order_by(PAYMENTS.c.id))).all()


def everything(fund_id: UUID | None, status: str | None, claim_id: UUID | None) -> Select[Any]:
    wanted = select(BATCHES)
    for column, value in ((BATCHES.c.fund_id, fund_id), (BATCHES.c.status, status)):
        if value is not None:
            wanted = wanted.where(column == value)
    if claim_id is not None:
        wanted = wanted.where(BATCHES.c.id.in_(select(PAYMENTS.c.batch_id).where(PAYMENTS.c.claim_id == claim_id)))
    return wanted


async def _accounts(session: AsyncSession, call: Call, kernel: Kernel, claim_ids: Collection[UUID]) -> dict[UUID, tuple[str, str | None]]:
    """Name and account of everyone who may have to be paid. Asked for before anything is locked: a slow neighbour holds no claim up."""
    dues = await _dues(session, await claim_steps.seen(session, claim_ids))
    wanted = {kind: {each.payee_id for each in dues if each.payee_kind == kind} for kind in ("organiser", "trainee")}
    if not dues:
        return {}
    answer = await clients.payees(kernel, call, institution_ids=wanted["organiser"], trainee_ids=wanted["trainee"])
    return {payee.id: (payee.name, payee.bank_account) for payee in (*answer.institutions, *answer.trainees)}


async def _dues(session: AsyncSession, claims: Sequence[Row[Any]]) -> list[Due]:
    to_trainees = [claim.id for claim in claims if claim.payee == "trainee"]
    lines: dict[UUID, list[Any]] = {}
    if to_trainees:
        eligible = select(LINES.c.claim_id, LINES.c.trainee_id, LINES.c.amount).where(
            LINES.c.claim_id.in_(to_trainees), LINES.c.verdict == "eligible"
        )
        for line in await session.execute(eligible.order_by(LINES.c.claim_id, LINES.c.position)):
            lines.setdefault(line.claim_id, []).append((line.trainee_id, line.amount))
    return [
        each
        for claim in claims
        for each in policy.due(claim.id, claim.payee, claim.institution_id, claim.trainee_id, claim.amount, lines.get(claim.id, ()))
    ]


async def _settled(session: AsyncSession, claim_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    paid = select(PAYMENTS.c.claim_id, PAYMENTS.c.payee_id).where(PAYMENTS.c.claim_id.in_(claim_ids), PAYMENTS.c.status == "paid")
    return {(row.claim_id, row.payee_id) for row in await session.execute(paid)}


async def _on_the_way(session: AsyncSession, claim_ids: Collection[UUID]) -> dict[UUID, str]:
    """The number of the batch that each claim is in and that the bank has not answered for it."""
    waiting = (
        select(PAYMENTS.c.claim_id, BATCHES.c.number)
        .join_from(PAYMENTS, BATCHES, PAYMENTS.c.batch_id == BATCHES.c.id)
        .where(PAYMENTS.c.claim_id.in_(claim_ids), PAYMENTS.c.status.in_(policy.ON_ITS_WAY))
    )
    return {row.claim_id: row.number for row in await session.execute(waiting)}


async def _to_change(session: AsyncSession, call: Call, batch_id: UUID, action: str) -> tuple[PaymentBatch, Sequence[Row[Any]]]:
    """The batch and its claims, locked in the order fund, batch, claims, and in a state that allows the action."""
    await funds.lock(session, (await get(session, batch_id)).fund_id)
    batch = await get(session, batch_id, for_update=True)
    call.match(batch.version)
    if why_not := policy.why_not(action, batch.status):
        raise errors.InvalidState(why_not)
    claim_ids = (await session.scalars(select(PAYMENTS.c.claim_id).where(PAYMENTS.c.batch_id == batch.id).distinct())).all()
    return batch, await claim_steps.locked(session, claim_ids)


def _payment(kernel: Kernel, batch_id: UUID, due: Due, name: str, account: str | None) -> dict[str, Any]:
    payment_id, number = db.new_id(), account or ""
    return {
        "id": payment_id, "batch_id": batch_id, "claim_id": due.claim_id, "payee_kind": due.payee_kind, "payee_id": due.payee_id, "payee_name": name,
        "account": kernel.vault.encrypt(number, f"payments/{payment_id}/account"), "account_masked": privacy.mask_number(number),
        "amount_yuan": due.amount_yuan, "status": "pending",
    }  # fmt: skip


def _paid_on(result: str, paid_on: date | None, call: Call) -> date | None:
    return (paid_on or call.today) if result == "paid" else None


async def _note_results(
    session: AsyncSession, call: Call, batch: PaymentBatch, claims: Sequence[Row[Any]], answered: Sequence[Row[Any]]
) -> None:
    touched = [claim for claim in claims if claim.id in {payment.claim_id for payment in answered}]
    sums = select(PAYMENTS.c.claim_id, func.sum(PAYMENTS.c.amount_yuan).label("yuan")).where(
        PAYMENTS.c.claim_id.in_([claim.id for claim in touched]), PAYMENTS.c.status == "paid"
    )
    paid_yuan = {row.claim_id: row.yuan for row in await session.execute(sums.group_by(PAYMENTS.c.claim_id))}
    whole = [claim for claim in touched if claim.status == "approved" and paid_yuan.get(claim.id) == claim.amount]
    part = [claim for claim in touched if claim not in whole]
    await claim_steps.move(session, call, whole, "paid", "claim.paid")
    await claim_steps.record(
        session, call, whole, claim_steps.PAYMENT, "claim.paid", f"款项付讫(批次 {batch.number})", "paid", batch=batch.number
    )
    await claim_steps.record(
        session, call, part, claim_steps.PAYMENT, "claim.payment_answered", f"银行回执:尚未付讫(批次 {batch.number})", batch=batch.number
    )
    await _tell(session, call, batch, "payment_batch.confirmed", touched)


async def _tell(session: AsyncSession, call: Call, batch: PaymentBatch, event: str, claims: Sequence[Row[Any]], **details: str) -> None:
    named = {"number": batch.number, "status": batch.status, "claims": [str(claim.id) for claim in claims], "version": batch.version}
    await audit.record(session, call, event, "payment_batch", batch.id, named | details)
    await changes.publish(session, call, event, batch.id, status=batch.status, version=batch.version)
