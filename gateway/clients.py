"""Asking the services: as the caller who asks us, all of them at once, and what is remembered of those that are away."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, RootModel

from shared import access, errors, web
from shared.http_client import Answer, read
from shared.web import standing

KNOWN_FOR_SECONDS = 10.0


async def ask_as_caller(
    request: Request, call: access.Call, kernel: web.Kernel, service: str, path: str, beside: Mapping[str, str] | None = None
) -> Answer:
    """What a service answers to the caller's own token, so that it decides what this caller sees. It may refuse: look at the status. `beside`: further
    headers, of our own."""
    said = {name: value for name in ("Authorization", "Accept-Language") if (value := request.headers.get(name))}
    return await kernel.neighbours[service].ask(path, call, said | (dict(beside) if beside else {}))


async def ask_all(names: Iterable[str], ask: Callable[[str], Coroutine[Any, Any, Any]]) -> dict[str, Any]:
    """The answers of the services named, asked side by side; None from one that gave none."""

    async def asked(name: str) -> Any:
        try:
            return await ask(name)
        except errors.Problem:
            return None

    names = list(names)
    return dict(zip(names, await asyncio.gather(*(asked(name) for name in names)), strict=True))


def check(name: str) -> standing.Check:
    """For `/readyz`: whether a service is ready. It informs only: the gateway serves what it can without it."""

    async def ready(kernel: web.Kernel) -> dict[str, Any]:
        try:
            await kernel.neighbours[name].get("/readyz", kernel.own_call(), timeout_seconds=kernel.settings.ready_within_seconds)
        except errors.Problem as problem:
            return {"status": "unavailable", "code": problem.code, "needed": False}
        return {"status": "ok", "needed": False}

    return ready


class ProblemsRead(BaseModel):
    items: list[standing.ProblemEntry]


class CodesRead(RootModel[dict[str, list[dict[str, Any]]]]):
    pass


class DocumentRead(BaseModel):
    paths: dict[str, dict[str, dict[str, Any]]]
    components: dict[str, dict[str, Any]] = {}
    webhooks: dict[str, Any] = {}


@dataclass
class Lasting:
    """What each service answers at one path and seldom changes: asked again after ten seconds, and the last answer stands in for a service that is away.
    What is nothing of its `kind` is no answer."""

    path: str
    kind: type[BaseModel]
    known: dict[str, Any] = field(default_factory=dict)
    asked_at: dict[str, float] = field(default_factory=dict)

    async def get(self, kernel: web.Kernel, call: access.Call) -> Mapping[str, Any]:
        """By service; a service that never answered is missing."""
        stale = time.monotonic() - KNOWN_FOR_SECONDS
        due = [name for name in kernel.neighbours if self.asked_at.get(name, float("-inf")) < stale]

        async def ask(name: str) -> Any:
            answer = await kernel.neighbours[name].get(self.path, call)
            read(self.kind, answer, name)
            return answer

        answers = await ask_all(due, ask)
        for name, answer in answers.items():
            if answer is not None or name in self.known:  # while what is known stands in, nobody waits again for one that is away
                self.asked_at[name] = time.monotonic()
            if answer not in (None, self.known.get(name)):  # what says the same stays the same object
                self.known[name] = answer
        return self.known


@dataclass
class Known:
    """What the gateway remembers of all services."""

    problems: Lasting = field(default_factory=lambda: Lasting("/v1/problems", ProblemsRead))
    codes: Lasting = field(default_factory=lambda: Lasting("/v1/codes", CodesRead))
    documents: Lasting = field(default_factory=lambda: Lasting("/openapi.json", DocumentRead))


async def _known(request: Request) -> Known:
    known: Known = request.app.state.known
    return known


KnownOf = Annotated[Known, Depends(_known)]
