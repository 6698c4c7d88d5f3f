"""Every operation there is, read from the documents of a running stack, and the two doors to it: the service itself, and the gateway.

What a new operation takes and who may call it stands in its service's document, so it is attacked without being named here.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
import httpx
import orjson
from yarl import URL

from deploy.stack import SERVICES, Stack
from gateway.routing.nouns import destination

AT_ONCE = 16
NOBODYS = UUID("01932f6e-7c1a-7000-8000-00000000dead")
PARAMETER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Operation:
    """One operation as its document describes it. `noun` is the first word of its path below `/v1/`."""

    service: str
    method: str
    path: str
    roles: frozenset[str]
    scope: str | None
    body: Any = field(hash=False, compare=False)
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def public(self) -> bool:
        return "public" in self.roles

    @property
    def noun(self) -> str:
        return self.path.removeprefix("/v1/").partition("/")[0].partition(":")[0]

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    def at(self, ids: Mapping[str, str] | None = None) -> str:
        """Its path, each parameter filled in: with the id that `ids` has for its name, else with one that nothing bears."""
        return PARAMETER.sub(lambda found: (ids or {}).get(found[1], str(NOBODYS)), self.path)


@dataclass(frozen=True)
class Try:
    """One request to one door, and what stands in the report when its answer is not the one expected."""

    operation: Operation
    door: str
    url: str
    what: str
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    said: Any

    @property
    def code(self) -> str | None:
        return self.said.get("code") if isinstance(self.said, dict) else None


def operations(stack: Stack) -> list[Operation]:
    """All operations, each at the service that serves it; the gateway's own are those it does not pass on."""
    found = [operation for name in SERVICES if name != "gateway" for operation in _described(name, stack.urls[name])]
    own = (operation for operation in _described("gateway", stack.gateway_url) if destination(operation.path) is None)
    known = {(operation.method, operation.path) for operation in found}
    merged = {"/v1/worklist", "/v1/changes", "/v1/audit", "/v1/audit:verify", "/v1/problems", "/v1/codes", "/livez", "/readyz", "/version"}
    return found + [one for one in own if (one.method, one.path) not in known or one.path in merged]


def _described(service: str, url: str) -> Iterable[Operation]:
    document = httpx.get(f"{url}/openapi.json", timeout=60).raise_for_status().json()
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            scopes = [scope for each in described.get("security", []) for scope in each.get("oauth2", [])]
            content = described.get("requestBody", {}).get("content", {})
            schema = content.get("multipart/form-data", {}).get("schema", {})
            form = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
            query = (each["name"] for each in described.get("parameters", []) if each["in"] == "query")
            yield Operation(
                service,
                method.upper(),
                path,
                frozenset(described["x-roles"]),
                scopes[0] if scopes else None,
                content.get("application/json", {}).get("example"),
                tuple(query),
                tuple(form.get("properties", ())),
            )


def doors(stack: Stack, operation: Operation) -> dict[str, str]:
    """Where it is answered: at its service, and at the gateway unless it is for services alone."""
    found = {"direct": stack.urls[operation.service]}
    if operation.service != "gateway" and destination(operation.path):
        found["gateway"] = stack.gateway_url
    return found


def ask_all(tries: Iterable[Try]) -> list[tuple[Try, Answer]]:
    """Every try's answer, some at a time, over kept connections."""
    return asyncio.run(_ask_all(list(tries)))


COMES_AGAIN, BUSY = 5, 503  # whoever is told so comes again, as every caller does


async def _ask_all(tries: list[Try]) -> list[tuple[Try, Answer]]:
    waiting, answered = iter(tries), list[tuple[Try, Answer]]()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:

        async def ask() -> None:
            for one in waiting:
                answer = await answer_to(one)
                for _ in range(COMES_AGAIN):
                    if answer.status != BUSY:
                        break
                    await asyncio.sleep(1)
                    answer = await answer_to(one)
                answered.append((one, answer))

        async def answer_to(one: Try) -> Answer:
            sent = {"data": one.body} if isinstance(one.body, bytes) else {"json": one.body}
            async with session.request(
                one.operation.method, URL(one.url, encoded=True), headers=dict(one.headers), allow_redirects=False, **sent
            ) as answer:
                content = await answer.read()
            said = orjson.loads(content) if content and "json" in answer.content_type else None
            return Answer(answer.status, answer.headers, said)

        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return answered


def wrong(answered: Iterable[tuple[Try, Answer]], right: Callable[[Answer], bool]) -> list[str]:
    """A line for each answer that is not right."""
    return [
        f"{one.operation} ({one.operation.service}, {one.door}) {one.what}: {answer.status} {answer.code}"
        for one, answer in answered
        if not right(answer)
    ]
