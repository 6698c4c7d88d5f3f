"""Looking at recoveries: one with what can be done about it, and a list."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.tables import Claim
from services.subsidy.payments.tables import Payment
from services.subsidy.recoveries.policy import MACHINE
from services.subsidy.recoveries.schemas import RecoveryListed, RecoveryOut
from services.subsidy.recoveries.tables import Receipt, Recovery, RecoveryLine
from services.subsidy.recoveries.visibility import rows
from shared import errors, pages, wire
from shared.access import Call

LAST = (
    select(Receipt.received_on, Receipt.voucher_no)
    .where(Receipt.recovery_id == Recovery.id)
    .order_by(Receipt.id.desc())
    .limit(1)
    .lateral("last_receipt")
)
OF_CLAIM = (Claim.number, LAST.c.received_on, LAST.c.voucher_no)


async def load(session: AsyncSession, call: Call, recovery_id: UUID) -> Recovery:
    recovery = await session.scalar(select(Recovery).where(Recovery.id == recovery_id, rows(call.actor)))
    if recovery is None:
        raise errors.NotFound("没有这笔追回。请核对编号。")
    return recovery


async def first_paid_on(session: AsyncSession, claim_id: UUID) -> date | None:
    """The day on which money of the claim first went out."""
    return await session.scalar(select(func.min(Payment.paid_on)).where(Payment.claim_id == claim_id))


async def show(session: AsyncSession, call: Call, recovery: Recovery) -> RecoveryOut:
    wanted = _with_last_receipt(select(*OF_CLAIM)).where(Recovery.id == recovery.id)
    row = (await session.execute(wanted)).one()
    persons = await session.execute(
        select(RecoveryLine.trainee_id, RecoveryLine.amount_yuan.label("amount"))
        .where(RecoveryLine.recovery_id == recovery.id)
        .order_by(RecoveryLine.position)
    )
    receipts = await session.scalars(select(Receipt).where(Receipt.recovery_id == recovery.id).order_by(Receipt.id))
    shown = {
        "persons": persons.mappings().all(),
        "receipts": [
            {
                "amount": each.amount_yuan,
                "received_on": each.received_on,
                "voucher_no": each.voucher_no,
                "recorded_by": each.recorded_by,
                "recorded_by_name": each.recorded_by_name,
                "recorded_at": each.recorded_at,
            }
            for each in receipts
        ],
        "allowed_actions": wire.allowed_actions(MACHINE.allowed_actions(recovery.status, call.actor.doer)),
    }
    return RecoveryOut.model_validate(_shown(recovery, *row) | shown)


async def page(session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any], refs: pages.Reference) -> dict[str, Any]:
    wanted = pages.where(_with_last_receipt(select(Recovery, *OF_CLAIM)), filters)
    wanted = wanted.where(rows(call.actor), refs.among(Recovery.external_refs))
    return await pages.page(session, wanted, Recovery.id, asked, lambda row: RecoveryListed.model_validate(_shown(*row[:4])))


def _with_last_receipt(wanted: Select[Any]) -> Select[Any]:
    return wanted.select_from(Recovery).join(Claim, Claim.id == Recovery.claim_id).outerjoin(LAST, true())


def _shown(recovery: Recovery, claim_number: str, received_on: date | None, voucher_no: str | None) -> dict[str, Any]:
    names = ("id", "claim_id", "fund_id", "amount_yuan", "received_yuan", "reason", "status", "instalments")
    more = (
        "external_refs",
        "opened_by",
        "opened_by_name",
        "opened_at",
        "decided_by",
        "decided_by_name",
        "decided_at",
        "decision_reason",
        "version",
    )
    shown = {name: getattr(recovery, name) for name in names + more}
    return shown | {"claim_number": claim_number, "received_on": received_on, "voucher_no": voucher_no}
