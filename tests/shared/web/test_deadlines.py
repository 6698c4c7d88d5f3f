"""Nobody works longer than their caller waits, over as many services as there are between: real servers, which go on when a caller leaves."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request
from fastapi.responses import StreamingResponse

from shared import access, web, wire
from tests.conftest import settings
from tests.gateway.routing.upstream import free_port, serving

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:9/nothing"
NEXT = {"registry": "subsidy", "subsidy": "evaluation"}


class Work(wire.Out):
    done: bool


class Size(wire.In):
    text: str


class Hop:
    """A service whose one operation takes its time and then asks the next; the last one works for half a minute."""

    def __init__(self, name: str) -> None:
        self.name, self.told, self.ended, self.router = name, list[int](), asyncio.Event(), web.Router("work")
        self.until = 0.0

        @self.router.operation("GET", "/v1/work", may=access.PUBLIC, summary="逐级办理")
        async def work(request: Request, kernel: web.KernelOf, call: web.Caller, seconds: float = 30) -> Work:
            self.told.append(int(request.headers.get("x-deadline-ms", 0)))
            try:
                if name in NEXT:
                    await asyncio.sleep(0.2)
                    return Work.model_validate(await kernel.neighbours[NEXT[name]].get("/v1/work", call))
                await asyncio.sleep(seconds)
                return Work(done=True)
            finally:
                self.ended.set()

        @self.router.operation("POST", "/v1/work", may=access.PUBLIC, summary="收下后办理", writes=False)
        async def take(body: Size, call: web.Caller) -> Work:
            self.until = call.deadline.at if call.deadline else 0.0
            return Work(done=True)

        @self.router.operation("GET", "/v1/parts", may=access.PUBLIC, summary="逐段应答", response_class=StreamingResponse)
        async def parts() -> StreamingResponse:
            async def slowly() -> AsyncIterator[bytes]:
                for _ in range(6):
                    yield b"x"
                    await asyncio.sleep(0.1)

            return StreamingResponse(slowly())


@contextlib.asynccontextmanager
async def chain(tmp_path: Path, names: tuple[str, ...], **changed: Any) -> AsyncIterator[tuple[httpx.AsyncClient, list[Hop]]]:
    hops, ports = [Hop(name) for name in names], {name: free_port() for name in names}
    urls = {f"{name}_url": f"http://127.0.0.1:{port}" for name, port in ports.items()}
    async with contextlib.AsyncExitStack() as stack:
        for hop in hops:
            app = web.create_app(web.Part(hop.name, hop.name, [hop.router]), settings(NOWHERE, tmp_path, **urls, **changed))
            await stack.enter_async_context(serving(app, ports[hop.name]))
            for neighbour in app.state.kernel.neighbours.values():
                stack.push_async_callback(neighbour.close)
        yield await stack.enter_async_context(httpx.AsyncClient(base_url=urls[f"{names[0]}_url"], timeout=60)), hops


async def test_the_time_shrinks_over_three_hops_and_all_work_ends_with_it(tmp_path: Path) -> None:
    async with chain(tmp_path, ("registry", "subsidy", "evaluation"), deadline_seconds=2.4, neighbour_timeout_seconds=10) as (client, hops):
        answer = await client.get("/v1/work")
        assert (answer.status_code, answer.json()["code"]) == (504, "upstream_timeout")
        [outside], [second], [third] = (hop.told for hop in hops)
        assert (
            outside == 0 and 0 < second <= (2400 - 200) * 0.81 and 0 < third <= (second - 200) * 0.81
        )  # a tenth is kept back on either side
        for hop in hops:
            await asyncio.wait_for(hop.ended.wait(), 20)  # the last one would work for half a minute


@pytest.mark.parametrize(
    ("said", "seconds", "status"),
    [
        pytest.param("300", 20, 504, id="too-long"),
        pytest.param("20000", 0.4, 200, id="in-time"),
        pytest.param("", 0.4, 200, id="nobody-says"),
        pytest.param("-1", 0.4, 200, id="no-number"),
        pytest.param("1" * 40, 0.4, 200, id="no-time"),
    ],
)
async def test_work_goes_on_as_long_as_the_caller_says_it_waits(tmp_path: Path, said: str, seconds: float, status: int) -> None:
    async with chain(tmp_path, ("evaluation",), deadline_seconds=0.1) as (client, [hop]):
        answer = await client.get("/v1/work", params={"seconds": seconds}, headers={"X-Deadline-Ms": said} if said else {})
        assert answer.status_code == status and hop.ended.is_set()
        if status == 504:
            assert answer.headers["content-type"] == "application/problem+json" and int(answer.headers["retry-after"]) >= 1
            assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("said", [{}, {"X-Deadline-Ms": "20000"}])
async def test_time_counts_from_the_last_part_of_a_slow_request(tmp_path: Path, said: dict[str, str]) -> None:
    sent_at = list[float]()

    async def slowly() -> AsyncIterator[bytes]:
        for part in (b'{"te', b'xt": ', b'"x"}'):
            sent_at.append(time.monotonic())
            yield part
            await asyncio.sleep(0.1)

    async with chain(tmp_path, ("evaluation",), deadline_seconds=20) as (client, [hop]):
        answer = await client.post("/v1/work", content=slowly(), headers={"Content-Type": "application/json"} | said)
        assert answer.json() == {"done": True} and hop.until >= sent_at[-1] + 20


async def test_an_answer_that_has_begun_is_not_cut_short(tmp_path: Path) -> None:
    async with chain(tmp_path, ("evaluation",)) as (client, _):
        assert (await client.get("/v1/parts", headers={"X-Deadline-Ms": "300"})).content == b"xxxxxx"
