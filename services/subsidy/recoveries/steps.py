"""Asking money of a paid claim back, and taking it in: only then does the fund have it again."""

from decimal import Decimal
from typing import cast
from uuid import UUID

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import lines
from services.subsidy.claims import reading as claims
from services.subsidy.claims import steps as claim_steps
from services.subsidy.claims.steps import LINES
from services.subsidy.codes import ClaimStatus, RecoveryStatus
from services.subsidy.funds import operations as funds
from services.subsidy.recoveries import policy, reading, rules
from services.subsidy.recoveries.policy import MACHINE
from services.subsidy.recoveries.schemas import RecoveringClaim, RecoveryIn, RecoveryOut, RecoveryReceived
from services.subsidy.recoveries.tables import Receipt, Recovery, RecoveryLine
from services.subsidy.schemes.errors import REFUSALS
from shared import deeds, errors
from shared.access import Call

RECOVERY_LINES = cast(Table, RecoveryLine.__table__)
RECOVER = "recover"  # the step, in the claim's decisions


async def open_one(session: AsyncSession, call: Call, claim_id: UUID, body: RecoveryIn) -> RecoveringClaim:
    """Money of the claim was paid; now all or part of it is asked back, of people named or of all. There may be several of one claim; never is more asked
    back of a line than it was paid."""
    claim, done = await claim_steps.permit(session, call, claim_id, RECOVER)
    await funds.lock(session, claim.fund_id)
    held = await _held(session, claim.id)
    named = {each.trainee_id: each.amount for each in body.persons} if body.persons else None
    whole = sum(named.values(), policy.NOTHING) if named else sum((each.yuan for each in held), policy.NOTHING)
    amount = whole if body.amount is None else body.amount
    if faults := [*rules.asked_for(body, call.today), *rules.within_what_was_paid(body, amount, held, named), *rules.adds_up(body, amount)]:
        raise errors.Invalid(faults=faults)
    reason = body.reason or body.comment
    recovery = Recovery(
        claim_id=claim.id,
        fund_id=claim.fund_id,
        amount_yuan=amount,
        reason=reason or "",
        status=RecoveryStatus.RECOVERING,
        instalments=[{"due_on": str(each.due_on), "amount": str(each.amount)} for each in body.instalments or ()],
        external_refs=[ref.model_dump() for ref in body.external_refs],
        opened_by=call.actor.subject,
        opened_by_name=call.actor.name or None,
        opened_at=call.now,
    )
    session.add(recovery)
    await session.flush()
    shares = policy.shares(held, amount, named)
    await session.execute(
        insert(RECOVERY_LINES),
        [
            {"recovery_id": recovery.id, "position": each.position, "trainee_id": each.trainee_id, "amount_yuan": yuan}
            for each, yuan in shares
        ],
    )
    of_line = RECOVERY_LINES.c.recovery_id == recovery.id, RECOVERY_LINES.c.position == LINES.c.position, LINES.c.claim_id == claim.id
    await session.execute(update(LINES).where(*of_line).values(asked_back_yuan=LINES.c.asked_back_yuan + RECOVERY_LINES.c.amount_yuan))
    now = await claim_steps.standing(session, await claim_steps.seen(session, [claim.id]))
    done.append(await claim_steps.take(session, call, claim, RECOVER, to=now[claim.id], comment=reason))
    await _record(session, call, recovery, "recovery.opened")
    shown = await claims.one(session, call, claim, await lines.of(session, claim.id), done)
    return RecoveringClaim(
        **{name: getattr(shown, name) for name in type(shown).model_fields}, recovery=await reading.show(session, call, recovery)
    )


async def _held(session: AsyncSession, claim_id: UUID) -> list[policy.Held]:
    left = LINES.c.paid_yuan - LINES.c.asked_back_yuan
    wanted = select(LINES.c.position, LINES.c.trainee_id, left.label("yuan")).where(LINES.c.claim_id == claim_id, left > 0)
    return [policy.Held(*row) for row in await session.execute(wanted.order_by(LINES.c.position))]


async def permit(session: AsyncSession, call: Call, recovery_id: UUID, action: str, *, lock: bool = False) -> Recovery:
    """The recovery, when this step may be taken now. `lock`: in the order fund, recovery."""
    recovery = await reading.load(session, call, recovery_id)
    if lock:
        await funds.lock(session, recovery.fund_id)
        await session.refresh(recovery, with_for_update=True)
    call.match(recovery.version)
    if why_not := MACHINE.why_not(action, recovery.status, call.actor.doer):
        raise REFUSALS[why_not.code](why_not.detail)
    return recovery


async def confirm(session: AsyncSession, call: Call, recovery_id: UUID, body: RecoveryReceived) -> RecoveryOut:
    """Money has come in: it is available in its fund again. When all has, the recovery is done, and with the last one so is the claim's."""
    recovery = await permit(session, call, recovery_id, "confirm", lock=True)
    left = recovery.amount_yuan - recovery.received_yuan
    amount = _next_part(recovery) if body.amount is None else body.amount
    if faults := [*rules.received_by_today(body, call.today), *rules.within_what_is_asked(amount, left)]:
        raise errors.Invalid(faults=faults)
    receipt = Receipt(
        recovery_id=recovery.id,
        amount_yuan=amount,
        received_on=body.received_on,
        voucher_no=body.voucher_no,
        recorded_by=call.actor.subject,
        recorded_by_name=call.actor.name or None,
        recorded_at=call.now,
    )
    session.add(receipt)
    recovery.received_yuan += amount
    recovery.status = RecoveryStatus.RECOVERED if amount == left else recovery.status
    await session.flush()
    moved = funds.Moved(recovery.claim_id, amount, recovery_id=recovery.id, receipt_id=receipt.id)
    await funds.recover(session, call, recovery.fund_id, moved)
    claims = await claim_steps.locked(session, [recovery.claim_id])
    now = await claim_steps.standing(session, claims)
    comment = f"追回款到账 {amount} 元(凭证 {body.voucher_no})"
    for claim in claims:
        to = now[claim.id] if now[claim.id] != claim.status else None
        event = "claim.recovered" if to == ClaimStatus.RECOVERED else "claim.recovery_received"
        await claim_steps.take_each(session, call, [claim], RECOVER, event, to=to, comment=comment)
    await _record(session, call, recovery, "recovery.received", received=str(amount))
    return await reading.show(session, call, recovery)


def _next_part(recovery: Recovery) -> Decimal:
    """What comes in next as agreed: what is left of the first instalment that has not come in whole, or of the whole."""
    due = policy.NOTHING
    for instalment in recovery.instalments:
        due += Decimal(instalment["amount"])
        if due > recovery.received_yuan:
            return due - recovery.received_yuan
    return recovery.amount_yuan - recovery.received_yuan


async def _record(session: AsyncSession, call: Call, recovery: Recovery, event: str, **more: str) -> None:
    await deeds.record(
        session,
        call,
        event,
        recovery.id,
        details={"amount": recovery.amount_yuan} | more,
        claim_id=recovery.claim_id,
        status=recovery.status,
        version=recovery.version,
    )
