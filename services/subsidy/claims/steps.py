"""Taking a step on a claim: whether this person may, and the step kept with who, when and why. Payments and recoveries take theirs here too."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Row, Table, Text, Uuid, func, insert, literal, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.subsidy.claims import obstacles
from services.subsidy.claims.errors import NotYourClaim, TermsUnconfirmed
from services.subsidy.claims.policy import (
    APPLICANT_S,
    APPROVED,
    ELSEWHERE,
    ENTERED,
    EVENTS,
    IN_NOTICE,
    JUDGED_ANEW,
    LEAVES_APPROVAL,
    MACHINE,
    MESSAGES,
    PART_OF,
    WITH_MONEY,
    by_money,
    message,
)
from services.subsidy.claims.tables import Claim, Decision, DueReassessment, Line
from services.subsidy.claims.visibility import has_entered, rows
from services.subsidy.codes import ClaimMessage, ClaimStatus
from services.subsidy.funds import operations as funds
from services.subsidy.funds.operations import POSTINGS
from services.subsidy.notices import operations as notices
from services.subsidy.schemes.errors import REFUSALS
from shared import db, deeds, errors, wire
from shared.access import Call
from shared.steps import Refusal, person_of

CLAIMS, LINES, DECISIONS = (cast(Table, each.__table__) for each in (Claim, Line, Decision))
_WITH_STEP = deeds.beside(DECISIONS)
# Steps that more than the claim's own row can stand against.
LOOKED_INTO = LEAVES_APPROVAL | {"approve", "resolve", "recover", "supplement"}
LEAN = [
    CLAIMS.c[name] for name in ("id", "number", "status", "version", "fund_id", "amount", "payee", "institution_id", "trainee_id", "holds")
]


async def load(session: AsyncSession, call: Call, claim_id: UUID) -> Claim:
    """The claim, or 404 also for those who may not know of it."""
    claim = await session.scalar(select(Claim).where(Claim.id == claim_id, rows(call.actor)))
    if claim is None:
        raise errors.NotFound()
    return claim


async def load_with_history(session: AsyncSession, call: Call, claim_id: UUID) -> tuple[Claim, list[Decision]]:
    """The same with its steps so far, in one statement."""
    wanted = select(Claim, Decision).outerjoin(Decision, Decision.claim_id == Claim.id).where(Claim.id == claim_id, rows(call.actor))
    found = (await session.execute(wanted.order_by(Decision.id))).all()
    if not found:
        raise errors.NotFound()
    return found[0][0], [decision for _, decision in found if decision is not None]


async def history(session: AsyncSession, claim_id: UUID) -> list[Decision]:
    """The steps so far of a claim that was seen."""
    return list(await session.scalars(select(Decision).where(Decision.claim_id == claim_id).order_by(Decision.id)))


async def permit(session: AsyncSession, call: Call, claim_id: UUID, action: str, *, lock: bool = False) -> tuple[Claim, list[Decision]]:
    """The claim and its steps so far, when this caller may take this one now: by version, state, four eyes, and what other papers say. `lock`: of an
    approved claim, so that no payment of it is made meanwhile."""
    claim, done = await load_with_history(session, call, claim_id)
    if action in APPLICANT_S and not await has_entered(session, call.actor, claim):
        raise NotYourClaim()
    call.match(claim.version)
    if why_not := MACHINE.why_not(action, claim.status, call.actor.doer, _parts(done)):
        raise REFUSALS[why_not.code](why_not.detail)
    at = obstacles.Standing()
    if lock and claim.status == APPROVED:
        await funds.lock(session, claim.paid_from)
    if action in LOOKED_INTO:
        over = await notices.why_not_over(session, call, claim.id) if action == "approve" else None
        at = replace(await obstacles.of_lines(session, claim.id), notice=over)
    if obstacle := obstacles.why_not(call, action, claim, at):
        raise obstacle
    return claim, done


async def allowed_actions(
    session: AsyncSession, call: Call, claim: Claim, done: Sequence[Decision], at: obstacles.Standing
) -> list[wire.AllowedAction]:
    """Each action of the caller's role, and why not where it is not possible now. Other roles' actions are not shown, nor the applicant's to whoever has
    not entered the claim. `at`: as its lines were read."""
    if claim.status in WITH_MONEY:
        at = await obstacles.of_lines(session, claim.id)
    if claim.status == IN_NOTICE and call.actor.role in MACHINE.step("approve").roles:
        over = await notices.why_not_over(session, call, claim.id)
        at = replace(at, notice=over, money=await funds.why_not_reserve(session, claim.paid_from, claim.amount))

    def further(action: str) -> Refusal | None:
        problem = obstacles.why_not(call, action, claim, at)
        return Refusal(problem.code, problem.detail) if problem else None

    found = MACHINE.allowed_actions(claim.status, call.actor.doer, _parts(done), further)
    not_shown = ELSEWHERE if await has_entered(session, call.actor, claim) else ELSEWHERE | APPLICANT_S
    return wire.allowed_actions({action: why_not for action, why_not in found.items() if action not in not_shown})


async def take(
    session: AsyncSession,
    call: Call,
    claim: Claim,
    action: str,
    *,
    to: ClaimStatus | None = None,
    comment: str | None = None,
    files: Sequence[str] | None = None,
    tell: ClaimMessage | None = None,
    **details: Any,
) -> Decision:
    """Keeps a step: the claim's new state, the decision, the trail and the event. `to`: where the table of steps leaves it to the claim's money. `files`: those
    that the claim names from now on, None: as before. `tell`: in a short text, where the event says none by itself. `details`: `trainee_id`, `outcome`, `lines`, `other_claim_id`."""
    before = claim.status
    claim.status = to or next((step.to for step in MACHINE.steps if step.action == action and step.to), before)
    if claim.status != before:
        claim.in_status_since_at = call.now
    flag_modified(claim, "status")  # every step makes a new version, also one that leaves the state as it is
    await session.flush()
    step = _decision(call, claim.id, action, before, claim.status, comment) | details
    kept = {"from": before, "to": claim.status, "facts_hash": claim.facts_hash, "amount": claim.amount} | details
    told = kept | ({"reason": comment} if comment else {})
    event = f"claim.{EVENTS[action]}"
    said = ({} if files is None else {"file_ids": files}) | message(tell or MESSAGES.get(event), claim.number)
    deed = deeds.deed(call, event, claim.id, details=told, status=claim.status, version=claim.version, **said)
    await deeds.record_beside(session, _WITH_STEP, deed, step)
    return Decision(**step)


# Many claims in a few statements, each as `LEAN` has it: what a payment batch or a recovery does to them


async def seen(session: AsyncSession, claim_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The claims as they are, unlocked; what is unknown is missing."""
    return (await session.execute(select(*LEAN).where(CLAIMS.c.id.in_(claim_ids)))).all()


async def locked(session: AsyncSession, claim_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The same, locked in the order of their ids."""
    return (await session.execute(select(*LEAN).where(CLAIMS.c.id.in_(claim_ids)).order_by(CLAIMS.c.id).with_for_update())).all()


async def standing(session: AsyncSession, claims: Sequence[Row[Any]]) -> dict[UUID, ClaimStatus]:
    """The state of each approved claim by its money as it is now."""
    if not claims:
        return {}
    received = select(func.coalesce(func.sum(POSTINGS.c.amount_yuan), 0)).where(
        POSTINGS.c.claim_id == LINES.c.claim_id, POSTINGS.c.receipt_id.is_not(None)
    )
    sums = select(
        LINES.c.claim_id,
        func.sum(LINES.c.given_up_yuan),
        func.sum(LINES.c.paid_yuan),
        func.sum(LINES.c.asked_back_yuan),
        received.scalar_subquery(),
    ).where(LINES.c.claim_id.in_([claim.id for claim in claims]))
    money = {claim_id: sums for claim_id, *sums in await session.execute(sums.group_by(LINES.c.claim_id))}
    return {claim.id: by_money(claim.amount, *money[claim.id]) for claim in claims}


async def hold_each(session: AsyncSession, call: Call, which: ColumnElement[bool], hold: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """The service itself stops these claims, locked in the order of their ids: beside what holds them already, each hold is ended for itself."""
    claims = (await session.execute(select(*LEAN).where(which).order_by(CLAIMS.c.id).with_for_update())).all()
    also = CLAIMS.c.holds.op("||")(cast_to([hold], JSONB))
    await take_each(session, call, claims, "hold", "claim.held", changed={"holds": also}, comment=str(hold["reason"]))
    return claims


async def release_each(session: AsyncSession, call: Call, which: ColumnElement[bool], ended: Mapping[str, str], comment: str) -> None:
    """Ends, of these claims, the holds of which all that is so."""
    claims = (await session.execute(select(*LEAN).where(which).order_by(CLAIMS.c.id).with_for_update())).all()
    others = " || ".join(f'!exists(@.{name}) || @.{name} != "{value}"' for name, value in ended.items())
    left = func.jsonb_path_query_array(CLAIMS.c.holds, cast_to(f"$[*] ? ({others})", JSONPATH))
    await take_each(session, call, claims, "release", "claim.released", changed={"holds": left}, comment=comment)


async def judge_anew(session: AsyncSession, cause: str, event_id: UUID, at: datetime, which: ColumnElement[bool]) -> None:
    """Notes, for `reassessments`, that the facts of these claims may have changed: their classes, or they themselves where they have none, are looked at
    once more. The same event once."""
    named = literal(event_id, Uuid), literal(cause, Text), literal(at, DateTime(timezone=True))
    subjects = select(func.coalesce(CLAIMS.c.class_id, CLAIMS.c.id), *named).distinct()
    subjects = subjects.where(which, CLAIMS.c.status.in_(JUDGED_ANEW))
    due = upsert(DueReassessment).from_select(["subject_id", "event_id", "cause", "at"], subjects).on_conflict_do_nothing()
    await session.execute(due)


async def why_not_each(
    session: AsyncSession, call: Call, claims: Sequence[Row[Any]], action: str, status: ClaimStatus | None = None
) -> dict[UUID, Refusal]:
    """Why this caller may not take the step on these claims now, or if they stood at this status; what may be taken is missing."""
    ids = [claim.id for claim in claims]
    unconfirmed = set(await session.scalars(select(LINES.c.claim_id).where(LINES.c.claim_id.in_(ids), obstacles.UNCONFIRMED)))

    def further(claim_id: UUID) -> Refusal | None:
        return Refusal(TermsUnconfirmed.code, f"{TermsUnconfirmed.cause}{TermsUnconfirmed.remedy}") if claim_id in unconfirmed else None

    taken = select(DECISIONS.c.claim_id, DECISIONS.c.action, DECISIONS.c.person_id, DECISIONS.c.actor).where(
        DECISIONS.c.claim_id.in_(ids), DECISIONS.c.action.in_(PART_OF)
    )
    done: dict[UUID, list[Any]] = {}
    for row in await session.execute(taken):
        done.setdefault(row.claim_id, []).append(row)
    doer = call.actor.doer
    found = {
        claim.id: MACHINE.why_not(action, status or claim.status, doer, _parts(done.get(claim.id, ()))) or further(claim.id)
        for claim in claims
    }
    return {claim_id: why_not for claim_id, why_not in found.items() if why_not}


async def take_each(
    session: AsyncSession,
    call: Call,
    claims: Sequence[Row[Any]],
    action: str,
    event: str,
    *,
    to: ClaimStatus | None = None,
    changed: Mapping[str, Any] | None = None,
    comment: str,
    **details: str,
) -> None:
    """Keeps the step for each claim, read and locked as it is. What comes to another state, is `changed` otherwise, or is told people, the feed says."""
    if not (ids := [claim.id for claim in claims]):
        return
    moved = dict(changed or {}) | ({"status": to, "in_status_since_at": call.now} if to is not None else {})
    if moved:
        await session.execute(update(CLAIMS).where(CLAIMS.c.id.in_(ids)).values(moved | {"version": CLAIMS.c.version + 1}))
    kept = [_decision(call, claim.id, action, claim.status, to or claim.status, comment) for claim in claims]
    await session.execute(insert(DECISIONS), kept)
    tell = MESSAGES.get(event)

    def told(claim: Row[Any]) -> deeds.Deed:
        announced = {"status": to or claim.status, "version": claim.version + bool(moved)} | message(tell, claim.number)
        said = {"from": claim.status, "to": to or claim.status, "reason": comment} | details
        return deeds.deed(call, event, claim.id, details=said, event=bool(moved or tell), **announced)

    await deeds.record_all(session, map(told, claims))


def decision(call: Call, claim: Row[Any], action: str, comment: str) -> dict[str, Any]:
    """The row of a step that leaves a claim in its state, for whoever writes many."""
    return _decision(call, claim.id, action, claim.status, claim.status, comment)


def entered(call: Call, claim: Claim) -> Decision:
    """The applicant's part, done by the officer who enters the claim, whoever submits it: no event of its own."""
    return Decision(**_decision(call, claim.id, ENTERED, claim.status, claim.status, "经办机构代办"))


def _decision(call: Call, claim_id: UUID, action: str, before: str, after: str, comment: str | None) -> dict[str, Any]:
    actor = call.actor
    return {
        "id": db.new_id(),
        "claim_id": claim_id,
        "action": action,
        "from_status": before,
        "to_status": after,
        "actor": actor.subject,
        "role": actor.role,
        "actor_name": actor.name or None,
        "person_id": actor.person_id,
        "at": call.now,
        "comment": comment,
        "trainee_id": None,
        "outcome": None,
        "lines": None,
        "other_claim_id": None,
    }


def _parts(done: Sequence[Any]) -> list[tuple[str, str]]:
    """(part, person) of each step that was somebody's own work."""
    return [(PART_OF[row.action], person_of(row.person_id, row.actor)) for row in done if row.action in PART_OF]
