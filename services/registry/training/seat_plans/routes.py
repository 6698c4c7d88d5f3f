"""The paths of seat plans (培训计划分配)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.codes import Channel
from services.registry.training.classes.errors import SeatPlanExceeded
from services.registry.training.seat_plans import operations, policy, reading, rules
from services.registry.training.seat_plans.errors import DuplicateSeatPlan
from services.registry.training.seat_plans.schemas import SeatPlanChange, SeatPlanIn, SeatPlanOut, SeatPlanPaper
from services.registry.training.seat_plans.tables import SeatPlan
from services.registry.training.seat_plans.visibility import READERS
from shared import errors, history, pages, web, wire

router = web.Router("seat-plans")
ONE = "/v1/seat-plans/{plan_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(year=SeatPlan.year)]


@router.operation(
    "POST",
    "/v1/seat-plans",
    may=policy.OFFICER,
    summary="分配培训计划",
    status=201,
    errors=[DuplicateSeatPlan, SeatPlanExceeded],
    rules=rules.RULES,
)
async def create(body: SeatPlanIn, session: web.Session, call: web.Caller) -> SeatPlanPaper:
    return await operations.plan(session, call, body)


@router.operation("GET", "/v1/seat-plans", may=READERS, summary="培训计划列表", errors=[errors.InvalidCursor])
async def list_plans(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    year: pages.AnyOf[int] = None,
    institution_id: pages.AnyOf[UUID] = None,
    channel: pages.AnyOf[Channel] = None,
    class_id: Annotated[pages.AnyOf[UUID], Query(description="这些班级用去的计划")] = None,
) -> wire.Page[SeatPlanOut]:
    found = await reading.list_plans(session, call, asked, year=year, institution_id=institution_id, channel=channel, class_id=class_id)
    return wire.Page[SeatPlanOut].model_validate(found)


@router.operation("GET", ONE, may=READERS, summary="一项培训计划")
async def get(plan_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> SeatPlanPaper:
    shown = reading.paper(call, await reading.find(session, call, plan_id))
    return shown if as_of is None else await history.stood(session, shown, as_of, shown.planned_at)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一项培训计划的办理经过,新的在前", errors=[errors.InvalidCursor])
async def list_history(plan_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, call, plan_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, plan_id, asked))


@router.operation("PATCH", ONE, may=policy.OFFICER, summary="调整培训计划", errors=[SeatPlanExceeded], paper=reading.matched)
async def change(plan_id: UUID, body: SeatPlanChange, session: web.Session, call: web.Caller) -> SeatPlanPaper:
    return await operations.change(session, call, plan_id, body)
