"""The paths of reports: boards that were frozen."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import select

from gateway.plans.errors import existing
from gateway.plans.reports import operations
from gateway.plans.reports.schemas import ReportBrief, ReportIn, ReportPaper
from gateway.plans.schemas import ProgressOut
from gateway.plans.tables import PlanReport
from shared import access, errors, pages, web, wire

router = web.Router("plans")
ALL = "/v1/plans/{plan}/reports"
READERS = access.OFFICES  # who sees all rows, so that what they compare is whole
ASKING = (errors.Unavailable, errors.UpstreamFailed, errors.UpstreamTimeout)
Listed = Annotated[pages.Asked, pages.asking(as_of=PlanReport.as_of)]


async def _board(
    plan: str, body: ReportIn, request: Request, call: web.Caller, kernel: web.KernelOf
) -> tuple[ProgressOut, operations.Counted]:
    return await operations.board(request, kernel, call, plan, body)


@router.operation(
    "POST", ALL, may=frozenset({"officer"}), summary="冻结看板:数字和所计的每一条", status=201, errors=[errors.NotFound, *ASKING]
)
async def make_report(
    body: ReportIn, frozen: Annotated[tuple[ProgressOut, operations.Counted], Depends(_board)], session: web.Session, call: web.Caller
) -> ReportPaper:
    return await operations.freeze(session, call, body, frozen)


@router.operation("GET", ALL, may=READERS, summary="已冻结的报告,新的在前", errors=[errors.NotFound, errors.InvalidCursor])
async def list_reports(plan: str, session: web.Session, asked: Listed) -> wire.Page[ReportBrief]:
    wanted = select(PlanReport).where(PlanReport.plan == existing(plan).code)
    return wire.Page[ReportBrief].model_validate(
        await pages.page(session, wanted, PlanReport.id, asked, lambda row: operations.brief(row[0]))
    )


@router.operation("GET", f"{ALL}/{{report_id:uuid}}", may=READERS, summary="一份报告,和此后逐条的变化", errors=[errors.NotFound, *ASKING])
async def get_report(plan: str, report_id: UUID, request: Request, call: web.Caller, kernel: web.KernelOf) -> ReportPaper:
    return await operations.compared(request, kernel, call, plan, report_id)
