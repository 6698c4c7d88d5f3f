"""Looking at recoveries: one with what can be done about it, and a list."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.tables import Claim
from services.subsidy.recoveries.policy import MACHINE
from services.subsidy.recoveries.schemas import RecoveryListed, RecoveryOut
from services.subsidy.recoveries.tables import Recovery
from services.subsidy.recoveries.visibility import rows
from shared import errors, pages, wire
from shared.access import Call


async def load(session: AsyncSession, call: Call, recovery_id: UUID) -> Recovery:
    recovery = await session.scalar(select(Recovery).where(Recovery.id == recovery_id, rows(call.actor)))
    if recovery is None:
        raise errors.NotFound("没有这笔追回。请核对编号。")
    return recovery


async def show(session: AsyncSession, call: Call, recovery: Recovery) -> RecoveryOut:
    number = await session.scalar(select(Claim.number).where(Claim.id == recovery.claim_id))
    actions = wire.allowed_actions(MACHINE.allowed_actions(recovery.status, call.actor.doer))
    return RecoveryOut.model_validate(_shown(recovery, number or "") | {"allowed_actions": actions})


async def page(session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any], refs: pages.Reference) -> dict[str, Any]:
    wanted = select(Recovery, Claim.number).join(Claim, Claim.id == Recovery.claim_id)
    wanted = pages.where(wanted, filters).where(rows(call.actor), refs.among(Recovery.external_refs))
    return await pages.page(session, wanted, Recovery.id, asked, lambda row: RecoveryListed.model_validate(_shown(row[0], row[1])))


def _shown(recovery: Recovery, claim_number: str) -> dict[str, Any]:
    names = (
        "id",
        "claim_id",
        "fund_id",
        "amount_yuan",
        "reason",
        "status",
        "external_refs",
        "opened_by",
        "opened_by_name",
        "opened_at",
        "received_on",
        "voucher_no",
        "version",
    )
    return {name: getattr(recovery, name) for name in names} | {"claim_number": claim_number}
