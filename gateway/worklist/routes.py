"""The worklist of a caller over all services: what waits for their role anywhere, the most due first."""

import asyncio
from typing import Literal

from fastapi import Request
from pydantic import Field

from gateway.clients import ask_as_caller, problem_of
from shared import access, errors, telemetry, web, wire, worklist

router = web.Router("worklist")
Status = Literal["ok", "unavailable"]


class Waiting(worklist.Item):
    """An item, and the service whose paper it is."""

    service: str = Field(examples=["subsidy"])


class Worklist(wire.Out):
    """`complete` is false when a service did not answer: what waits there is missing here. `more`: there is more than is shown."""

    as_of: wire.CivilDate
    complete: bool
    more: bool
    services: dict[str, Status] = Field(examples=[{"registry": "ok", "subsidy": "unavailable"}])
    items: list[Waiting]


@router.operation("GET", "/v1/worklist", may=access.SIGNED_IN, summary="等待当前角色办理的事项,跨全部服务,最急的在前")
async def list_waiting(request: Request, call: web.Caller, kernel: web.KernelOf) -> Worklist:
    answers = await asyncio.gather(*(_of_service(request, call, kernel, name) for name in kernel.neighbours))
    found = dict(zip(kernel.neighbours, answers, strict=True))
    items = [Waiting(service=name, **item.model_dump()) for name, answer in found.items() if answer for item in answer.items]
    return Worklist(
        as_of=call.today,
        complete=all(found.values()),
        more=any(answer.more for answer in found.values() if answer),
        services={name: "ok" if answer else "unavailable" for name, answer in found.items()},
        items=worklist.most_urgent(items),
    )


async def _of_service(request: Request, call: access.Call, kernel: web.Kernel, service: str) -> worklist.Worklist | None:
    try:
        answer = await ask_as_caller(request, call, kernel, service, "/v1/worklist")
        if answer.status != 200:
            raise problem_of(answer, service)
    except errors.Problem as problem:
        telemetry.log.warning("worklist_incomplete", service=service, code=problem.code, request_id=call.request_id)
        return None
    return worklist.Worklist.model_validate_json(answer.body)
