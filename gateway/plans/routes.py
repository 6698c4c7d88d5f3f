"""The paths of plans: their definition, their board, their consistency."""

from typing import Annotated

from fastapi import Query

from gateway.codes import Breakdown
from gateway.plans import operations
from gateway.plans.schemas import PlanBrief, PlanCheckOut, PlanOut, ProgressOut
from shared import access, errors, pages, web, wire

router = web.Router("plans")
Listed = Annotated[pages.Asked, pages.asking(whole=True, q=["code", "title"], code="code", starts_on="starts_on")]
READERS = access.SIGNED_IN - {"partner"}


@router.operation("GET", "/v1/plans", may=READERS, summary="方案列表", errors=[errors.InvalidCursor])
async def list_plans(asked: Listed) -> wire.Page[PlanBrief]:
    return wire.Page[PlanBrief].model_validate(operations.listed(asked))


@router.operation("GET", "/v1/plans/{plan}", may=READERS, summary="方案:指标、目标、理解", errors=[errors.NotFound])
async def get_plan(plan: str) -> PlanOut:
    return operations.defined(plan)


@router.operation(
    "GET", "/v1/plans/{plan}/progress", may=READERS, summary="方案进度看板", errors=[errors.NotFound], response_model_exclude_unset=True
)
async def get_progress(
    plan: str,
    call: web.Caller,
    kernel: web.KernelOf,
    as_of: Annotated[wire.CivilDate | None, Query(description="截至哪一天,含当天;不填为今天")] = None,
    by: Annotated[Breakdown | None, Query(description="每条指标再按镇街、开发区、申报部门、培训机构、月份、人员类别或培训渠道分列")] = None,
) -> ProgressOut:
    return await operations.progress(kernel, call, plan, as_of or call.today, by)


@router.operation("GET", "/v1/plans/{plan}/check", may=READERS, summary="方案自查:指标之间是否一致、重叠", errors=[errors.NotFound])
async def check_plan(plan: str) -> PlanCheckOut:
    return operations.checked(plan)
