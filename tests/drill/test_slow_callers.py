"""Callers who send slowly, without end, or all at once, against a whole system with the limits it runs with: what becomes of them, and that nobody else notices."""

import asyncio
import collections
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack
from shared.settings import Settings

pytestmark = [pytest.mark.drill, pytest.mark.alone]

SLOW = 300
AT_ONCE = 500
HEAD_SECONDS = Settings.model_fields["caller_seconds"].default
PLACES = Settings.model_fields["requests_at_most"].default // 2  # for one service: the other half is left to the others
CONNECTIONS = Settings.model_fields["connections_at_most"].default
OTHERS_WAIT_SECONDS = 1.0
MB = 1_000_000
BARE = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(database_settings=FAST_SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def read(stack: Stack) -> bytes:
    """An officer's ordinary reading, as it goes over the wire."""
    asked = httpx.post(f"{stack.gateway_url}/oauth2/token", data={"grant_type": "client_credentials"}, auth=("local-officer",) * 2)
    return BARE.replace(b"/livez", b"/v1/trainees?limit=1").replace(
        b"Host: x", f"Host: x\r\nAuthorization: Bearer {asked.json()['access_token']}".encode()
    )


@dataclass
class Told:
    """What a connection was answered, and after how long: 0 where it was cut without a word."""

    status: int
    seconds: float


@dataclass
class Others:
    """What everyone else saw meanwhile."""

    waited: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


async def ask(port: int, *parts: bytes, rest_after: float = 0.0) -> Told:
    """Sends the parts on a connection of its own, some seconds apart, and waits for the answer."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(rest_after)

    sending = asyncio.create_task(send())
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n"), 120)
        return Told(int(head.split()[1]), time.monotonic() - began)
    except (asyncio.IncompleteReadError, ConnectionError):
        return Told(0, time.monotonic() - began)
    finally:
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await sending
        writer.close()


@contextlib.asynccontextmanager
async def meanwhile(port: int, *requests: bytes) -> AsyncIterator[Others]:
    """Goes on asking, each on a new connection, until the block ends."""
    others, over = Others(), asyncio.Event()

    async def go_on() -> None:
        while not over.is_set():
            for request in requests:
                told = await ask(port, request)
                others.waited.append(told.seconds)
                others.refused += [told.status] * (told.status != 200)
            await asyncio.sleep(0.1)

    going_on = asyncio.create_task(go_on())
    try:
        yield others
    finally:
        over.set()
        await going_on


def nobody_noticed(others: Others) -> None:
    assert others.refused == [] and len(others.waited) >= 2
    assert max(others.waited) < OTHERS_WAIT_SECONDS


@pytest.mark.parametrize("service", ["gateway", "registry"])
async def test_three_hundred_half_heads_are_refused_in_time(stack: Stack, read: bytes, service: str) -> None:
    port = stack.ports[service]
    async with meanwhile(port, BARE, read) as others:
        told = await asyncio.gather(*(ask(port, b"GET / HTTP/1.1\r\nX-Slow: ", *[b"x"] * 30, rest_after=1.0) for _ in range(SLOW)))
    assert {each.status for each in told} == {408}
    assert all(HEAD_SECONDS <= each.seconds < HEAD_SECONDS + 5 for each in told)
    nobody_noticed(others)


async def test_bodies_that_do_not_end_are_refused_in_time(stack: Stack, read: bytes) -> None:
    """Both those that stop and those that drip, before and after whoever sends them is known."""
    port, token = stack.ports["gateway"], read.partition(b"Authorization")[2].partition(b"\r\n")[0]
    heads = [
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15000\r\n\r\n",
        b"POST /v1/trainees HTTP/1.1\r\nHost: x\r\nAuthorization"
        + token
        + b"\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n",
        b"POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization"
        + token
        + b"\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n",
    ]
    async with meanwhile(port, BARE, read) as others:
        stopping = [ask(port, heads[number % 3], b"1\r\nx\r\n") for number in range(60)]
        dripping = [ask(port, heads[number % 3], *[b"1\r\nx\r\n"] * 75, rest_after=1.0) for number in range(60)]
        told = await asyncio.gather(*stopping, *dripping)
    assert {each.status for each in told} == {408}
    assert max(each.seconds for each in told) < 30
    nobody_noticed(others)


async def test_a_slow_but_honest_upload_arrives(stack: Stack, read: bytes) -> None:
    """A file at some 40 KB a second, for longer than the time of a head."""
    token = read.partition(b"Authorization")[2].partition(b"\r\n")[0]
    head = (
        b"POST /v1/trainees HTTP/1.1\r\nHost: x\r\nAuthorization"
        + token
        + b"\r\nContent-Type: application/json\r\nContent-Length: 600000\r\n\r\n"
    )
    told = await ask(stack.ports["gateway"], head, *[b" " * 20_000] * 30, rest_after=0.5)
    assert told.status == 400 and told.seconds > HEAD_SECONDS  # all of it was read, and it is no JSON


async def test_an_endless_header_is_refused_at_its_32nd_kilobyte(stack: Stack, read: bytes) -> None:
    port = stack.ports["gateway"]
    async with meanwhile(port, BARE, read) as others:
        told = await ask(port, b"GET / HTTP/1.1\r\nX-Long: ", *[b"x" * MB] * 400)
        await asyncio.sleep(0.5)
    assert told.status == 431 and told.seconds < OTHERS_WAIT_SECONDS
    nobody_noticed(others)


async def test_megabytes_of_unknown_members_hold_nobody_up(stack: Stack, read: bytes) -> None:
    port, token = stack.ports["gateway"], read.partition(b"Authorization")[2].partition(b"\r\n")[0]
    body = b"{" + b",".join(b'"k%d":1' % number for number in range(300_000)) + b"}"
    kind = b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with meanwhile(port, BARE, read) as others:
        anyone = [ask(port, b"POST /v1/sessions HTTP/1.1\r\nHost: x" + kind, body) for _ in range(5)]
        officer = [ask(port, b"POST /v1/trainees HTTP/1.1\r\nHost: x\r\nAuthorization" + token + kind, body) for _ in range(5)]
        told = await asyncio.gather(*anyone, *officer)
    assert {each.status for each in told} == {413}
    nobody_noticed(others)


async def test_more_connections_than_there_are_places_leave_room_for_the_next(stack: Stack, read: bytes) -> None:
    port = stack.ports["gateway"]
    async with meanwhile(port, BARE, read) as others:
        slow = []
        for number in range(CONNECTIONS + SLOW):
            slow.append(asyncio.create_task(ask(port, b"GET / HTTP/1.1\r\nX-Slow: ")))
            await asyncio.sleep(0.005 if number % 10 else 0.05)
        told = await asyncio.gather(*slow)
    counted = collections.Counter(each.status for each in told)
    assert counted.keys() <= {0, 408} and counted[0] >= SLOW  # who had waited longest gave way
    nobody_noticed(others)


async def test_five_hundred_at_once_are_served_or_told_at_once_to_come_again(stack: Stack, read: bytes) -> None:
    port = stack.ports["gateway"]
    async with meanwhile(port, BARE) as others:
        told = await asyncio.gather(*(ask(port, read) for _ in range(AT_ONCE)))
    counted = collections.Counter(each.status for each in told)
    assert counted.keys() <= {200, 503} and counted[200] > AT_ONCE / 4  # on an idle machine all that may be at work at once, 256
    assert max(each.seconds for each in told) < 11
    nobody_noticed(others)
    assert {(await ask(port, read)).status for _ in range(5)} == {200}


@pytest.mark.parametrize("many", [64, PLACES])
async def test_as_many_as_there_are_places_for_are_all_served(stack: Stack, read: bytes, many: int) -> None:
    told = await asyncio.gather(*(ask(stack.ports["gateway"], read) for _ in range(many)))
    assert {each.status for each in told} == {200}
