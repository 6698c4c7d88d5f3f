"""The paths of counting: eastwest's part of a plan's board, asked for by the gateway."""

from services.eastwest.counting import operations
from services.eastwest.counting.schemas import CountsIn, CountsOut
from shared import access, web

router = web.Router("placements")


@router.operation("POST", "/internal/v1/counts", may=access.INTERNAL, summary="方案指标计数", writes=False)
async def count(body: CountsIn, call: web.Caller, kernel: web.KernelOf) -> CountsOut:
    return await operations.count(call, kernel, body)
