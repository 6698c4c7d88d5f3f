"""What every service answers for itself and the gateway answers for all: problems, codes, changes, the audit trail."""

from typing import Annotated, Any

from fastapi import Query

from gateway.changes import feed, trail
from gateway.clients import KnownOf
from shared import access, changes, errors, web, wire
from shared.web import standing

Cursor = Annotated[str | None, Query(max_length=600, description="上一页的 next_cursor")]
After = Annotated[str | None, Query(max_length=600, description="上一次的 next;没有则从头读")]

reference, changes_router, audit_router = web.Router("reference"), web.Router("changes"), web.Router("audit")


class MergedProblems(wire.Out):
    """Every code of every service. `complete` is false when one has not been reachable since the gateway started."""

    items: list[standing.ProblemEntry]
    complete: bool


@reference.operation("GET", "/v1/problems", may=access.PUBLIC, summary="全部问题代码、原因与处理办法")
async def list_problems(kernel: web.KernelOf, call: web.Caller, remembered: KnownOf) -> MergedProblems:
    known = await remembered.problems.get(kernel, call)
    listed = [standing.ProblemEntry.model_validate(entry) for answer in known.values() for entry in answer["items"]]
    listed.sort(
        key=lambda entry: entry.kind == "problem"
    )  # where a word is a finding here and an answer there, the answer's status is shown
    found = {entry.code: entry for entry in [*listed, *standing.own_problems()]}
    return MergedProblems(items=[found[code] for code in sorted(found)], complete=len(known) == len(kernel.neighbours))


@reference.operation("GET", "/v1/problems/{code}", may=access.PUBLIC, summary="一个问题代码的原因与处理办法")
async def get_problem(code: str, kernel: web.KernelOf, call: web.Caller, remembered: KnownOf) -> standing.ProblemEntry:
    for entry in (await list_problems(kernel, call, remembered)).items:
        if entry.code == code:
            return entry
    raise errors.NotFound("没有这个问题代码。全部代码见 /v1/problems。")


@reference.operation("GET", "/v1/codes", may=access.PUBLIC, summary="全部代码表,中英文名称")
async def list_codes(kernel: web.KernelOf, call: web.Caller, remembered: KnownOf) -> standing.CodeLists:
    merged: dict[str, Any] = {}
    for lists in (await remembered.codes.get(kernel, call)).values():
        merged |= lists
    return standing.CodeLists(**merged)


@changes_router.operation(
    "GET",
    "/v1/changes",
    may=frozenset({"system", "auditor", "admin"}),
    summary="全部服务的变更事件,按提交次序,不漏不重",
    errors=[errors.InvalidCursor],
)
async def list_changes(
    kernel: web.KernelOf, call: web.Caller, after: After = None, limit: changes.Limit = 200, wait: changes.Wait = 0
) -> feed.MergedFeed:
    return await feed.read(kernel, call, after, limit, wait)


@audit_router.operation(
    "GET",
    "/v1/audit",
    may=frozenset({"auditor"}),
    summary="全部服务的审计轨迹:何人、何时、何事、何处、结果,新的在前",
    errors=[errors.InvalidCursor],
)
async def list_audit(
    kernel: web.KernelOf, session: web.Session, call: web.Caller,
    subject: standing.Subject = None, actor: standing.ActorName = None, action: standing.Action = None, limit: standing.Limit = 50, cursor: Cursor = None,
) -> trail.MergedTrail:  # fmt: skip
    return await trail.read(kernel, session, call, subject, actor, action, limit, cursor)


@audit_router.operation("GET", "/v1/audit:verify", may=frozenset({"auditor"}), summary="重新核对各服务审计轨迹的封存链与签名")
async def verify_audit(kernel: web.KernelOf, session: web.Session, call: web.Caller) -> trail.MergedCheck:
    return await trail.verify(kernel, session, call)


ROUTERS = (reference, changes_router, audit_router)
