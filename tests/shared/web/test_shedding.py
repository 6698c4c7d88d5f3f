"""How many requests are worked on at once: up to the limit all are served, one more is told to come again, and health is never refused."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from shared.web.shedding import Shedding

AT_MOST = 4


class Work:
    """An application that reads its request and then works until it is let go."""

    def __init__(self) -> None:
        self.done, self.begun = asyncio.Event(), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        self.begun += 1
        if scope["path"] == "/broken":
            raise RuntimeError("broken")
        await self.done.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@contextlib.asynccontextmanager
async def at_work(client: httpx.AsyncClient, work: Work, *paths: str) -> AsyncIterator[list["asyncio.Task[httpx.Response]"]]:
    before = work.begun
    tasks = [asyncio.create_task(client.get(path)) for path in paths]
    while work.begun < before + len(paths):  # noqa: ASYNC110 (nothing else would say so)
        await asyncio.sleep(0)
    yield tasks


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def client(work: Work) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(Shedding(work, AT_MOST)), base_url="http://service.test")


async def test_as_many_as_may_are_served_and_one_more_is_told_to_come_again(client: httpx.AsyncClient, work: Work) -> None:
    async with at_work(client, work, *["/v1/papers"] * AT_MOST) as served:
        refused = await client.get("/v1/papers")
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "overloaded", "1")
        work.done.set()
        assert [(await each).status_code for each in served] == [200] * AT_MOST
    assert (await client.get("/v1/papers")).status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
async def test_health_is_never_refused(client: httpx.AsyncClient, work: Work, path: str) -> None:
    async with at_work(client, work, *["/v1/papers"] * AT_MOST), at_work(client, work, path):
        work.done.set()


async def test_who_waits_for_an_event_stands_in_nobodys_way(client: httpx.AsyncClient, work: Work) -> None:
    waits = "/v1/changes?wait=30"
    async with at_work(client, work, *[waits] * AT_MOST):
        assert (await client.get(waits)).status_code == 503
        async with at_work(client, work, *["/v1/papers"] * AT_MOST):
            work.done.set()


async def test_a_request_still_coming_in_is_not_worked_on(client: httpx.AsyncClient, work: Work) -> None:
    rest = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"x"
        await rest.wait()
        yield b"x"

    coming = [asyncio.create_task(client.post("/v1/papers", content=body())) for _ in range(AT_MOST)]
    async with at_work(client, work, *["/v1/papers"] * AT_MOST):
        rest.set()
        work.done.set()
    assert [(await each).status_code for each in coming] == [200] * AT_MOST


async def test_one_that_fails_leaves_its_place(client: httpx.AsyncClient, work: Work) -> None:
    work.done.set()
    for _ in range(AT_MOST + 1):
        with pytest.raises(RuntimeError):
            await client.get("/broken")
    answer: Any = await client.get("/v1/papers")
    assert answer.status_code == 200
