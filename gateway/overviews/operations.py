"""Putting an overview together: every list of every service is asked for at once, with the caller's own token, and shown as the service answered it.

A service that is away or slow costs its own section and nothing else. Services leave out what others call a thing: much of it stands elsewhere on the
page, and one call to each service fills the rest of the whole page.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, RootModel

from gateway.clients import ask_as_caller
from gateway.overviews.policy import SECTIONS
from shared import errors, names, web
from shared.access import Call
from shared.http_client import NAMES_LEFT, Answer, problem_of, read

NOT_TO_BE_SHOWN = (404, 410)


class PaperRead(BaseModel):
    id: UUID


class PageRead(BaseModel):
    items: list[PaperRead]


class PapersRead(RootModel[PageRead | PaperRead]):
    """What an answer must hold to be shown: a paper, or a page of them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a service answered for one list of its section. `left`: the names it left out; None where there are none."""

    said: dict[str, Any]
    left: names.Plan | None


Found = Listed | Answer | errors.Problem  # an `Answer` is a refusal that is no failure


async def gather(request: Request, call: Call, kernel: web.Kernel, noun: str, paper_id: UUID) -> Response:
    """The overview; `Server-Timing` says how long each section took. Raises the owner's own problem for a paper that is not there for this caller."""
    began, took = time.perf_counter(), dict[str, float]()

    async def answered(service: str, path: str) -> Found:
        answer = await _answer(request, call, kernel, service, path)
        took[service] = (time.perf_counter() - began) * 1000
        return answer

    asked = [(service, name, path.format(id=paper_id)) for service, lists in SECTIONS[noun].items() for name, path in lists.items()]
    answers = await asyncio.gather(*(answered(service, path) for service, _, path in asked))
    paper = answers[0]
    if isinstance(paper, Answer) and paper.status in NOT_TO_BE_SHOWN:
        raise problem_of(paper, asked[0][0])
    by_service: dict[str, dict[str, Found]] = {}
    for (service, name, _), answer in zip(asked, answers, strict=True):
        by_service.setdefault(service, {})[name] = answer
    sections = {service: _section(found, request.url.path, call.request_id) for service, found in by_service.items()}
    complete = all(section["status"] != "unavailable" for section in sections.values())
    page = {"as_of": call.today, "complete": complete, "sections": sections}
    planned = names.Plan({}, {"sections": names.Plan({}, {service: _left(found) for service, found in by_service.items()})})
    told, within = _told(noun, by_service), kernel.settings.names_within_seconds
    await names.fill(planned, page, told, call, {}, kernel.reading, kernel.neighbours, within)
    timing = ", ".join(f"{part};dur={milliseconds:.1f}" for part, milliseconds in took.items())
    return Response(orjson.dumps(page), headers={"Server-Timing": timing}, media_type="application/json")


async def _answer(request: Request, call: Call, kernel: web.Kernel, service: str, path: str) -> Found:
    try:
        answer = await ask_as_caller(request, call, kernel, service, path, {NAMES_LEFT: "true"})
        if answer.status == 200:
            return _read(answer, service)
    except errors.Problem as problem:
        return problem
    return answer if answer.status in (403, *NOT_TO_BE_SHOWN) else problem_of(answer, service)


def _read(answer: Answer, service: str) -> Listed:
    read(PapersRead, answer.body, service)
    try:
        left = names.read_plan(answer.names_left) if answer.names_left else None
    except (ValueError, TypeError, AttributeError) as fault:
        raise errors.UpstreamFailed(f"{service} 服务的应答与约定不符:{NAMES_LEFT}。") from fault
    return Listed(answer.json(), left)


def _section(found: Mapping[str, Found], instance: str, request_id: str) -> dict[str, Any]:
    """`unavailable` when any of its lists could not be had: half a section would look like a whole one."""
    for answer in found.values():
        if isinstance(answer, errors.Problem):
            return {"status": "unavailable", "problem": answer.wire(instance, request_id)}
    data = {name: answer.said for name, answer in found.items() if isinstance(answer, Listed)}
    return {"status": "ok", "data": data} if data else {"status": "forbidden"}


def _left(found: Mapping[str, Found]) -> names.Plan:
    plans = {name: answer.left for name, answer in found.items() if isinstance(answer, Listed) and answer.left}
    return names.Plan({}, {"data": names.Plan({}, plans)})


def _told(noun: str, by_service: Mapping[str, Mapping[str, Found]]) -> Mapping[str, Mapping[str, names.Known]]:
    """What the page itself says of things, each where its owner says it: the paper, the items of a list of papers, the names beside ids."""
    told: dict[str, dict[str, names.Known]] = defaultdict(lambda: defaultdict(dict))
    for service, found in by_service.items():
        for name, answer in found.items():
            if not isinstance(answer, Listed):
                continue
            kind, papers = (name, answer.said["items"]) if "items" in answer.said else (noun, [answer.said])
            if kind in names.OWNERS:
                for paper in papers:
                    told[kind][paper["id"]] |= paper
            for place, member, marker, key in names.beside(answer.left, answer.said) if answer.left else ():
                if marker.kind in names.OWNERS and names.OWNERS[marker.kind].service == service:
                    told[marker.kind][key][marker.what] = place[member]
    return told
