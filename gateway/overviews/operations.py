"""Putting an overview together: every list of every service is asked for at once, with the caller's own token, and shown as the service answered it.

A service that is away or slow costs its own section and nothing else.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response

from gateway.clients import ask_as_caller, problem_of
from gateway.overviews.policy import SECTIONS
from shared import errors, web
from shared.access import Call
from shared.http_client import Answer

NOT_TO_BE_SHOWN = (404, 410)


async def gather(request: Request, call: Call, kernel: web.Kernel, noun: str, paper_id: UUID) -> Response:
    """The overview; `Server-Timing` says how long each section took. Raises the owner's own problem for a paper that is not there for this caller."""
    began, took = time.perf_counter(), dict[str, float]()

    async def answered(service: str, path: str) -> Answer | errors.Problem:
        answer = await _answer(request, call, kernel, service, path)
        took[service] = (time.perf_counter() - began) * 1000
        return answer

    asked = [(service, name, path.format(id=paper_id)) for service, lists in SECTIONS[noun].items() for name, path in lists.items()]
    answers = await asyncio.gather(*(answered(service, path) for service, _, path in asked))
    paper = answers[0]
    if isinstance(paper, Answer) and paper.status in NOT_TO_BE_SHOWN:
        raise problem_of(paper, asked[0][0])
    by_service: dict[str, dict[str, Answer | errors.Problem]] = {}
    for (service, name, _), answer in zip(asked, answers, strict=True):
        by_service.setdefault(service, {})[name] = answer
    sections = {service: _section(found, request.url.path, call.request_id) for service, found in by_service.items()}
    complete = all(section["status"] != "unavailable" for section in sections.values())
    content = orjson.dumps({"as_of": call.today, "complete": complete, "sections": sections})
    timing = ", ".join(f"{service};dur={milliseconds:.1f}" for service, milliseconds in took.items())
    return Response(content, headers={"Server-Timing": timing}, media_type="application/json")


async def _answer(request: Request, call: Call, kernel: web.Kernel, service: str, path: str) -> Answer | errors.Problem:
    try:
        answer = await ask_as_caller(request, call, kernel, service, path)
    except errors.Problem as problem:
        return problem
    if answer.status == 200 and not answer.is_object():
        return errors.UpstreamFailed(f"{service} 服务的应答与约定不符。")
    return answer if answer.status in (200, 403, *NOT_TO_BE_SHOWN) else problem_of(answer, service)


def _section(found: Mapping[str, Answer | errors.Problem], instance: str, request_id: str) -> dict[str, Any]:
    """`unavailable` when any of its lists could not be had: half a section would look like a whole one."""
    for answer in found.values():
        if isinstance(answer, errors.Problem):
            return {"status": "unavailable", "problem": answer.wire(instance, request_id)}
    data = {name: orjson.Fragment(answer.body) for name, answer in found.items() if isinstance(answer, Answer) and answer.status == 200}
    return {"status": "ok", "data": data} if data else {"status": "forbidden"}
