"""Seat plans as they are shown, and what is left of one for a class."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import Channel
from services.registry.training.seat_plans import policy, visibility
from services.registry.training.seat_plans.schemas import SeatPlanOut, SeatPlanPaper
from services.registry.training.seat_plans.tables import SeatDraw, SeatPlan
from shared import errors, pages, wire
from shared.access import Call
from shared.steps import wrong_role


def of(training: Any) -> ColumnElement[bool]:
    """The plan that a class draws on."""
    year = SeatPlan.year == training.starts_on.year
    return and_(SeatPlan.institution_id == training.institution_id, year, SeatPlan.channel == training.channel)


async def short(session: AsyncSession, training: Any) -> str | None:
    """Why a class that has not drawn cannot be approved, in words."""
    plan = (await session.execute(select(SeatPlan.seats, SeatPlan.extra, SeatPlan.drawn).where(of(training)))).first()
    remaining = training.seats if plan is None else plan.seats + plan.extra - plan.drawn
    return policy.exceeded(training.starts_on.year, remaining, training.seats) if remaining < training.seats else None


async def find(session: AsyncSession, call: Call, plan_id: UUID, *, lock: bool = False) -> SeatPlan:
    wanted = visibility.PLANS.where(SeatPlan.id == plan_id, visibility.rows(call.actor))
    plan = await session.scalar(wanted.with_for_update(of=SeatPlan) if lock else wanted)
    if plan is None:
        raise errors.NotFound()
    return plan


async def matched(session: AsyncSession, call: Call, plan_id: UUID, *, lock: bool = False) -> SeatPlan:
    """The plan, of the caller's version."""
    plan = await find(session, call, plan_id, lock=lock)
    call.match(plan.version)
    return plan


async def list_plans(
    session: AsyncSession,
    call: Call,
    asked: pages.Asked,
    *,
    year: list[int] | None,
    institution_id: list[UUID] | None,
    channel: list[Channel] | None,
    class_id: list[UUID] | None,
) -> dict[str, Any]:
    equal = {SeatPlan.year: year, SeatPlan.institution_id: institution_id, SeatPlan.channel: channel}
    wanted = pages.where(visibility.PLANS.where(visibility.rows(call.actor)), equal)
    if class_id:
        wanted = wanted.where(SeatPlan.id.in_(select(SeatDraw.plan_id).where(SeatDraw.class_id.in_(class_id))))
    return await pages.page(session, wanted, SeatPlan.id, asked, lambda row: show(row[0]))


def show(plan: SeatPlan) -> SeatPlanOut:
    offered = plan.seats + plan.extra
    reckoned = {"offered": offered, "remaining": offered - plan.drawn}
    return SeatPlanOut.model_validate({column.key: getattr(plan, column.key) for column in SeatPlan.__mapper__.columns} | reckoned)


def paper(call: Call, plan: SeatPlan) -> SeatPlanPaper:
    actions = wire.allowed_actions({"change": wrong_role(policy.OFFICER, call.actor.role)})
    return SeatPlanPaper(**dict(show(plan)), allowed_actions=actions)
