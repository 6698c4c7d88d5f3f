"""Something else answers where a service should: every request has an answer of ours soon, and what is merged says what is missing. Real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx

from shared import db
from tests.conftest import Service, Start, token
from tests.gateway.routing.upstream import free_port, serving

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
NAMES = ("registry", "subsidy", "evaluation", "eastwest")


class Rubbish:
    """Answers every request with the same bytes: once, or without end where `endless` are given too, and then says nothing more."""

    def __init__(self) -> None:
        self.said, self.endless, self.ends = b"", b"", False

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                if b"content-length: " in head:
                    await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r")[0]))
                writer.write(self.said)
                while self.endless and not writer.is_closing():
                    writer.write(self.endless)
                    await writer.drain()
                if self.ends:
                    break
        writer.close()


@contextlib.asynccontextmanager
async def astray(start: Start, seconds: float = 20) -> AsyncIterator[tuple[Service, Rubbish, httpx.AsyncClient]]:
    """A gateway whose services are none."""
    rubbish, port = Rubbish(), free_port()
    urls = {f"{name}_url": f"http://127.0.0.1:{port}" for name in NAMES}
    async with (
        await asyncio.start_server(rubbish, "127.0.0.1", port),
        start("gateway", **urls, deadline_seconds=1.5 * seconds, neighbour_timeout_seconds=seconds) as gateway,
        serving(gateway.app) as address,
        httpx.AsyncClient(base_url=address, timeout=60, limits=FRESH) as client,
    ):
        yield gateway, rubbish, client
        for neighbour in gateway.kernel.neighbours.values():
            await neighbour.close()


FRESH = httpx.Limits(max_keepalive_connections=0)  # a kept one that the server ends just then would be the caller's own fault
RUBBISH = {
    "bytes": (b"\x00\xff\xfe\x01\r\n\r\n", b"", False),
    "another-protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", b"", False),
    "no-such-version": (b"HTTP/7.3 200 OK\r\n\r\n", b"", False),
    "nothing": (b"", b"", True),
    "a-number-of-bytes-that-is-none": (JSON + b"Content-Length: many\r\n\r\n{}", b"", False),
    "fewer-bytes-than-it-says": (JSON + b'Content-Length: 500\r\n\r\n{"items": [', b"", True),
    "two-lengths": (JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", b"", False),
    "chunks-that-are-none": (JSON + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n", b"", False),
    "a-header-without-end": (JSON + b"X: ", b"a" * 65536, False),
    "headers-without-end": (JSON, b"X: y\r\n" * 1000, False),
    "continue-without-end": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, False),
}
ANSWERS = {
    "a-page": b"<html>It works!</html>",
    "half": b'{"items": [',
    "no-unicode": b'{"items": "\xff"}',
    "null": b"null",
    "a-list": b"[1]",
    "a-number": b"7",
    "an-empty-object": b"{}",
    "members-of-other-types": b'{"items": 7, "paths": 7, "checks": 7, "components": [], "counts": 7, "next": 7, "next_cursor": [], "head": "x"}',
}


async def holds(gateway: Service, client: httpx.AsyncClient, *, passes: bool) -> None:
    """What passes through is a problem unless it could be an answer (then it is the service's own); what is merged is whole JSON, and says what it lacks."""
    for neighbour in gateway.kernel.neighbours.values():
        neighbour.breaker.failures = 0

    async def ask(path: str, role: str = "officer") -> httpx.Response:
        return await client.get(path, headers={"Authorization": f"Bearer {token(role)}"})

    async def passed(path: str) -> None:
        answer = await ask(path)
        if passes:
            assert answer.status_code == 200
        else:
            assert answer.status_code in (502, 503, 504) and answer.json()["code"] in ("upstream_failed", "unavailable", "upstream_timeout")
            assert answer.status_code == 502 or answer.headers["retry-after"]

    async def merged(path: str, role: str) -> None:
        answer = await ask(path, role)
        assert (answer.status_code, answer.json().get("complete")) == (200, False), (path, answer.text)

    async def own(path: str) -> None:
        assert (await ask(path)).status_code == 200, path

    async def ready() -> None:
        answer = await ask("/readyz")
        assert answer.status_code == 200 or answer.json()["checks"]["database"]["status"] != "ok", answer.text

    overview = f"/v1/trainees/{db.new_id()}/overview"

    async def latest() -> None:
        answer = await ask("/v1/changes?after=latest", "auditor")  # an end that nobody has ever seen is not made up
        assert answer.status_code in (502, 503, 504) and answer.json()["code"] in ("upstream_failed", "unavailable", "upstream_timeout")

    checks = (merged("/v1/audit:verify", "auditor"),) if passes else ()  # for which half a minute is waited
    await asyncio.gather(
        *(passed(path) for path in ("/v1/trainees", "/v1/claims")),
        *(merged(path, "officer") for path in ("/v1/worklist", "/v1/plans/kaili-2024/progress", "/v1/problems", overview)),
        *(merged(path, "auditor") for path in ("/v1/changes", "/v1/audit")),
        *(own(path) for path in ("/v1/codes", "/openapi.json", "/v1/me")),
        ready(),
        latest(),
        *checks,
    )


async def test_what_is_no_http_is_a_problem_and_never_a_hang(start: Start) -> None:
    async with astray(start, seconds=0.3) as (gateway, rubbish, client):
        for rubbish.said, rubbish.endless, rubbish.ends in RUBBISH.values():
            await holds(gateway, client, passes=False)


async def test_what_is_no_answer_of_ours_is_missing_where_it_should_be_merged(start: Start) -> None:
    async with astray(start) as (gateway, rubbish, client):
        for body in ANSWERS.values():
            rubbish.said = JSON + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
            await holds(gateway, client, passes=True)


async def test_what_follows_an_answer_is_never_taken_for_the_next(start: Start) -> None:
    async with astray(start) as (_, rubbish, client):
        one = JSON + b"Content-Length: 2\r\n\r\n{}"
        rubbish.said = one + one.replace(b"{}", b"[]")
        assert {(await client.get("/v1/claims")).text for _ in range(10)} == {"{}"}


async def test_an_answer_without_end_is_given_up_and_not_kept(start: Start) -> None:
    async with astray(start, seconds=600) as (_, rubbish, client):
        rubbish.said, rubbish.endless = JSON + b"\r\n", b"[" * 65536
        answer = await client.get("/v1/audit", headers={"Authorization": f"Bearer {token('auditor')}"})
        assert answer.json()["complete"] is False
