"""A person registered twice who goes on as one: claims, their lines and what was given once follow to the id that stays."""

from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.subsidy.claims.facts_gathering import lock_persons
from services.subsidy.claims.tables import Appeal, Claim, Entitlement, Line
from services.subsidy.following import holds
from shared import audit, changes
from shared.access import Call

BECAUSE_TWICE = "学员 {old} 已并入 {into},两人名下有同一项补贴({keys})。请复审人员核实,只保留一项。"


async def trainee_merged(session: AsyncSession, call: Call, old: UUID, into: UUID) -> None:
    """What both had been given once stays with the old id on its claim, and the claims concerned are put on hold."""
    await lock_persons(session, {old, into})
    touched = select(Line.claim_id).where(Line.trainee_id == old)
    moved = (
        await session.execute(
            update(Claim)
            .where(or_(Claim.trainee_id == old, Claim.id.in_(touched)))
            .values(version=Claim.version + 1)
            .returning(Claim.id, Claim.status, Claim.version)
        )
    ).all()
    kept = aliased(Entitlement)
    twice = (
        await session.execute(
            select(Entitlement.claim_id, kept.claim_id.label("other_claim_id"), Entitlement.entitlement_key)
            .join(kept, kept.entitlement_key == Entitlement.entitlement_key)
            .where(Entitlement.trainee_id == old, kept.trainee_id == into)
        )
    ).all()
    same = select(kept.claim_id).where(kept.trainee_id == into, kept.entitlement_key == Entitlement.entitlement_key)
    await session.execute(
        update(Entitlement)
        .where(Entitlement.trainee_id == old, ~same.exists())
        .values(trainee_id=into)
        .execution_options(synchronize_session=False)
    )
    for table in (Claim, Line, Appeal):
        await session.execute(update(table).where(table.trainee_id == old).values(trainee_id=into))
    told = {"trainee_id": str(old), "merged_into": str(into)}
    await audit.record_all(
        session, [audit.entry(call, "claim.trainee_merged", "claim", each.id, told | {"version": each.version}) for each in moved]
    )
    await changes.publish_all(
        session, [changes.event(call, "claim.trainee_merged", each.id, status=each.status, version=each.version) for each in moved]
    )
    if twice:
        keys = "、".join(sorted({each.entitlement_key for each in twice}))
        both = sorted({claim_id for each in twice for claim_id in (each.claim_id, each.other_claim_id)})
        await audit.record(
            session, call, "trainee.subsidised_twice", "trainee", into, told | {"claim_ids": [str(each) for each in both], "keys": keys}
        )
        await holds.claims_in_conflict(session, call, both, BECAUSE_TWICE.format(old=old, into=into, keys=keys))
