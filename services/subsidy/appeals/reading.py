"""Looking at appeals: one with what can be done about it, and those of a claim."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.appeals import policy
from services.subsidy.appeals.schemas import AppealListed, AppealOut
from services.subsidy.appeals.visibility import rows
from services.subsidy.claims import steps as claims
from services.subsidy.claims.tables import Appeal, Claim, Decision
from services.subsidy.claims.visibility import rows as claims_seen
from services.subsidy.codes import AppealStatus
from shared import errors, pages, wire
from shared.access import Call
from shared.steps import Refusal, person_of


async def load(session: AsyncSession, call: Call, claim_id: UUID, appeal_id: UUID, *, lock: bool = False) -> Appeal:
    wanted = select(Appeal).where(Appeal.id == appeal_id, Appeal.claim_id == claim_id, rows(call.actor))
    appeal = await session.scalar(wanted.with_for_update().execution_options(populate_existing=True) if lock else wanted)
    if appeal is None:
        raise errors.NotFound("没有这件申诉。请核对编号。")
    return appeal


async def get(session: AsyncSession, call: Call, claim_id: UUID, appeal_id: UUID) -> AppealOut:
    """Whoever sees the appeal; a town that made one need not see the claim."""
    appeal = await load(session, call, claim_id, appeal_id)
    return show(call, appeal, await claims.history(session, claim_id))


def show(call: Call, appeal: Appeal, done: Sequence[Decision]) -> AppealOut:
    actions = policy.MACHINE.allowed_actions(appeal.status, call.actor.doer, further=lambda _: _own_work(call, appeal, done))
    listed = AppealListed.model_validate(appeal)
    return AppealOut(**listed.model_dump(by_alias=False), allowed_actions=wire.allowed_actions(actions))


def why_not(call: Call, appeal: Appeal, done: Sequence[Decision]) -> Refusal | None:
    return policy.MACHINE.why_not("decide", appeal.status, call.actor.doer, further=lambda _: _own_work(call, appeal, done))


def _own_work(call: Call, appeal: Appeal, done: Sequence[Decision]) -> Refusal | None:
    return policy.own_work(call.actor.doer, person_of(appeal.person_id, appeal.actor), done)


async def page(
    session: AsyncSession, call: Call, asked: pages.Asked, claim_id: UUID, statuses: list[AppealStatus] | None
) -> dict[str, Any]:
    own = select(Appeal).where(Appeal.claim_id == claim_id, rows(call.actor))
    if await session.scalar(select(claims_seen(call.actor) | own.exists()).where(Claim.id == claim_id)) is not True:
        raise errors.NotFound()
    wanted = pages.where(own, {Appeal.status: statuses})
    return await pages.page(session, wanted, Appeal.id, asked, lambda row: AppealListed.model_validate(row[0]))
