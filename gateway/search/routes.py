"""One search over all services, within what the caller may see."""

from fastapi import Response

from gateway.search import operations
from gateway.search.schemas import SearchIn, SearchOut
from shared import access, errors, web

router = web.Router("search")


@router.operation(
    "POST",
    "/v1/search",
    may=access.SIGNED_IN,
    summary="按编号或名称查找学员、机构、班级、申领、备案、证书、订单",
    writes=False,
    scoped=False,
    errors=[errors.TooManyRequests],
)
async def search(body: SearchIn, response: Response, call: web.Caller, kernel: web.KernelOf) -> SearchOut:
    found, left = await operations.find(kernel, call, body.text)
    response.headers.update(left)
    return found
