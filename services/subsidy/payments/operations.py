"""Making a payment batch from approved claims. A batch takes everything or names every fault.

Accounts are asked of registry ahead of the transaction; what was due may have changed when it begins, so it is looked at again under the lock.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims import steps as claim_steps
from services.subsidy.claims.tables import Line
from services.subsidy.codes import LineVerdict, Payee
from services.subsidy.funds import operations as funds
from services.subsidy.funds import reading as known_funds
from services.subsidy.payments import policy, reading, rules
from services.subsidy.payments.errors import CLAIM_UNKNOWN
from services.subsidy.payments.policy import Due, Unpaid
from services.subsidy.payments.schemas import BatchIn, PaymentBatchOut
from services.subsidy.payments.tables import Payment, PaymentBatch, PaymentLine
from shared import db, deeds, privacy
from shared.access import Call
from shared.web import Kernel

PAYMENTS, PAYMENT_LINES, LINES = (cast(Table, each.__table__) for each in (Payment, PaymentLine, Line))


@dataclass(frozen=True, slots=True)
class Account:
    """A payee as registry has them now; `owner_id`: who a merged person goes on as. `another_s`: whether another person or an institution gives a
    person's account as its own."""

    owner_id: UUID
    name: str
    number: str | None
    another_s: bool = False


Accounts = Mapping[UUID, Account]  # by payee


async def accounts(kernel: Kernel, call: Call, body: BatchIn) -> Accounts:
    """Name and account of everyone who may have to be paid."""
    async with kernel.reading() as session:
        await known_funds.get(session, call, body.fund_id)
        dues = await _dues(session, await claim_steps.seen(session, body.claim_ids))
    return await _asked(kernel, call, [(each.payee_kind, each.payee_id) for each in dues])


async def accounts_of(kernel: Kernel, call: Call, batch_id: UUID) -> Accounts:
    """Name and account of everyone whom a batch is to pay."""
    async with kernel.reading() as session:
        batch = await reading.get(session, call, batch_id)
        return await _asked(kernel, call, [(each.payee_kind, each.payee_id) for each in await reading.payments(session, batch.id)])


async def _asked(kernel: Kernel, call: Call, payees: Sequence[tuple[str, UUID]]) -> Accounts:
    if not payees:
        return {}
    wanted = {kind: {payee_id for of, payee_id in payees if of == kind} for kind in Payee}
    answer = await clients.payees(kernel, call, institution_ids=wanted[Payee.ORGANISER], trainee_ids=wanted[Payee.TRAINEE])
    return {
        each.id: Account(each.merged_into or each.id, each.name, each.bank_account, each.account_of is not None or each.account_shared)
        for each in (*answer.institutions, *answer.trainees)
    }


async def create(session: AsyncSession, call: Call, kernel: Kernel, accounts: Accounts, body: BatchIn) -> PaymentBatchOut:
    """A batch of every line of the named claims that no payment pays yet."""
    await funds.lock(session, body.fund_id)
    claims = await claim_steps.locked(session, body.claim_ids)
    dues = await _dues(session, claims)
    rules.refuse([*rules.names(body.claim_ids, {claim.id for claim in claims}, "/claim_ids", CLAIM_UNKNOWN)])
    pointers = {claim_id: f"/claim_ids/{position}" for position, claim_id in enumerate(body.claim_ids)}
    why_not = await claim_steps.why_not_each(session, call, claims, "payment")
    with_money_due = {each.claim_id for each in dues}
    rules.refuse(
        [*rules.claims(claims, body.fund_id, pointers, why_not, await _on_the_way(session, body.claim_ids), with_money_due, call.today)]
    )
    if not any(each.payee_id in accounts and accounts[each.payee_id].number for each in dues):
        rules.refuse(
            [
                *rules.accounts(
                    dues,
                    {payee_id: payee.name for payee_id, payee in accounts.items()},
                    {claim.id: claim.number for claim in claims},
                    pointers,
                )
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
    payments = [_payment(kernel, batch.id, each, accounts.get(each.payee_id)) for each in dues]
    await session.execute(insert(PAYMENTS), payments)
    await session.execute(
        insert(PAYMENT_LINES), [line for made, each in zip(payments, dues, strict=True) for line in _lines(made["id"], each)]
    )
    await move(session, [made["id"] for made in payments], sending=1)
    await record(session, call, batch, "payment_batch.created", claims)
    return await reading.show(session, call, batch)


async def record(session: AsyncSession, call: Call, batch: PaymentBatch, event: str, claims: Sequence[Row[Any]], **details: Any) -> None:
    """The deed on the batch; the trail names each claim."""
    named = {"number": batch.number, "claims": [str(claim.id) for claim in claims]} | details
    await deeds.record(session, call, event, batch.id, details=named, status=batch.status, version=batch.version)


async def move(session: AsyncSession, payment_ids: Collection[UUID], *, sending: int = 0, paid: int = 0) -> None:
    """Adds what these payments pay to what is being sent to their lines, or paid (1), or takes it away (-1)."""
    if not payment_ids:
        return
    amount, same = PAYMENT_LINES.c.amount_yuan, (LINES.c.claim_id == PAYMENT_LINES.c.claim_id, LINES.c.position == PAYMENT_LINES.c.position)
    values = {LINES.c.sending_yuan: LINES.c.sending_yuan + sending * amount, LINES.c.paid_yuan: LINES.c.paid_yuan + paid * amount}
    await session.execute(update(LINES).where(PAYMENT_LINES.c.payment_id.in_(payment_ids), *same).values(values))


async def _dues(session: AsyncSession, claims: Sequence[Row[Any]]) -> list[Due]:
    """What the claims still have to be paid: of each eligible line what was neither paid, sent nor given up."""
    left = Line.amount - Line.paid_yuan - Line.sending_yuan - Line.given_up_yuan
    wanted = select(Line.claim_id, Line.position, Line.trainee_id, left.label("yuan")).where(
        Line.claim_id.in_([claim.id for claim in claims]), Line.verdict == LineVerdict.ELIGIBLE, left > 0
    )
    unpaid: dict[UUID, list[Unpaid]] = {}
    for line in await session.execute(wanted.order_by(Line.claim_id, Line.position)):
        unpaid.setdefault(line.claim_id, []).append(Unpaid(line.position, line.trainee_id, line.yuan))
    return [
        each
        for claim in claims
        for each in policy.due(claim.id, claim.payee, claim.institution_id, claim.trainee_id, unpaid.get(claim.id, ()))
    ]


async def _on_the_way(session: AsyncSession, claim_ids: Collection[UUID]) -> dict[UUID, str]:
    """The number of the batch that each claim is in and that the bank has not answered for it."""
    waiting = (
        select(Payment.claim_id, PaymentBatch.number)
        .join(PaymentBatch, Payment.batch_id == PaymentBatch.id)
        .where(Payment.claim_id.in_(claim_ids), Payment.status.in_(policy.ON_ITS_WAY))
    )
    return {row.claim_id: row.number for row in await session.execute(waiting)}


def _payment(kernel: Kernel, batch_id: UUID, due: Due, payee: Account | None) -> dict[str, Any]:
    payment_id, number = db.new_id(), payee.number if payee else None
    return {
        "id": payment_id,
        "batch_id": batch_id,
        "claim_id": due.claim_id,
        "payee_kind": due.payee_kind,
        "payee_id": due.payee_id,
        "payee_name": payee.name if payee else "",
        "account": kernel.vault.encrypt(number, reading.sealed_as(payment_id)) if number else None,
        "account_masked": privacy.mask_account(number) if number else None,
        "amount_yuan": due.amount_yuan,
        "status": "pending",
    }


def _lines(payment_id: UUID, due: Due) -> Iterator[dict[str, Any]]:
    for line in due.lines:
        yield {"payment_id": payment_id, "claim_id": due.claim_id, "position": line.position, "amount_yuan": line.amount_yuan}
