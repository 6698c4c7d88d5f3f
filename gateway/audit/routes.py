"""Paths of the merged trail."""

from typing import Annotated

from fastapi import Query

from gateway.audit import reading
from shared import errors, web
from shared.web import standing

Cursor = Annotated[str | None, Query(max_length=600, description="上一页的 next_cursor")]

router = web.Router("audit")


@router.operation(
    "GET",
    "/v1/audit",
    may=frozenset({"auditor"}),
    summary="全部服务的审计轨迹:何人、何时、何事、何处、结果,新的在前",
    errors=[errors.InvalidCursor],
)
async def list_audit(
    kernel: web.KernelOf,
    session: web.Session,
    call: web.Caller,
    subject: standing.Subject = None,
    actor: standing.ActorName = None,
    action: standing.Action = None,
    limit: standing.Limit = 50,
    cursor: Cursor = None,
    include_total: standing.Total = False,
) -> reading.MergedTrail:
    return await reading.read(kernel, session, call, subject, actor, action, limit, cursor, include_total)


@router.operation("GET", "/v1/audit:verify", may=frozenset({"auditor"}), summary="重新核对各服务审计轨迹的封存链与签名")
async def verify_audit(kernel: web.KernelOf, call: web.Caller) -> reading.MergedCheck:
    return await reading.verify(kernel, call)
