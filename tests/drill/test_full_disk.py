"""The disk under the whole system fills up: database, logs and seals. Writes are refused and nothing is half done, reads go on, readyz says why; once
there is room again everything goes on by itself."""

import asyncio
import collections
import contextlib
import itertools
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.stack import Stack
from tests import people

pytestmark = pytest.mark.drill

SIZE_MEGABYTES = 700
ON = {"X-Server-Date": "2025-04-01T09:00:00+08:00"}
BACK_WITHIN_SECONDS = 10.0


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own."""
    place = Path("/var/tmp") / f"kaili-full-{os.getpid()}"
    place.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MEGABYTES}m", "tmpfs", place], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        place.rmdir()
        pytest.skip("NOT TRIED: a full disk takes a small disk of its own, which takes the right to mount one (root)")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)
        place.rmdir()


def fill(disk: Path) -> None:
    """To the last byte, as a log or a backup beside us would."""
    with (disk / "ballast").open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
        for size in (1024 * 1024, 4096, 1):
            with contextlib.suppress(OSError):
                while ballast.write(b"x" * size):
                    pass


class Caller:
    def __init__(self, stack: Stack) -> None:
        self.stack, self.numbers, self.kept = stack, itertools.count(), dict[str, str]()
        self.http = httpx.Client(base_url=stack.gateway_url, timeout=60, headers={"Connection": "close"})  # a connection for each request
        self.http.headers.update({"Authorization": self.bearer("officer")} | ON)

    def bearer(self, role: str) -> str:
        secret = f"local-{role}"
        answer = self.http.post("/oauth2/token", auth=(secret, secret), data={"grant_type": "client_credentials"})
        return f"Bearer {answer.json()['access_token']}"

    def write(self) -> httpx.Response:
        body = people.trainee(next(self.numbers))
        answer = self.http.post("/v1/trainees", json=body, headers={"Idempotency-Key": body["id_number"]})
        if answer.status_code == 201:
            self.kept[body["id_number"]] = answer.json()["id"]
        return answer

    def upload(self) -> httpx.Response:
        number = next(self.numbers)
        return self.http.post("/v1/files", files={"file": (f"{number}.pdf", b"%PDF-1.7\n" + os.urandom(3_000_000), "application/pdf")})

    def token(self) -> httpx.Response:
        return self.http.post("/oauth2/token", auth=("local-officer", "local-officer"), data={"grant_type": "client_credentials"})

    def read(self) -> httpx.Response:
        return self.http.get(f"/v1/trainees/{next(iter(self.kept.values()))}")

    def list(self) -> httpx.Response:
        return self.http.get("/v1/trainees?limit=20")


def ready(stack: Stack) -> dict[str, tuple[int, str]]:
    """Of every service the status of `/readyz`, and what it says of the database."""
    found = {}
    for name, url in stack.urls.items():
        answer = httpx.get(f"{url}/readyz", timeout=10)
        found[name] = (answer.status_code, answer.json()["checks"]["database"]["status"])
    return found


def several(ask: Callable[[], httpx.Response], times: int) -> list[httpx.Response]:
    with ThreadPoolExecutor(8) as pool:
        return [each.result() for each in [pool.submit(ask) for _ in range(times)]]


def goes_on(stack: Stack, caller: Caller, disk: Path) -> None:
    """Makes room and waits; what was acknowledged is there, once, and nothing else is."""
    (disk / "ballast").unlink()
    began = time.monotonic()
    while any(status != 200 for status, _ in ready(stack).values()):
        assert time.monotonic() - began < BACK_WITHIN_SECONDS, ready(stack)
        time.sleep(0.1)
    print(f"room again: all are ready after {time.monotonic() - began:.2f} s")
    assert {answer.status_code for answer in several(caller.write, 30)} == {201}
    assert caller.http.get("/v1/trainees?limit=1&include_total=true").json()["total"] == len(caller.kept)
    answer = caller.http.get(f"{stack.urls['registry']}/v1/audit:verify", headers={"Authorization": caller.bearer("auditor")}, timeout=60)
    assert answer.json()["intact"] is True, answer.text


def test_a_full_disk_refuses_writes_serves_reads_and_is_left_without_help(disk: Path) -> None:
    (disk / "tmp").mkdir()
    with Stack(var=disk / "var", env={"TMPDIR": str(disk / "tmp")}) as stack:
        caller = Caller(stack)
        assert {answer.status_code for answer in several(caller.write, 30)} == {201}
        fill(disk)
        told: dict[str, collections.Counter[int]] = collections.defaultdict(collections.Counter)
        longest = 0.0
        for _ in range(10):
            for name, times in (("write", 15), ("upload", 2), ("read", 15), ("list", 5), ("token", 3)):
                began = time.monotonic()
                for answer in several(getattr(caller, name), times):
                    told[name][answer.status_code] += 1
                    assert answer.status_code < 400 or int(answer.headers["Retry-After"]) > 0
                longest = max(longest, time.monotonic() - began)
        print("\nfull:", {name: dict(each) for name, each in told.items()}, f"the slowest round {longest:.2f} s", ready(stack))
        assert set(told["write"]) <= {201, 503} and told["write"][503] > 100  # what there was still room for is kept
        assert set(told["upload"]) == {503} and set(told["read"]) == set(told["list"]) == set(told["token"]) == {200}
        for _ in range(5):
            assert ready(stack)["registry"] == (503, "full")
            time.sleep(0.5)
        goes_on(stack, caller, disk)


def test_a_server_whose_own_log_finds_no_room_loses_nothing(disk: Path) -> None:
    """Somebody writes past us until the server has no room for its log and ends: PostgreSQL's own last resort. Started again, it has all that was acknowledged."""
    with Stack(var=disk / "var") as stack:
        assert stack.server is not None
        caller = Caller(stack)
        assert {answer.status_code for answer in several(caller.write, 30)} == {201}
        fill(disk)
        asyncio.run(burn(stack.server.dsn("registry")))
        answers = [caller.write() for _ in range(5)]
        print("\nno room for the log:", [answer.status_code for answer in answers], ready(stack), stack.dead())
        assert {answer.status_code for answer in answers} <= {503, 504}
        (disk / "ballast").unlink()
        (disk / "ballast").touch()
        if stack.dead():
            stack.start("postgres")
        goes_on(stack, caller, disk)


async def burn(dsn: str) -> None:
    """Writes to the server's log, 16 MB a piece, and to no table."""
    with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        connection = await asyncpg.connect(dsn)
        for _ in range(400):
            await connection.execute("SELECT pg_logical_emit_message(false, 'burn', repeat('x', 1000000))")
