"""How a process ends, and how another takes its place: on a real port, without cutting off anybody who has called."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvicorn

from shared.web.serving import SERVER, Serving, bound
from tests.conftest import Databases, Service
from tests.gateway.routing.upstream import free_port
from tests.shared.web import papers

REQUEST = b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n"
WITHIN_SECONDS = 30


class Told(Serving):
    """Serves until it is told to end; `meanwhile` is done just before it does, so that the loop does not turn between the two."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.heard, self.told = asyncio.Event(), asyncio.Event()
        self.meanwhile: Callable[[], None] = lambda: None

    async def main_loop(self) -> None:
        self.heard.set()
        await self.told.wait()
        self.meanwhile()


@contextlib.asynccontextmanager
async def listening(service: Service, port: int) -> AsyncIterator[tuple[Told, asyncio.Task[None]]]:
    """A server on the port, and the task that ends when it has ended."""
    server = Told(uvicorn.Config(service.app, lifespan="off", **SERVER))
    with bound("127.0.0.1", port) as heard_at:
        task = asyncio.create_task(server.serve([heard_at]))
        await asyncio.wait_for(server.heard.wait(), WITHIN_SECONDS)
        try:
            yield server, task
        finally:
            server.force_exit = True
            server.told.set()
            await task


@contextlib.asynccontextmanager
async def calling(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_SECONDS)
    length = next(int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    await reader.readexactly(length)
    return head.lower()


async def nobody_listens(port: int) -> None:
    async with asyncio.timeout(WITHIN_SECONDS):
        with contextlib.suppress(ConnectionRefusedError):
            while True:
                async with calling(port):
                    await asyncio.sleep(0.01)


async def test_told_to_end_it_answers_on_a_kept_connection_once_more_and_says_that_it_is_the_last_time(
    databases: Databases, tmp_path: Path
) -> None:
    port = free_port()
    async with papers.serving(databases, tmp_path, drain_seconds=WITHIN_SECONDS) as service, listening(service, port) as (server, task):
        async with calling(port) as (reader, writer):
            writer.write(REQUEST)
            assert b"connection: close" not in await answer(reader)
            server.told.set()
            await nobody_listens(port)
            assert not task.done()
            writer.write(REQUEST)
            assert b"connection: close" in await answer(reader)
            assert await reader.read() == b""
        await asyncio.wait_for(asyncio.shield(task), WITHIN_SECONDS)


async def test_nobody_who_says_nothing_is_waited_for_without_end(databases: Databases, tmp_path: Path) -> None:
    port = free_port()
    async with papers.serving(databases, tmp_path, drain_seconds=0) as service, listening(service, port) as (server, task):
        async with calling(port) as (reader, writer):
            writer.write(REQUEST)
            await answer(reader)
            server.told.set()
            assert await asyncio.wait_for(reader.read(), WITHIN_SECONDS) == b""
        await asyncio.wait_for(asyncio.shield(task), WITHIN_SECONDS)


async def test_whoever_has_knocked_when_the_port_is_closed_is_let_in(databases: Databases, tmp_path: Path) -> None:
    port, knocked = free_port(), list[socket.socket]()

    def knock() -> None:
        knocked.extend(socket.create_connection(("127.0.0.1", port)) for _ in range(20))

    async with papers.serving(databases, tmp_path, drain_seconds=WITHIN_SECONDS) as service, listening(service, port) as (server, task):
        server.meanwhile = knock
        server.told.set()
        await nobody_listens(port)
        for each in knocked:
            reader, writer = await asyncio.open_connection(sock=each)
            writer.write(REQUEST)
            assert b" 200 " in await answer(reader)
            writer.transport.abort()
        await asyncio.wait_for(asyncio.shield(task), WITHIN_SECONDS)


async def test_a_port_is_shared_only_with_who_is_to_be_replaced(databases: Databases, tmp_path: Path) -> None:
    port = free_port()
    async with papers.serving(databases, tmp_path) as service, listening(service, port):
        with pytest.raises(OSError, match="Address already in use"):
            bound("127.0.0.1", port)
        bound("127.0.0.1", port, beside=True).close()


async def test_whoever_is_ending_sends_load_balancers_elsewhere(databases: Databases, tmp_path: Path) -> None:
    async with papers.serving(databases, tmp_path) as service:
        assert (await service.as_("public").get("/livez")).status_code == 200
        service.kernel.stopping.set()
        said = await service.as_("public").get("/readyz")
        assert said.status_code == 503
        assert said.json()["checks"] == {"stopping": {"status": "unavailable"}}
