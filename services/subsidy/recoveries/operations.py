"""Asking money of a paid claim back, and taking it in: only then does the fund have it again."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import decisions, lines, showing
from services.subsidy.funds import operations as funds
from services.subsidy.payments import claim_steps
from services.subsidy.recoveries.errors import refuse_amount, refuse_received_on
from services.subsidy.recoveries.policy import STATUSES
from services.subsidy.recoveries.schemas import RecoveringClaim, RecoveryIn, RecoveryOut, RecoveryReceived
from services.subsidy.recoveries.tables import Recovery
from shared import audit, changes, errors
from shared.access import Call

RECOVERIES = cast(Table, Recovery.__table__)
RECOVER = "recover"  # the step, in the claim's decisions


async def open_one(session: AsyncSession, call: Call, claim_id: UUID, body: RecoveryIn) -> RecoveringClaim:
    """The claim is paid; now all or part of it is asked back."""
    claim, done = await decisions.permit(session, call, claim_id, RECOVER)
    amount = claim.amount if body.amount is None else body.amount
    if not 0 < amount <= claim.amount:
        raise refuse_amount(f"{amount:.2f}", f"{claim.amount:.2f}")
    reason = body.reason or body.comment
    recovery = Recovery(claim_id=claim.id, fund_id=claim.fund_id, amount_yuan=amount, reason=reason or "", status="recovering",
                        opened_by=call.actor.subject, opened_at=call.now)  # fmt: skip
    session.add(recovery)
    await session.flush()
    done.append(await decisions.take(session, call, claim, RECOVER, to="recovering", comment=reason))
    await _tell(session, call, recovery, "recovery.opened")
    shown = await showing.one(session, call, claim, await lines.of(session, claim.id), done)
    return RecoveringClaim(**shown.model_dump(), recovery=RecoveryOut.model_validate(recovery))


async def confirm(session: AsyncSession, call: Call, recovery_id: UUID, body: RecoveryReceived) -> Recovery:
    """The money has come in: it is available in its fund again, and the claim is recovered."""
    recovery = await get(session, recovery_id)
    await funds.lock(session, recovery.fund_id)
    await session.refresh(recovery, with_for_update=True)
    call.match(recovery.version)
    if recovery.status != "recovering":
        raise errors.InvalidState(f"追回的状态为{STATUSES[recovery.status][0]},不必再登记到账。")
    if body.received_on > call.today:
        raise refuse_received_on(str(body.received_on), str(call.today))
    recovery.status, recovery.received_on, recovery.voucher_no = "recovered", body.received_on, body.voucher_no
    await session.flush()
    await funds.recover(session, call, recovery.fund_id, funds.Moved(recovery.claim_id, recovery.amount_yuan, recovery_id=recovery.id))
    claims = await claim_steps.locked(session, [recovery.claim_id])
    await claim_steps.move(session, call, claims, "recovered", "claim.recovered")
    await claim_steps.record(session, call, claims, RECOVER, "claim.recovered", f"追回款到账(凭证 {body.voucher_no})", "recovered")
    await _tell(session, call, recovery, "recovery.received")
    return recovery


async def get(session: AsyncSession, recovery_id: UUID) -> Recovery:
    if recovery := await session.get(Recovery, recovery_id):
        return recovery
    raise errors.NotFound("没有这笔追回。请核对编号。")


def everything(status: str | None, claim_id: UUID | None, fund_id: UUID | None) -> Select[Any]:
    wanted = select(RECOVERIES)
    for column, value in ((RECOVERIES.c.status, status), (RECOVERIES.c.claim_id, claim_id), (RECOVERIES.c.fund_id, fund_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    return wanted


async def _tell(session: AsyncSession, call: Call, recovery: Recovery, event: str) -> None:
    details = {
        "claim_id": str(recovery.claim_id),
        "amount": str(recovery.amount_yuan),
        "status": recovery.status,
        "version": recovery.version,
    }
    await audit.record(session, call, event, "recovery", recovery.id, details)
    await changes.publish(session, call, event, recovery.id, claim_id=recovery.claim_id, status=recovery.status, version=recovery.version)
