"""Paths of an order's pipeline and its candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.eastwest.orders.visibility import READERS
from services.eastwest.pipelines import reading
from services.eastwest.pipelines.schemas import Candidate, Pipeline
from shared import errors, pages, web, wire

router = web.Router("orders")
ONE = "/v1/orders/{order_id:uuid}"
NEIGHBOURS = (errors.Unavailable, errors.UpstreamFailed, errors.UpstreamTimeout)


@router.operation("GET", f"{ONE}/pipeline", may=READERS, summary="订单的进展:培训、取证、安排、上岗、稳岗", errors=NEIGHBOURS)
async def pipeline(
    order_id: UUID,
    call: web.Caller,
    kernel: web.KernelOf,
    as_of: Annotated[wire.CivilDate | None, Query(description="截至哪一天;不填为今天")] = None,
) -> Pipeline:
    return await reading.pipeline(call, kernel, order_id, as_of or call.today)


@router.operation(
    "GET", f"{ONE}/candidates", may=READERS, summary="为此订单培训取证、尚未安排的人", errors=[errors.InvalidCursor, *NEIGHBOURS]
)
async def candidates(
    order_id: UUID, call: web.Caller, kernel: web.KernelOf, asked: Annotated[pages.Asked, pages.asking(completed_on="completed_on")]
) -> wire.Page[Candidate]:
    found = await reading.candidates(call, kernel, order_id)
    return wire.Page[Candidate].model_validate(pages.of_rows(asked, found, key="trainee_id"))
