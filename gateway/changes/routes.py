"""The path of the merged feed."""

from typing import Annotated

from fastapi import Query

from gateway.changes import reading
from shared import changes, errors, web

After = Annotated[str | None, Query(max_length=600, description="上一次的 next;没有则从头读")]

router = web.Router("changes")


@router.operation(
    "GET",
    "/v1/changes",
    may=frozenset({"system", "auditor", "admin"}),
    summary="全部服务的变更事件,按提交次序,不漏不重",
    errors=[errors.InvalidCursor],
)
async def list_changes(
    kernel: web.KernelOf, call: web.Caller, after: After = None, limit: changes.Limit = 200, wait: changes.Wait = 0
) -> reading.MergedFeed:
    return await reading.read(kernel, call, after, limit, wait)
