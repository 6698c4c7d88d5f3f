"""Asking money of a paid claim back, and taking it in: only then does the fund have it again."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import cast
from uuid import UUID

from sqlalchemy import Table, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import lines
from services.subsidy.claims import reading as claims
from services.subsidy.claims import steps as claim_steps
from services.subsidy.claims.steps import LINES
from services.subsidy.codes import ClaimStatus, RecoveryStatus
from services.subsidy.funds import operations as funds
from services.subsidy.recoveries import policy, reading, rules
from services.subsidy.recoveries.policy import MACHINE, Proposal
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
    await funds.lock(session, claim.paid_from)
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
    shares = {each.position: policy.Share(each.trainee_id, yuan) for each, yuan in policy.shares(held, amount, named)}
    await _share_out(session, {recovery.id: shares})
    await _ask_back(session, recovery)
    now = await claim_steps.standing(session, await claim_steps.seen(session, [claim.id]))
    done.append(await claim_steps.take(session, call, claim, RECOVER, to=now[claim.id], comment=reason))
    await _record(session, call, recovery, "recovery.opened")
    shown = await claims.one(session, call, claim, await lines.shown_of(session, claim.id), done)
    return RecoveringClaim(
        **{name: getattr(shown, name) for name in type(shown).model_fields}, recovery=await reading.show(session, call, recovery)
    )


async def _held(session: AsyncSession, claim_id: UUID) -> list[policy.Held]:
    left = LINES.c.paid_yuan - LINES.c.asked_back_yuan
    wanted = select(LINES.c.position, LINES.c.trainee_id, left.label("yuan")).where(LINES.c.claim_id == claim_id, left > 0)
    return [policy.Held(*row) for row in await session.execute(wanted.order_by(LINES.c.position))]


async def _share_out(session: AsyncSession, shares: Mapping[UUID, Mapping[int, policy.Share]]) -> None:
    """What is asked back of each line, by recovery and position."""
    rows = [
        {"recovery_id": recovery_id, "position": position, "trainee_id": share.trainee_id, "amount_yuan": share.yuan, "cause": share.cause}
        for recovery_id, by_position in shares.items()
        for position, share in by_position.items()
    ]
    await session.execute(insert(RECOVERY_LINES), rows)


async def _ask_back(session: AsyncSession, recovery: Recovery) -> None:
    of_line = RECOVERY_LINES.c.recovery_id == recovery.id, RECOVERY_LINES.c.position == LINES.c.position
    asked = update(LINES).where(*of_line, LINES.c.claim_id == recovery.claim_id)
    not_due = case((RECOVERY_LINES.c.cause.is_not(None), RECOVERY_LINES.c.amount_yuan), else_=policy.NOTHING)
    more = {"asked_back_yuan": LINES.c.asked_back_yuan + RECOVERY_LINES.c.amount_yuan, "not_due_yuan": LINES.c.not_due_yuan + not_due}
    await session.execute(asked.values(more))


# What new facts propose. There is one proposal of a claim at most, and its lines are those of the facts of now.


async def lock_proposals(session: AsyncSession, claim_ids: Collection[UUID]) -> None:
    """In the order recovery, claim: whoever decides on a proposal locks it first."""
    proposed = select(Recovery.id).where(Recovery.claim_id.in_(claim_ids), Recovery.status == RecoveryStatus.PROPOSED)
    await session.execute(proposed.order_by(Recovery.id).with_for_update())


async def propose_each(session: AsyncSession, call: Call, cause: str, wanted: Mapping[UUID, Proposal]) -> set[UUID]:
    """Brings what this cause proposes of these claims to what is wanted of each, none where nothing is; what another cause proposes stays. Answers the claims
    whose proposal was made or withdrawn."""
    if not wanted:
        return set()
    proposed = select(Recovery).where(Recovery.claim_id.in_(wanted), Recovery.status == RecoveryStatus.PROPOSED)
    open_now = {each.claim_id: each for each in await session.scalars(proposed)}
    asked: dict[UUID, dict[int, policy.Share]] = {}
    for row in await session.execute(
        select(RECOVERY_LINES).where(RECOVERY_LINES.c.recovery_id.in_([each.id for each in open_now.values()]))
    ):
        asked.setdefault(row.recovery_id, {})[row.position] = policy.Share(row.trainee_id, row.amount_yuan, row.cause)
    shares_now = {claim_id: asked[open_now[claim_id].id] if claim_id in open_now else {} for claim_id in wanted}
    come_to = {claim_id: policy.beside(proposal, cause, shares_now[claim_id]) for claim_id, proposal in wanted.items()}
    changed = {claim_id for claim_id, (_, shares) in come_to.items() if shares != shares_now[claim_id]}
    gone = [open_now[claim_id] for claim_id in changed & open_now.keys()]
    for recovery in gone:
        _decide(call, recovery, RecoveryStatus.WITHDRAWN, "事实又有变化,自动撤回。")
    await session.flush()
    made = [_proposed(call, claim_id, wanted[claim_id].fund_id, *come_to[claim_id]) for claim_id in sorted(changed) if come_to[claim_id][1]]
    session.add_all(made)
    await session.flush()
    if made:
        await _share_out(session, {each.id: come_to[each.claim_id][1] for each in made})
    told = [("recovery.withdrawn", each) for each in gone] + [("recovery.proposed", each) for each in made]
    await deeds.record_all(session, [_deed(call, each, event) for event, each in told])
    return changed


def _proposed(call: Call, claim_id: UUID, fund_id: UUID, reason: str, shares: Mapping[int, policy.Share]) -> Recovery:
    return Recovery(
        claim_id=claim_id,
        fund_id=fund_id,
        amount_yuan=sum((share.yuan for share in shares.values()), policy.NOTHING),
        reason=reason,
        status=RecoveryStatus.PROPOSED,
        opened_by=call.actor.subject,
        opened_by_name=call.actor.name or None,
        opened_at=call.now,
    )


async def accept(session: AsyncSession, call: Call, recovery_id: UUID, comment: str | None) -> RecoveryOut:
    """What was proposed is asked back. Where less is left of what was paid to somebody, the proposal is out of date."""
    recovery = await permit(session, call, recovery_id, "accept", lock=True)
    held = {each.position: each.yuan for each in await _held(session, recovery.claim_id)}
    asked = select(RECOVERY_LINES.c.position, RECOVERY_LINES.c.amount_yuan).where(RECOVERY_LINES.c.recovery_id == recovery.id)
    if any(row.amount_yuan > held.get(row.position, policy.NOTHING) for row in await session.execute(asked)):
        raise errors.InvalidState("建议之后已付款项有退回或追回,按此建议追回会超过已付金额。请不予追回(:dismiss),另行发起追回。")
    claims = await claim_steps.locked(session, [recovery.claim_id])
    for why_not in (await claim_steps.why_not_each(session, call, claims, RECOVER)).values():
        raise REFUSALS[why_not.code](why_not.detail)
    _decide(call, recovery, RecoveryStatus.RECOVERING, comment)
    await _ask_back(session, recovery)
    await _decided_on(session, recovery)
    now = await claim_steps.standing(session, claims)
    await claim_steps.take_each(session, call, claims, RECOVER, "claim.recovering", to=now[recovery.claim_id], comment=recovery.reason)
    await session.flush()
    await _record(session, call, recovery, "recovery.opened")
    return await reading.show(session, call, recovery)


async def dismiss(session: AsyncSession, call: Call, recovery_id: UUID, reason: str) -> RecoveryOut:
    """Nothing is asked back for these facts: what is new about the lines has been looked at."""
    recovery = await permit(session, call, recovery_id, "dismiss", lock=True)
    _decide(call, recovery, RecoveryStatus.DISMISSED, reason)
    await _decided_on(session, recovery)
    await session.flush()
    await _record(session, call, recovery, "recovery.dismissed", reason=reason)
    return await reading.show(session, call, recovery)


async def _decided_on(session: AsyncSession, recovery: Recovery) -> None:
    of_line = RECOVERY_LINES.c.recovery_id == recovery.id, RECOVERY_LINES.c.position == LINES.c.position
    await session.execute(update(LINES).where(*of_line, LINES.c.claim_id == recovery.claim_id).values(before=None))


def _decide(call: Call, recovery: Recovery, status: RecoveryStatus, reason: str | None) -> None:
    recovery.status, recovery.decision_reason, recovery.decided_at = status, reason, call.now
    recovery.decided_by, recovery.decided_by_name = call.actor.subject, call.actor.name or None


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
    day = [
        *rules.received_by_today(body, call.today),
        *rules.received_after_paid(body, await reading.first_paid_on(session, recovery.claim_id)),
    ]
    if faults := [*day, *rules.within_what_is_asked(amount, left)]:
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
    await _free_the_recovered(session, recovery)
    claims = await claim_steps.locked(session, [recovery.claim_id])
    now = await claim_steps.standing(session, claims)
    comment = f"追回款到账 {amount} 元(凭证 {body.voucher_no})"
    for claim in claims:
        to = now[claim.id] if now[claim.id] != claim.status else None
        event = "claim.recovered" if to == ClaimStatus.RECOVERED else "claim.recovery_received"
        await claim_steps.take_each(session, call, [claim], RECOVER, event, to=to, comment=comment)
    await _record(session, call, recovery, "recovery.received", received=str(amount))
    return await reading.show(session, call, recovery)


async def _free_the_recovered(session: AsyncSession, recovery: Recovery) -> None:
    """Who was paid nothing in the end has used nothing up: whether they are due anything is for the next claim to be judged."""
    same_claim = RECOVERY_LINES.c.recovery_id == Recovery.id, Recovery.claim_id == recovery.claim_id
    still_owed = select(RECOVERY_LINES.c.position).where(*same_claim, Recovery.status == RecoveryStatus.RECOVERING)
    recovered = select(LINES.c.position).where(
        LINES.c.claim_id == recovery.claim_id,
        LINES.c.paid_yuan > 0,
        LINES.c.asked_back_yuan == LINES.c.paid_yuan,
        LINES.c.position.not_in(still_owed),
    )
    await lines.free(session, recovery.claim_id, (await session.scalars(recovered)).all())


def _next_part(recovery: Recovery) -> Decimal:
    """What comes in next as agreed: what is left of the first instalment that has not come in whole, or of the whole."""
    due = policy.NOTHING
    for instalment in recovery.instalments:
        due += Decimal(instalment["amount"])
        if due > recovery.received_yuan:
            return due - recovery.received_yuan
    return recovery.amount_yuan - recovery.received_yuan


async def _record(session: AsyncSession, call: Call, recovery: Recovery, event: str, **more: str) -> None:
    await deeds.record_all(session, [_deed(call, recovery, event, **more)])


def _deed(call: Call, recovery: Recovery, event: str, **more: str) -> deeds.Deed:
    return deeds.deed(
        call,
        event,
        recovery.id,
        details={"amount": recovery.amount_yuan} | more,
        claim_id=recovery.claim_id,
        status=recovery.status,
        version=recovery.version,
    )
