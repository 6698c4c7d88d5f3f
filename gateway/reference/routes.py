"""Problems and code lists: every service's, answered as one."""

from typing import Any

from fastapi import Request

from gateway import codes
from gateway.clients import Known, KnownOf
from shared import access, errors, pages, web
from shared import codes as labels
from shared.web import standing

router = web.Router("reference")


class MergedProblems(standing.ProblemList):
    """Every code of every service. `complete` is false when one has not been reachable since the gateway started."""

    complete: bool


@router.operation("GET", "/v1/problems", may=access.PUBLIC, summary="全部问题代码、原因与处理办法", errors=[errors.InvalidCursor])
async def list_problems(
    request: Request, asked: standing.Whole, kernel: web.KernelOf, call: web.Caller, remembered: KnownOf
) -> MergedProblems:
    found = await _problems(kernel, call, remembered)
    page = pages.of_rows(asked, [found[code] for code in sorted(found)], show=lambda entry: entry.told(request))
    return MergedProblems.model_validate(page | {"complete": len(remembered.problems.known) == len(kernel.neighbours)})


@router.operation("GET", "/v1/problems/{code}", may=access.PUBLIC, summary="一个问题代码的原因与处理办法")
async def get_problem(code: str, request: Request, kernel: web.KernelOf, call: web.Caller, remembered: KnownOf) -> standing.ProblemEntry:
    found = await _problems(kernel, call, remembered)
    if code not in found:
        raise errors.NotFound("没有这个问题代码。全部代码见 /v1/problems。")
    return found[code].told(request)


async def _problems(kernel: web.Kernel, call: access.Call, remembered: Known) -> dict[str, standing.ProblemEntry]:
    known = await remembered.problems.get(kernel, call)
    listed = [standing.ProblemEntry.model_validate(entry) for answer in known.values() for entry in answer["items"]]
    listed.sort(
        key=lambda entry: entry.kind == "problem"
    )  # where a word is a finding here and an answer there, the answer's status is shown
    return {entry.code: entry for entry in [*listed, *standing.own_problems()]}


@router.operation("GET", "/v1/codes", may=access.PUBLIC, summary="全部代码表,中英文名称")
async def list_codes(kernel: web.KernelOf, call: web.Caller, remembered: KnownOf) -> standing.CodeLists:
    merged: dict[str, Any] = labels.shown({**codes.OWNED, **labels.OWNED})
    for lists in (await remembered.codes.get(kernel, call)).values():
        merged |= {name: merged.get(name, []) + rows if name in labels.IN_PARTS else rows for name, rows in lists.items()}
    return standing.CodeLists(**merged)
