"""The path of the reply sheet."""

from typing import Annotated

from fastapi import Query

from services.eastwest.orders.policy import KEEPERS
from services.eastwest.replies import reading
from shared import errors, web, wire
from shared.web.workbooks import Workbook

router = web.Router("placements")


@router.operation(
    "GET",
    "/v1/placements/reply-sheet.xlsx",
    may=KEEPERS,
    summary="催证回执单:只列所缺的证明,填好可再传",
    errors=[errors.Unavailable, errors.UpstreamFailed, errors.UpstreamTimeout],
    response_class=Workbook,
)
async def reply_sheet(
    call: web.Caller, kernel: web.KernelOf, as_of: Annotated[wire.CivilDate | None, Query(description="截至哪一天;不填为今天")] = None
) -> Workbook:
    on = as_of or call.today
    return Workbook(await reading.sheet(call, kernel, on), f"reply-{on}")
