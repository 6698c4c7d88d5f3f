"""Making a payment batch from approved claims. A batch takes everything or names every fault.

Accounts are asked of registry ahead of the transaction; what was due may have changed when it begins, so it is looked at again under the lock.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims import steps as claim_steps
from services.subsidy.claims.tables import Line
from services.subsidy.codes import LineVerdict, Payee, PaymentStatus
from services.subsidy.funds import operations as funds
from services.subsidy.funds import reading as known_funds
from services.subsidy.payments import policy, reading, rules
from services.subsidy.payments.errors import CLAIM_UNKNOWN
from services.subsidy.payments.policy import Due
from services.subsidy.payments.schemas import BatchIn, PaymentBatchOut
from services.subsidy.payments.tables import Payment, PaymentBatch
from shared import db, deeds, privacy
from shared.access import Call
from shared.web import Kernel

PAYMENTS = cast(Table, Payment.__table__)
Accounts = Mapping[UUID, tuple[str, str | None]]  # name and account by payee


async def accounts(kernel: Kernel, call: Call, body: BatchIn) -> Accounts:
    """Name and account, as registry has them now, of everyone who may have to be paid."""
    async with kernel.reading() as session:
        await known_funds.get(session, call, body.fund_id)
        dues = await _dues(session, await claim_steps.seen(session, body.claim_ids))
    if not dues:
        return {}
    wanted = {kind: {each.payee_id for each in dues if each.payee_kind == kind} for kind in Payee}
    answer = await clients.payees(kernel, call, institution_ids=wanted[Payee.ORGANISER], trainee_ids=wanted[Payee.TRAINEE])
    return {payee.id: (payee.name, payee.bank_account) for payee in (*answer.institutions, *answer.trainees)}


async def create(session: AsyncSession, call: Call, kernel: Kernel, accounts: Accounts, body: BatchIn) -> PaymentBatchOut:
    """A batch of everything the named claims still have to be paid."""
    await funds.lock(session, body.fund_id)
    claims = await claim_steps.locked(session, body.claim_ids)
    dues = policy.still_due(await _dues(session, claims), await _settled(session, body.claim_ids))
    rules.refuse([*rules.names(body.claim_ids, {claim.id for claim in claims}, "/claim_ids", CLAIM_UNKNOWN)])
    pointers = {claim_id: f"/claim_ids/{position}" for position, claim_id in enumerate(body.claim_ids)}
    why_not = await claim_steps.why_not_each(session, call, claims, "payment")
    with_money_due = {each.claim_id for each in dues}
    rules.refuse(
        [
            *rules.claims(claims, body.fund_id, pointers, why_not, await _on_the_way(session, body.claim_ids), with_money_due),
            *rules.accounts(dues, accounts, {claim.id: claim.number for claim in claims}, pointers),
        ]
    )
    batch = PaymentBatch(
        year=call.today.year,
        fund_id=body.fund_id,
        status="draft",
        amount_yuan=sum((each.amount_yuan for each in dues), funds.NOTHING),
        payment_count=len(dues),
        settled=0,
        external_refs=[ref.model_dump() for ref in body.external_refs],
        created_by=call.actor.subject,
        created_by_name=call.actor.name or None,
        created_at=call.now,
    )
    session.add(batch)
    await session.flush()
    await session.execute(insert(PAYMENTS), [_payment(kernel, batch.id, each, *accounts[each.payee_id]) for each in dues])
    await record(session, call, batch, "payment_batch.created", claims)
    return await reading.show(session, call, batch)


async def record(session: AsyncSession, call: Call, batch: PaymentBatch, event: str, claims: Sequence[Row[Any]], **details: str) -> None:
    """The deed on the batch; the trail names each claim."""
    named = {"number": batch.number, "claims": [str(claim.id) for claim in claims]} | details
    await deeds.record(session, call, event, batch.id, details=named, status=batch.status, version=batch.version)


async def _dues(session: AsyncSession, claims: Sequence[Row[Any]]) -> list[Due]:
    lines: dict[UUID, list[Any]] = {}
    if to_trainees := [claim.id for claim in claims if claim.payee == Payee.TRAINEE]:
        eligible = select(Line.claim_id, Line.trainee_id, Line.amount).where(
            Line.claim_id.in_(to_trainees), Line.verdict == LineVerdict.ELIGIBLE
        )
        for line in await session.execute(eligible.order_by(Line.claim_id, Line.position)):
            lines.setdefault(line.claim_id, []).append((line.trainee_id, line.amount))
    return [
        each
        for claim in claims
        for each in policy.due(claim.id, claim.payee, claim.institution_id, claim.trainee_id, claim.amount, lines.get(claim.id, ()))
    ]


async def _settled(session: AsyncSession, claim_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    paid = select(Payment.claim_id, Payment.payee_id).where(Payment.claim_id.in_(claim_ids), Payment.status == PaymentStatus.PAID)
    return {(row.claim_id, row.payee_id) for row in await session.execute(paid)}


async def _on_the_way(session: AsyncSession, claim_ids: Collection[UUID]) -> dict[UUID, str]:
    """The number of the batch that each claim is in and that the bank has not answered for it."""
    waiting = (
        select(Payment.claim_id, PaymentBatch.number)
        .join(PaymentBatch, Payment.batch_id == PaymentBatch.id)
        .where(Payment.claim_id.in_(claim_ids), Payment.status.in_(policy.ON_ITS_WAY))
    )
    return {row.claim_id: row.number for row in await session.execute(waiting)}


def _payment(kernel: Kernel, batch_id: UUID, due: Due, name: str, account: str | None) -> dict[str, Any]:
    payment_id, number = db.new_id(), account or ""
    return {
        "id": payment_id,
        "batch_id": batch_id,
        "claim_id": due.claim_id,
        "payee_kind": due.payee_kind,
        "payee_id": due.payee_id,
        "payee_name": name,
        "account": kernel.vault.encrypt(number, f"payments/{payment_id}/account"),
        "account_masked": privacy.mask_number(number),
        "amount_yuan": due.amount_yuan,
        "status": "pending",
    }
