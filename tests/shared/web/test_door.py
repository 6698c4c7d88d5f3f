"""The door over real sockets: each limit on both sides, and who gives way to whom."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
from fastapi import APIRouter

from shared.web import Part, create_app
from shared.web.door import UNHEARD_SECONDS
from tests.conftest import Databases, settings, token
from tests.gateway.routing.upstream import serving
from tests.shared.web import papers

PATIENCE = 0.4  # what the door has here, in seconds
BARE = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


class Connection:
    """One connection, byte for byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *parts: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # refused while we were sending: the answer is there to be read
            for part in parts:
                self.writer.write(part)
                await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await self.reader.readexactly(int(headers["content-length"]))
        return int(first.split()[1]), headers, json.loads(body) if "json" in headers["content-type"] else body

    async def ask(self, *parts: bytes) -> int:
        """The status of what is answered, also where the answer comes while we are still sending."""
        answer = asyncio.create_task(self.answer())
        await self.send(*parts)
        return (await answer)[0]

    async def end(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    async def closed(self) -> bool:
        """Waits until the other side has ended it, without another word."""
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(self.reader.read(), 20) == b""
        return True


class Gate(asyncio.Event):
    """What holds `papers` at work on a request that says "slow"; it counts who waits at it."""

    waiting = 0

    async def wait(self) -> Literal[True]:
        self.waiting += 1
        return await super().wait()

    async def reached_by(self, requests: int) -> None:
        while self.waiting < requests:  # noqa: ASYNC110 (it is asked for in tests alone)
            await asyncio.sleep(0.01)


class Served:
    """The papers behind a door of their own."""

    def __init__(self, gate: Gate, url: str, connections: contextlib.AsyncExitStack) -> None:
        self.gate, self.port, self.connections = gate, int(url.rpartition(":")[2]), connections

    async def connect(self) -> Connection:
        made = Connection(*await asyncio.open_connection("127.0.0.1", self.port))
        self.connections.push_async_callback(made.end)
        return made


@contextlib.asynccontextmanager
async def behind_a_door(databases: Databases, tmp_path: Path, **changed: Any) -> AsyncIterator[Served]:
    async with (
        papers.serving(databases, tmp_path, **{"caller_seconds": 30} | changed) as service,
        serving(service.app) as url,
        contextlib.AsyncExitStack() as connections,
    ):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(papers, "slow", gate := Gate())
            yield Served(gate, url, connections)


@pytest.fixture
async def patient(databases: Databases, tmp_path: Path) -> AsyncIterator[Served]:
    async with behind_a_door(databases, tmp_path) as served:
        yield served


@pytest.fixture
async def brisk(databases: Databases, tmp_path: Path) -> AsyncIterator[Served]:
    async with behind_a_door(databases, tmp_path, caller_seconds=PATIENCE, body_bytes_per_second=1000) as served:
        yield served


def a_head(size: int) -> bytes:
    """A request whose request line and headers are so long, together."""
    begun = b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: "
    return begun + b"x" * (size - len(begun) - 4) + b"\r\n\r\n"


def a_post(body: bytes, *headers: str, path: str = "/v1/papers") -> bytes:
    said = ["Host: x", f"Authorization: Bearer {token('officer')}", "Idempotency-Key: a", "Content-Type: application/json", *headers]
    if not any(line.lower().startswith("transfer-encoding") for line in said):
        said.append(f"Content-Length: {len(body)}")
    return "\r\n".join([f"POST {path} HTTP/1.1", *said, "", ""]).encode()


@pytest.mark.parametrize(("size", "status"), [(32 * 1024, 200), (32 * 1024 + 1, 431)])
@pytest.mark.parametrize("pieces", [1, 7])
async def test_a_head_has_32_kilobytes(patient: Served, size: int, status: int, pieces: int) -> None:
    connection, head = await patient.connect(), a_head(size)
    for start in range(0, size, size // pieces + 1):
        await connection.send(head[start : start + size // pieces + 1])
        await asyncio.sleep(0.01)
    answered, headers, body = await connection.answer()
    assert answered == status
    if status == 431:
        assert (body["code"], headers["content-type"]) == ("headers_too_large", "application/problem+json")
        assert body["request_id"] == headers["x-request-id"] != "" and headers["connection"] == "close"
        assert await connection.closed()


async def test_the_next_head_on_a_connection_has_as_much_again(patient: Served) -> None:
    connection = await patient.connect()
    assert [await connection.ask(a_head(30_000)) for _ in range(3)] == [200, 200, 200]


async def test_requests_sent_ahead_are_each_measured_by_themselves(patient: Served) -> None:
    connection = await patient.connect()
    await connection.send(a_head(9_000) * 20)
    assert [(await connection.answer())[0] for _ in range(20)] == [200] * 20


async def test_an_endless_header_is_refused_before_it_is_read(patient: Served) -> None:
    connection, began = await patient.connect(), time.monotonic()
    assert await connection.ask(b"GET / HTTP/1.1\r\nX-Long: ", *[b"x" * 1_000_000] * 40) == 431
    assert time.monotonic() - began < 15


async def test_trailers_and_chunk_extensions_have_no_more_room_than_headers(patient: Served) -> None:
    for endless in (b"0\r\nX-Long: ", b"5;x="):
        connection = await patient.connect()
        assert await connection.ask(a_post(b"", "Transfer-Encoding: chunked"), endless, *[b"x" * 1_000_000] * 10) == 431


async def test_a_trailer_is_no_header(patient: Served) -> None:
    connection = await patient.connect()
    head = a_post(b"", "Transfer-Encoding: chunked").replace(b"Idempotency-Key: a\r\n", b"")
    await connection.send(head, b'12\r\n{"words": "early"}\r\n0\r\nIdempotency-Key: late\r\n\r\n')
    status, _, body = await connection.answer()
    assert (status, body["code"]) == (400, "idempotency_key_required")
    assert await connection.ask(BARE) == 200


async def test_an_answer_that_is_not_taken_ends_the_connection(brisk: Served) -> None:
    """Whoever asks and asks and never reads holds neither memory nor a place."""
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(deaf, ("127.0.0.1", brisk.port))
        asked = b"GET /v1/problems?limit=200 HTTP/1.1\r\nHost: x\r\n\r\n"
        with pytest.raises(ConnectionError):
            for _ in range(2_000):
                await asyncio.wait_for(loop.sock_sendall(deaf, asked), 20)
                await asyncio.sleep(PATIENCE / 20)


@pytest.mark.parametrize(
    "said",
    [b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET http://x HTTP/1.1\r\nHost: x\r\n\r\n",
     "GET /早 HTTP/1.1\r\nHost: x\r\n\r\n".encode()],
)  # fmt: skip
async def test_what_is_no_request_is_a_problem_like_others(patient: Served, said: bytes) -> None:
    connection = await patient.connect()
    await connection.send(said)
    status, headers, body = await connection.answer()
    assert (status, body["code"], headers["content-type"]) == (400, "unreadable", "application/problem+json")
    assert await connection.closed()


async def test_an_offer_of_another_protocol_is_answered_in_this_one(patient: Served) -> None:
    for offered in (b"websocket", b"h2c"):
        connection = await patient.connect()
        asked = BARE.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: " + offered + b"\r\nSec-WebSocket-Key: x\r\n\r\n")
        assert await connection.ask(asked) == 200


@pytest.mark.parametrize("said", [b"", b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["nothing", "half-a-head"])
async def test_a_head_that_does_not_come_in_time_is_refused(brisk: Served, said: bytes) -> None:
    began, connection = time.monotonic(), await brisk.connect()
    await connection.send(said)
    status, headers, body = await connection.answer()
    assert (status, body["code"], body["request_id"]) == (408, "request_timeout", headers["x-request-id"])
    assert time.monotonic() - began >= PATIENCE
    assert await connection.closed()


async def test_a_head_dripping_in_is_not_coming_in(brisk: Served) -> None:
    connection = await brisk.connect()

    async def drip() -> None:
        await connection.send(b"GET /livez HTTP/1.1\r\nX-Slow: ")
        while not connection.reader.at_eof():
            await connection.send(b"x")
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    assert (await connection.answer())[0] == 408
    dripping.cancel()


async def test_a_connection_kept_for_a_next_request_ends_without_a_word(brisk: Served) -> None:
    connection = await brisk.connect()
    assert await connection.ask(BARE) == 200
    assert await connection.closed()


async def test_a_body_that_stops_coming_is_refused(brisk: Served) -> None:
    connection = await brisk.connect()
    await connection.send(a_post(b"x" * 100_000), b"x" * 50_000)
    status, _, body = await connection.answer()
    assert (status, body["code"]) == (408, "request_timeout")
    assert await connection.closed()


async def test_a_slow_body_at_the_least_rate_has_all_the_time_it_needs(brisk: Served) -> None:
    body = json.dumps({"words": "slow but honest", "code": "a" + " " * 2000}).encode()
    began, connection = time.monotonic(), await brisk.connect()
    await connection.send(a_post(body))
    for start in range(0, len(body), 200):  # 200 bytes where 80 were enough
        await connection.send(body[start : start + 200])
        await asyncio.sleep(PATIENCE / 5)
    assert (await connection.answer())[0] == 201
    assert time.monotonic() - began > 2 * PATIENCE


async def test_the_time_in_which_we_do_not_read_is_not_the_caller_s(brisk: Served) -> None:
    """What a slow neighbour costs is not the caller's fault; neither is a request sent ahead that waits for its turn."""
    connection = await brisk.connect()
    slow = json.dumps({"words": "slow"}).encode()
    await connection.send(a_post(slow), slow, a_post(b"x" * 300_000, path="/v1/papers/x"), b"x" * 150_000)
    await asyncio.sleep(3 * PATIENCE)
    brisk.gate.set()
    assert (await connection.answer())[0] == 201


async def test_a_request_that_is_served_takes_as_long_as_it_takes(brisk: Served) -> None:
    connection = await brisk.connect()
    slow = json.dumps({"words": "slow"}).encode()
    await connection.send(a_post(slow), slow)
    await asyncio.sleep(3 * PATIENCE)
    brisk.gate.set()
    assert (await connection.answer())[0] == 201


async def test_a_body_that_was_answered_before_it_was_read_leaves_the_connection_in_order(patient: Served) -> None:
    connection = await patient.connect()
    early = a_post(b"x" * 3_000_000).replace(b"Authorization", b"X-Nothing")
    for _ in range(2):
        assert await connection.ask(early, b"x" * 3_000_000) == 401
    assert await connection.ask(BARE) == 200


async def test_a_body_that_was_answered_is_not_read_for_ever(brisk: Served) -> None:
    connection = await brisk.connect()
    assert await connection.ask(a_post(b"x" * 100_000).replace(b"Authorization", b"X-Nothing"), b"x" * 10_000) == 401
    assert await connection.closed()


async def test_whoever_has_waited_longest_gives_way(databases: Databases, tmp_path: Path) -> None:
    async with behind_a_door(databases, tmp_path, connections_at_most=3) as served:
        half, idle, latest = [await served.connect() for _ in range(3)]
        await half.send(b"GET /livez HTTP/1.1\r\n")
        await asyncio.sleep(0.05)  # a loop's time has steps of a millisecond, within which nobody has waited longer
        assert await idle.ask(BARE) == 200
        assert await latest.ask(BARE) == 200
        await asyncio.sleep(2 * UNHEARD_SECONDS)
        newcomer = await served.connect()
        assert await newcomer.ask(BARE) == 200
        assert await half.closed()
        assert [await each.ask(BARE) for each in (idle, latest, newcomer)] == [200, 200, 200]


async def test_of_many_that_come_at_once_those_without_a_place_are_told(databases: Databases, tmp_path: Path) -> None:
    async with behind_a_door(databases, tmp_path, connections_at_most=10) as served:
        statuses = await asyncio.gather(*[(await served.connect()).ask(BARE) for _ in range(15)])
        assert sorted(statuses) == [200] * 10 + [503] * 5


async def test_whoever_is_being_served_does_not_give_way(databases: Databases, tmp_path: Path) -> None:
    async with behind_a_door(databases, tmp_path, connections_at_most=2) as served:
        slow = json.dumps({"words": "slow"}).encode()
        busy = [await served.connect() for _ in range(2)]
        for number, connection in enumerate(busy):
            await connection.send(a_post(slow, f"Idempotency-Key: {number}").replace(b"Idempotency-Key: a\r\n", b""), slow)
        await served.gate.reached_by(2)
        newcomer = await served.connect()
        status, headers, body = await newcomer.answer()
        assert (status, body["code"], headers["retry-after"]) == (503, "overloaded", "1")
        served.gate.set()
        assert [(await each.answer())[0] for each in busy] == [201, 201]


async def test_what_fails_leaves_the_connection_in_order(tmp_path: Path) -> None:
    """The server cuts the connection of an application that raises: whoever asks next on it would be told of a failure that is not theirs."""
    broken = APIRouter()

    @broken.post("/v1/broken")
    async def fail() -> None:
        raise RuntimeError("nobody foresaw this")

    app = create_app(Part("papers", "Papers", [broken]), settings("postgresql+asyncpg://nobody@127.0.0.1:1/none", tmp_path))
    async with serving(app) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        connection = Connection(reader, writer)
        await connection.send(a_post(b"", path="/v1/broken"))
        status, headers, body = await connection.answer()
        assert (status, body["code"], body["request_id"]) == (500, "internal", headers["x-request-id"])
        assert [await connection.ask(BARE) for _ in range(2)] == [200, 200]
        await connection.end()


async def test_a_body_dripping_in_is_not_coming_in(brisk: Served) -> None:
    connection = await brisk.connect()

    async def drip() -> None:
        await connection.send(a_post(b"x" * 10_000))
        while not connection.reader.at_eof():
            await connection.send(b"x")
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    assert (await connection.answer())[0] == 408
    dripping.cancel()
