"""Putting the worklist together: every service is asked as the caller; one that is away leaves its items out, and the list says so."""

import asyncio

from fastapi import Request

from gateway.clients import ask_as_caller, problem_of
from gateway.worklist.schemas import Waiting, Worklist
from shared import access, errors, pages, telemetry, web, worklist


async def gather(request: Request, call: access.Call, kernel: web.Kernel, asked: pages.Asked) -> Worklist:
    """What waits for the caller anywhere, the most due first."""
    answers = await asyncio.gather(*(_of_service(request, call, kernel, name) for name in kernel.neighbours))
    found = dict(zip(kernel.neighbours, answers, strict=True))
    items = [Waiting(service=name, **item.model_dump()) for name, answer in found.items() if answer for item in answer.items]
    return Worklist(
        as_of=call.today,
        complete=all(found.values()),
        more=any(answer.more for answer in found.values() if answer),
        services={name: "ok" if answer else "unavailable" for name, answer in found.items()},
        **worklist.page(asked, items),
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
