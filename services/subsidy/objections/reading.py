"""Looking at objections: one with what can be done about it, and a list."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.tables import Claim
from services.subsidy.notices.tables import Notice
from services.subsidy.objections.policy import MACHINE
from services.subsidy.objections.schemas import ObjectionListed, ObjectionOut
from services.subsidy.objections.tables import Objection
from services.subsidy.objections.visibility import rows
from shared import errors, pages, wire
from shared.access import Call
from shared.steps import Refusal


async def load(session: AsyncSession, call: Call, objection_id: UUID) -> Objection:
    objection = await session.scalar(select(Objection).where(Objection.id == objection_id, rows(call.actor)))
    if objection is None:
        raise errors.NotFound("没有这件异议。请核对编号。")
    return objection


async def get(session: AsyncSession, call: Call, objection_id: UUID) -> ObjectionOut:
    objection = await load(session, call, objection_id)
    return await show(session, call, objection, await session.get_one(Notice, objection.notice_id))


async def show(session: AsyncSession, call: Call, objection: Objection, notice: Notice) -> ObjectionOut:
    claim_number = await session.scalar(select(Claim.number).where(Claim.id == objection.claim_id))
    actions = MACHINE.allowed_actions(objection.status, call.actor.doer, further=lambda action: _further(action, notice))
    listed = _listed(objection, notice.number, claim_number or "")
    return ObjectionOut(**listed.model_dump(by_alias=False), allowed_actions=wire.allowed_actions(actions))


def why_not(call: Call, objection: Objection, notice: Notice, action: str) -> Refusal | None:
    return MACHINE.why_not(action, objection.status, call.actor.doer, further=lambda action: _further(action, notice))


async def page(session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any]) -> dict[str, Any]:
    wanted = (
        select(Objection, Notice.number, Claim.number)
        .join(Notice, Notice.id == Objection.notice_id)
        .join(Claim, Claim.id == Objection.claim_id)
        .where(rows(call.actor))
    )
    return await pages.page(session, pages.where(wanted, filters), Objection.id, asked, lambda row: _listed(*row[:3]))


def _further(action: str, notice: Notice) -> Refusal | None:
    if action == "accept" and notice.concluded_on is not None:
        said = f"公示 {notice.number} 对应的申领单已于 {notice.concluded_on} 审批,异议不能再受理。请按追回程序处理。"
        return Refusal(errors.InvalidState.code, said)
    return None


def _listed(objection: Objection, notice_number: str, claim_number: str) -> ObjectionListed:
    shown = {
        name: getattr(objection, name)
        for name in (
            "id",
            "notice_id",
            "status",
            "received_at",
            "in_time",
            "claim_id",
            "reason",
            "accepted_at",
            "due_on",
            "decided_at",
            "decision_reason",
            "version",
        )
    }
    named = {
        "name": objection.name_masked,
        "contact": objection.contact_masked,
        "notice_number": notice_number,
        "claim_number": claim_number,
    }
    return ObjectionListed(**shown, **named)
