"""The steps of a claim that payments and recoveries take, many claims in a few statements: who may take them, and what they leave behind."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import decisions
from services.subsidy.claims.policy import ACTIONS, PARTS, STATUSES, same_person
from services.subsidy.claims.tables import Claim, Decision
from shared import audit, changes, db, errors
from shared.access import Call

CLAIMS = cast(Table, Claim.__table__)
DECISIONS = cast(Table, Decision.__table__)
PAYMENT = "payment"  # the part of a claim's life that approving, exporting and confirming make up together


NEEDED = [
    CLAIMS.c[name]
    for name in (
        "id",
        "number",
        "status",
        "version",
        "fund_id",
        "amount",
        "payee",
        "institution_id",
        "trainee_id",
        "hold_code",
        "hold_reason",
    )
]


async def seen(session: AsyncSession, claim_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The claims as they are, unlocked; what is unknown is missing."""
    return (await session.execute(select(*NEEDED).where(CLAIMS.c.id.in_(claim_ids)))).all()


async def locked(session: AsyncSession, claim_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The same, locked in the order of their ids."""
    return (await session.execute(select(*NEEDED).where(CLAIMS.c.id.in_(claim_ids)).order_by(CLAIMS.c.id).with_for_update())).all()


async def same_person_faults(
    session: AsyncSession, call: Call, claims: Sequence[Row[Any]], pointers: dict[UUID, str]
) -> list[errors.Fault]:
    """Four eyes: whoever submitted or reviewed one of the claims does not pay it."""
    person = decisions.person(call.actor)
    taken = (
        select(DECISIONS.c.claim_id, DECISIONS.c.action, DECISIONS.c.person_id, DECISIONS.c.actor)
        .where(DECISIONS.c.claim_id.in_([claim.id for claim in claims]), DECISIONS.c.action.in_([*ACTIONS, *PARTS]))
    )  # fmt: skip
    by_claim: dict[UUID, list[tuple[str, str]]] = {}
    for step in await session.execute(taken):
        by_claim.setdefault(step.claim_id, []).append((step.action, str(step.person_id or f"account {step.actor}")))
    found = ((claim, same_person(PAYMENT, person, by_claim.get(claim.id, ()))) for claim in claims)
    return [
        errors.Fault(refused.code, pointer=pointers.get(claim.id), seen=f"申领单 {claim.number}", fix=refused.detail)
        for claim, refused in found
        if refused
    ]


async def move(session: AsyncSession, call: Call, claims: Iterable[Row[Any]], to_status: str, event: str) -> None:
    """From the status they were read (and locked) in to another."""
    moved = list(claims)
    if not moved:
        return
    changed = update(CLAIMS).where(CLAIMS.c.id.in_([claim.id for claim in moved])).values(status=to_status, version=CLAIMS.c.version + 1)
    await session.execute(changed)
    await changes.publish_all(
        session, [changes.event(call, event, claim.id, status=to_status, version=claim.version + 1) for claim in moved]
    )


async def record(
    session: AsyncSession,
    call: Call,
    claims: Iterable[Row[Any]],
    action: str,
    event: str,
    comment: str,
    to_status: str | None = None,
    **details: str,
) -> None:
    """What was done to each claim, into its decisions and into the trail."""
    done = list(claims)
    if not done:
        return
    await session.execute(insert(DECISIONS), [
        {"id": db.new_id(), "claim_id": claim.id, "action": action, "from_status": claim.status, "to_status": to_status or claim.status, "actor": call.actor.subject,
         "role": call.actor.role, "person_id": call.actor.person_id, "at": call.now, "comment": comment}
        for claim in done
    ])  # fmt: skip
    await audit.record_all(
        session, [audit.entry(call, event, "claim", claim.id, {"status": to_status or claim.status} | details) for claim in done]
    )


def wrong_state(claim: Row[Any], needed: str) -> str:
    return f"申领单 {claim.number} 的状态为{STATUSES[claim.status][0]};须为{STATUSES[needed][0]}。"
