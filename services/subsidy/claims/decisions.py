"""Taking a step on a claim: whether this person may, and the step kept with who, when and why. Payments and recoveries take theirs here too."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.subsidy.claims.errors import REFUSALS, ClaimOnHold, HeldLinesOpen
from services.subsidy.claims.policy import ACTIONS, EVENTS, Refused, may_take, same_person
from services.subsidy.claims.tables import Claim, Decision
from services.subsidy.notices import operations as notices
from shared import access, deeds, errors, steps, wire
from shared.access import Actor, Call

SEES_ALL = access.STAFF | {"system"}


def visible(actor: Actor) -> ColumnElement[bool] | None:
    """The rows an actor may see; None: all of them."""
    if actor.role in SEES_ALL:
        return None
    if actor.role == "institution" and actor.institution_id:
        return Claim.institution_id == actor.institution_id
    if actor.role == "person" and actor.trainee_id:
        return Claim.trainee_id == actor.trainee_id
    if actor.role == "town" and actor.region_code:
        return Claim.on_behalf & (Claim.region_code == actor.region_code)
    return false()


async def load(session: AsyncSession, call: Call, claim_id: UUID) -> Claim:
    """The claim, or 404 also for those who may not know of it."""
    wanted, rows = select(Claim).where(Claim.id == claim_id), visible(call.actor)
    claim = await session.scalar(wanted if rows is None else wanted.where(rows))
    if claim is None:
        raise errors.NotFound()
    return claim


async def history(session: AsyncSession, claim_id: UUID) -> Sequence[Decision]:
    return (await session.scalars(select(Decision).where(Decision.claim_id == claim_id).order_by(Decision.id))).all()


async def permit(session: AsyncSession, call: Call, claim_id: UUID, name: str) -> tuple[Claim, list[Decision]]:
    """The claim and its steps so far, when this caller may take this one now: by version, state, and four eyes."""
    claim = await load(session, call, claim_id)
    call.match(claim.version)
    action = ACTIONS[name]
    if refused := may_take(action, call.actor.role, claim.status, held=claim.hold_code is not None):
        raise REFUSALS[refused.code](refused.detail)
    done = await history(session, claim_id)
    if refused := same_person(action.part, person(call.actor), _done(done)):
        raise REFUSALS[refused.code](refused.detail)
    return claim, list(done)


async def take(
    session: AsyncSession, call: Call, claim: Claim, name: str, *, to: str | None = None, comment: str | None = None, **details: Any
) -> Decision:
    """Keeps a step: the claim's new state, the decision, the trail and the event. `details`: `trainee_id`, `outcome`, `other_claim_id`."""
    actor, before = call.actor, claim.status
    claim.status = to or before
    flag_modified(claim, "status")  # every step makes a new version, also one that leaves the state as it is
    decision = Decision(claim_id=claim.id, action=name, from_status=before, to_status=claim.status, actor=actor.subject, role=actor.role,
                        person_id=actor.person_id, at=call.now, comment=comment, **details)  # fmt: skip
    session.add(decision)
    await session.flush()
    kept = {"from": before, "to": claim.status, "facts_hash": claim.facts_hash, "amount": claim.amount} | details
    told = kept | ({"reason": comment} if comment else {})
    await deeds.record(session, call, f"claim.{EVENTS[name]}", claim.id, details=told, status=claim.status, version=claim.version)
    return decision


def person(actor: Actor) -> str:
    """Who acts, by person and not by account; an account without a person stands for itself."""
    return str(actor.person_id or f"account {actor.subject}")


async def allowed_actions(
    session: AsyncSession, call: Call, claim: Claim, done: Sequence[Decision], held_lines: bool
) -> list[wire.AllowedAction]:
    """Each action of the caller's role, and why not where it is not possible now. Other roles' actions are not shown."""
    found: dict[str, steps.Refusal | None] = {}
    for action in ACTIONS.values():
        if call.actor.role not in action.roles:
            continue
        refused = may_take(action, call.actor.role, claim.status, held=claim.hold_code is not None)
        refused = refused or same_person(action.part, person(call.actor), _done(done))
        if refused is None and action.name == "approve" and (problem := await why_not_approve(session, call, claim, held_lines)):
            refused = Refused(problem.code, problem.detail)
        if refused is None and action.name == "resolve" and not held_lines:
            refused = Refused("invalid_state", "没有待核实的人员。")
        found[action.name] = steps.Refusal(refused.code, refused.detail) if refused else None
    return wire.allowed_actions(found)


async def why_not_approve(session: AsyncSession, call: Call, claim: Claim, held_lines: bool) -> errors.Problem | None:
    """What stands against approving now, in the order in which it is settled; money is asked for last, when it is reserved."""
    if problem := await notices.why_not_over(session, call, claim.id):
        return problem
    if claim.hold_code is not None:
        return ClaimOnHold(f"申领单暂缓中:{claim.hold_reason}。请复审人员查明原因后解除暂缓。")
    return HeldLinesOpen() if held_lines else None


def _done(rows: Sequence[Decision]) -> list[tuple[str, str]]:
    return [(row.action, str(row.person_id or f"account {row.actor}")) for row in rows]
