"""The paths of counting: statistics of placements, and eastwest's part of a plan's board, asked for by the gateway."""

from typing import Annotated

from fastapi import Query

from services.eastwest.codes import StatisticsBy as By
from services.eastwest.counting import operations, reading
from services.eastwest.counting.schemas import CountsIn, CountsOut
from services.eastwest.orders.visibility import READERS
from services.eastwest.placements.schemas import PlacementStatistics
from shared import access, web, wire

router = web.Router("placements")
statistics = web.Router("statistics")


@statistics.operation("GET", "/v1/statistics/placements", may=READERS, late=True, summary="安置统计")
async def of_placements(
    session: web.Session,
    call: web.Caller,
    as_of: Annotated[wire.CivilDate | None, Query(description="截至哪一天;不填为今天")] = None,
    by: Annotated[By | None, Query(description="按什么分列;不填不分列")] = None,
    until_on: Annotated[wire.CivilDate | None, Query(description="稳岗须在哪一天之前满三个月;给出后另答最迟上岗之日")] = None,
) -> PlacementStatistics:
    return await reading.statistics(session, call, as_of or call.today, by, until_on)


@router.operation("POST", "/internal/v1/counts", may=access.INTERNAL, summary="方案指标计数", writes=False)
async def count(body: CountsIn, call: web.Caller, kernel: web.KernelOf) -> CountsOut:
    return await operations.count(call, kernel, body)
