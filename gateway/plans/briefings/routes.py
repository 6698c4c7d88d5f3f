"""The paths of the briefing (简报)."""

from typing import Annotated

from fastapi import Query

from gateway.plans.briefings import operations
from gateway.plans.briefings.schemas import Briefing
from gateway.plans.errors import existing
from shared import access, errors, web, wire
from shared.web.workbooks import Workbook

router = web.Router("plans")
READERS = access.OFFICES | {"department", "finance", "admin", "system"}
AsOf = Annotated[wire.CivilDate | None, Query(description="截至哪一天,含当天;不填为今天")]


@router.operation(
    "GET", "/v1/plans/{plan}/briefing", may=READERS, summary="联席会议简报:逐项的差额、期限和已付补贴", errors=[errors.NotFound]
)
async def get_briefing(plan: str, call: web.Caller, kernel: web.KernelOf, as_of: AsOf = None) -> Briefing:
    return await operations.briefing(kernel, call, plan, as_of or call.today)


@router.operation(
    "GET",
    "/v1/plans/{plan}/briefing.xlsx",
    may=READERS,
    summary="联席会议简报(.xlsx)",
    errors=[errors.NotFound],
    response_class=Workbook,
    operation_id="plans_get_briefing_xlsx",
)
async def export_briefing(plan: str, call: web.Caller, kernel: web.KernelOf, as_of: AsOf = None) -> Workbook:
    day = as_of or call.today
    return Workbook(await operations.workbook(kernel, call, plan, day), f"{existing(plan).code}-{day}")
