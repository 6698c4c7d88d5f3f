"""The board that anyone may read where `PUBLIC_BOARD` says so: beside each path of plans the one for who has not signed in."""

from typing import Annotated

from fastapi import Query

from gateway.codes import PublicBreakdown
from gateway.plans import operations
from gateway.plans.public.schemas import PublicProgressOut
from gateway.plans.schemas import PlanBrief, PlanCheckOut, PlanOut
from gateway.settings import Settings
from shared import access, errors, pages, web, wire

router = web.Router("plans")
Listed = Annotated[pages.Asked, pages.asking(whole=True, q=["code", "title"], code="code", starts_on="starts_on")]


def _open(kernel: web.Kernel) -> None:
    """404 where the city keeps its board to itself."""
    if not (isinstance(kernel.settings, Settings) and kernel.settings.public_board):
        raise errors.NotFound("看板没有对外公开,请登录后查看。")


@router.operation("GET", "/v1/public-plans", may=access.PUBLIC, summary="对外公开的方案", errors=[errors.InvalidCursor, errors.NotFound])
async def list_public_plans(asked: Listed, kernel: web.KernelOf) -> wire.Page[PlanBrief]:
    _open(kernel)
    return wire.Page[PlanBrief].model_validate(operations.listed(asked))


@router.operation("GET", "/v1/public-plans/{plan}", may=access.PUBLIC, summary="对外公开的方案:指标、目标、理解")
async def get_public_plan(plan: str, kernel: web.KernelOf) -> PlanOut:
    _open(kernel)
    return operations.defined(plan)


@router.operation("GET", "/v1/public-plans/{plan}/check", may=access.PUBLIC, summary="对外公开的方案自查")
async def check_public_plan(plan: str, kernel: web.KernelOf) -> PlanCheckOut:
    _open(kernel)
    return operations.checked(plan)


@router.operation("GET", "/v1/public-plans/{plan}/progress", may=access.PUBLIC, summary="对外公开的看板:只有数字,没有名单")
async def get_public_progress(
    plan: str,
    call: web.Caller,
    kernel: web.KernelOf,
    as_of: Annotated[wire.CivilDate | None, Query(description="截至哪一天,含当天;不填为今天")] = None,
    by: Annotated[PublicBreakdown | None, Query(description="再按镇街或月份分列")] = None,
) -> PublicProgressOut:
    _open(kernel)
    return PublicProgressOut.model_validate(await operations.progress(kernel, call, plan, as_of or call.today, by))
