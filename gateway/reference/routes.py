"""Problems and code lists: every service's, answered as one."""

from typing import Any

from gateway import codes
from gateway.clients import KnownOf
from shared import access, errors, web, wire
from shared.codes import shown
from shared.web import standing

router = web.Router("reference")


class MergedProblems(wire.Out):
    """Every code of every service. `complete` is false when one has not been reachable since the gateway started."""

    items: list[standing.ProblemEntry]
    complete: bool


@router.operation("GET", "/v1/problems", may=access.PUBLIC, summary="全部问题代码、原因与处理办法")
async def list_problems(kernel: web.KernelOf, call: web.Caller, remembered: KnownOf) -> MergedProblems:
    known = await remembered.problems.get(kernel, call)
    listed = [standing.ProblemEntry.model_validate(entry) for answer in known.values() for entry in answer["items"]]
    listed.sort(
        key=lambda entry: entry.kind == "problem"
    )  # where a word is a finding here and an answer there, the answer's status is shown
    found = {entry.code: entry for entry in [*listed, *standing.own_problems()]}
    return MergedProblems(items=[found[code] for code in sorted(found)], complete=len(known) == len(kernel.neighbours))


@router.operation("GET", "/v1/problems/{code}", may=access.PUBLIC, summary="一个问题代码的原因与处理办法")
async def get_problem(code: str, kernel: web.KernelOf, call: web.Caller, remembered: KnownOf) -> standing.ProblemEntry:
    for entry in (await list_problems(kernel, call, remembered)).items:
        if entry.code == code:
            return entry
    raise errors.NotFound("没有这个问题代码。全部代码见 /v1/problems。")


@router.operation("GET", "/v1/codes", may=access.PUBLIC, summary="全部代码表,中英文名称")
async def list_codes(kernel: web.KernelOf, call: web.Caller, remembered: KnownOf) -> standing.CodeLists:
    merged: dict[str, Any] = shown(codes.OWNED)
    for lists in (await remembered.codes.get(kernel, call)).values():
        merged |= lists
    return standing.CodeLists(**merged)
