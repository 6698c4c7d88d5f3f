"""Asking money of a paid claim back, and taking it in: only then does the fund have it again."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import lines
from services.subsidy.claims import reading as claims
from services.subsidy.claims import steps as claim_steps
from services.subsidy.codes import ClaimStatus, RecoveryStatus
from services.subsidy.funds import operations as funds
from services.subsidy.recoveries import reading, rules
from services.subsidy.recoveries.policy import MACHINE
from services.subsidy.recoveries.schemas import RecoveringClaim, RecoveryIn, RecoveryOut, RecoveryReceived
from services.subsidy.recoveries.tables import Recovery
from services.subsidy.schemes.errors import REFUSALS
from shared import deeds, errors
from shared.access import Call

RECOVER = "recover"  # the step, in the claim's decisions


async def open_one(session: AsyncSession, call: Call, claim_id: UUID, body: RecoveryIn) -> RecoveringClaim:
    """The claim is paid; now all or part of it is asked back."""
    claim, done = await claim_steps.permit(session, call, claim_id, RECOVER)
    amount = claim.amount if body.amount is None else body.amount
    if faults := [*rules.within_what_was_paid(amount, claim.amount)]:
        raise errors.Invalid(faults=faults)
    reason = body.reason or body.comment
    recovery = Recovery(
        claim_id=claim.id,
        fund_id=claim.fund_id,
        amount_yuan=amount,
        reason=reason or "",
        status="recovering",
        external_refs=[ref.model_dump() for ref in body.external_refs],
        opened_by=call.actor.subject,
        opened_by_name=call.actor.name or None,
        opened_at=call.now,
    )
    session.add(recovery)
    await session.flush()
    done.append(await claim_steps.take(session, call, claim, RECOVER, comment=reason))
    await _record(session, call, recovery, "recovery.opened")
    shown = await claims.one(session, call, claim, await lines.of(session, claim.id), done)
    return RecoveringClaim(
        **{name: getattr(shown, name) for name in type(shown).model_fields}, recovery=await reading.show(session, call, recovery)
    )


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
    """The money has come in: it is available in its fund again, and the claim is recovered."""
    recovery = await permit(session, call, recovery_id, "confirm", lock=True)
    if faults := [*rules.received_by_today(body, call.today)]:
        raise errors.Invalid(faults=faults)
    recovery.status, recovery.received_on, recovery.voucher_no = RecoveryStatus.RECOVERED, body.received_on, body.voucher_no
    await session.flush()
    await funds.recover(session, call, recovery.fund_id, funds.Moved(recovery.claim_id, recovery.amount_yuan, recovery_id=recovery.id))
    claims = await claim_steps.locked(session, [recovery.claim_id])
    comment = f"追回款到账(凭证 {body.voucher_no})"
    await claim_steps.take_each(session, call, claims, RECOVER, "claim.recovered", to=ClaimStatus.RECOVERED, comment=comment)
    await _record(session, call, recovery, "recovery.received")
    return await reading.show(session, call, recovery)


async def _record(session: AsyncSession, call: Call, recovery: Recovery, event: str) -> None:
    await deeds.record(
        session,
        call,
        event,
        recovery.id,
        details={"amount": recovery.amount_yuan},
        claim_id=recovery.claim_id,
        status=recovery.status,
        version=recovery.version,
    )
