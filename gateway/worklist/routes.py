"""The worklist of a caller over all services: what waits for their role anywhere, the most due first."""

from fastapi import Request

from gateway.worklist import operations
from gateway.worklist.schemas import Worklist
from shared import access, errors, web, worklist

router = web.Router("worklist")


@router.operation(
    "GET", "/v1/worklist", may=access.SIGNED_IN, summary="等待当前角色办理的事项,跨全部服务,最急的在前", errors=[errors.InvalidCursor]
)
async def list_waiting(
    request: Request, session: web.Session, call: web.Caller, kernel: web.KernelOf, asked: worklist.Listed, sought: worklist.Sought
) -> Worklist:
    return await operations.gather(request, session, call, kernel, asked, sought)
