"""The paths of counting: evaluation's part of a plan's board, asked for by the gateway."""

from services.evaluation.counting import operations
from services.evaluation.counting.schemas import CountsIn, CountsOut
from shared import access, web

router = web.Router("counts")


@router.operation("POST", "/internal/v1/counts", may=access.INTERNAL, summary="方案指标计数", writes=False)
async def count(body: CountsIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> CountsOut:
    return await operations.count(session, call, kernel, body)
