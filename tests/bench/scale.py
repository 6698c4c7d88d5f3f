"""`make bench-scale`: what a million enrolments do to everything that is asked for. A city of ten thousand enrolments and one of a million (`BENCH_ROWS`, with
three tenths as many trainees) are served side by side and asked the same in turn, so that a machine whose speed drifts treats both alike.

Of each thing asked for it prints the median time of a request, and what the databases took for one: milliseconds and pages read. At the end stands what
costs more than 1.3 times as much in the large city, what could not be asked for, and which indexes nothing used. `BENCH_ONLY` measures paths with this text alone.
With `VAR_DIR` the filled cities stay there and are used again.
"""

import asyncio
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from rich.console import Console

from deploy.demo import __main__ as demo
from deploy.demo.main_job import Job
from deploy.demo.words import Words
from deploy.places import throwaway_folder
from deploy.stack import Stack
from shared.keeping import SEALER
from tests import people
from tests.bench import claims, filling, listings
from tests.bench.comparing import Seen, show
from tests.bench.filling import Filled
from tests.bench.listings import Case

ROWS, FEW = int(os.environ.get("BENCH_ROWS", "1000000")), 10_000
ONLY = os.environ.get("BENCH_ONLY", "")
TRAINEES_AN_ENROLMENT = 0.3
SECONDS, ROUNDS = 0.12, 5
MEMBERS, CLAIMS_BEFORE, CLAIMS, LOOKED_UP, BATCH = 50, 4, 12, 100, 200
FIRST = 3_000_000  # of the people registered here
BOARD = "/v1/plans/kaili-2024/progress?as_of=2025-12-31"
FREE_GIGABYTES = 15
FILLED = "filled.json"  # in a city's folder: how full it is, and which papers are asked for
SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_planning": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "wal_keep_size": "0",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
COST = "SELECT sum(total_exec_time + total_plan_time), sum(shared_blks_hit + shared_blks_read) FROM pg_stat_statements"
WORN = "SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > 50 + n_live_tup / 5"  # what autovacuum, which is off here, would have seen to
FOLDED = "SELECT relname FROM pg_stat_user_tables WHERE relname LIKE '%\\_tally'"  # filled at once, they hold mostly the room of rows folded since
UNUSED = """
    SELECT relname || '.' || indexrelname FROM pg_stat_user_indexes JOIN pg_index USING (indexrelid)
    WHERE idx_scan = 0 AND NOT indisunique AND pg_relation_size(indexrelid) > 1000000 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class City:
    """A system that runs, who is signed in, and how full it is. `watching` asks its database server what statements cost."""

    stack: Stack
    job: Job
    roles: dict[str, httpx.Client]
    filled: Filled
    watching: asyncpg.Connection


class NotAnswered(Exception):
    """What was asked for, and what came instead."""


Ask = Callable[[City], Any]


def main() -> int:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 170)
    kept = os.environ.get("VAR_DIR")
    place = Path(kept or tempfile.gettempdir())
    place.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(place).free < FREE_GIGABYTES << 30:
        console.print(f"{place}: 需要 {FREE_GIGABYTES} GB 空间(VAR_DIR 可指定别处)")
        return 1
    if kept:
        return asyncio.run(_compare(console, place))
    with throwaway_folder("kaili-scale-") as var:
        var.chmod(0o755)
        return asyncio.run(_compare(console, var))


async def _compare(console: Console, var: Path) -> int:
    with _stack(var / f"city-{FEW}") as one, _stack(var / f"city-{ROWS}") as other:
        small, large = await _city(one, FEW, console), await _city(other, ROWS, console)
        few, left = await _cases(small)
        many, more_left = await _cases(large)
        by_name = {each.what: each for each in many}
        seen: dict[str, tuple[Seen, Seen]] = {}
        for case in few:
            if case.what in by_name and ONLY in case.what:
                try:
                    seen[case.what] = await _side_by_side(_getting(small, case), _getting(large, by_name[case.what]), small, large)
                except NotAnswered as error:
                    left.append(str(error))
        for what, ask in _work().items():
            if ONLY not in what:
                continue
            seen[what] = await _side_by_side(partial(ask, small), partial(ask, large), small, large)
        seen |= {} if ONLY else await _claims(small, large)
        show(console, seen, [f"{city.filled.rows['registry.enrolments']:,}" for city in (small, large)])
        unmeasured = sorted({*left, *more_left, *(each.what for each in (*few, *many) if each.what not in by_name)})
        if not ONLY or left:
            console.print("没有量到 not measured:", *unmeasured, sep="\n  ")
        await asyncio.sleep(2)  # what a connection has used it tells a second later
        unused = await _unused(large)
        console.print("没有用到的索引 indexes that nothing used:", *unused, sep="\n  ")
        console.print(f"机器负荷 load: {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
        for city in (small, large):
            await city.watching.close()
            city.job.__exit__()
    return 0


def _stack(var: Path) -> Stack:
    """A city that was filled here before is used again; one whose filling was broken off is not."""
    if not (var / FILLED).exists():
        shutil.rmtree(var, ignore_errors=True)
    return Stack(var, database_settings=SETTINGS)


async def _city(stack: Stack, enrolments: int, console: Console) -> City:
    """The demonstration played, a class of fifty held beside it, and all of it copied until the city is so large."""
    job = Job(stack.gateway_url, patience_seconds=60)
    kept = stack.var / FILLED
    if kept.exists():
        stack.kill(SEALER)
    else:
        await asyncio.to_thread(_play, job)
        stack.kill(SEALER)  # a trail that was copied is no trail
        filled = await filling.fill(stack, enrolments, int(enrolments * TRAINEES_AN_ENROLMENT), console.print)
        papers = {name: said for name, said in vars(job).items() if isinstance(said, str)}
        school = {"client_id": job.school.client_id, "client_secret": job.school.client_secret}
        kept.write_text(json.dumps({"papers": papers, "school": school, "filled": asdict(filled)}))
    said = json.loads(kept.read_text())
    filled, job.school = Filled(**said["filled"]), job.person(**said["school"])
    vars(job).update(said["papers"])
    counts = {
        name: filled.rows[name]
        for name in ("registry.enrolments", "registry.trainees", "registry.attendance", "subsidy.claim_lines", "evaluation.certificates")
    }
    console.print(f"{', '.join(f'{name} {count:,}' for name, count in counts.items())}: {filled.seconds:.0f} s, {filled.megabytes:,} MB")
    assert stack.server is not None
    watching = await asyncpg.connect(stack.server.dsn())
    await watching.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    town = job.client("镇", "town", region_code="522601100")
    who = {
        "officer": job.officer,
        "school": job.school,
        "town": town,
        "finance": job.finance,
        "auditor": job.local("auditor"),
        "admin": job.admin,
    }
    roles = {role: _signed_in(stack, person) for role, person in who.items()}
    for service in filling.SERVICES:
        async with filling.connected(stack, service) as connection:
            for (table,) in await connection.fetch(WORN):
                await connection.execute(f'VACUUM ANALYZE "{table}"')
            for (table,) in await connection.fetch(FOLDED):
                await connection.execute(f'VACUUM (FULL, ANALYZE) "{table}"')
    await asyncio.to_thread(_wait_until_ready, roles["officer"])
    return City(stack, job, roles, filled, watching)


def _play(job: Job) -> None:
    quiet, words = Console(quiet=True), Words(job, on="2025-01-06")
    for play in (demo.play, demo.play_the_certificates, demo.play_the_placements):
        play(job, quiet, words)
    claims.complete_a_class(job, MEMBERS, FIRST)
    claims.time_claims(job, MEMBERS, CLAIMS_BEFORE)
    job.school.act(job.claim, "withdraw", on=claims.ON)


def _wait_until_ready(officer: httpx.Client) -> None:
    """Whoever noticed that the databases were busy with being filled has noticed that they no longer are, and the document says all there is."""
    for path in ("/v1/trainees", "/v1/claims", "/v1/certificates", "/v1/placements"):
        while officer.get(f"{path}?limit=1").status_code != 200 or path not in officer.get("/openapi.json").json()["paths"]:
            time.sleep(0.5)


def _signed_in(stack: Stack, person: Any) -> httpx.Client:
    """Whoever asks for longer than a token lives is given another meanwhile."""

    def sign(request: httpx.Request) -> httpx.Request:
        request.headers.update(person.authorization())
        return request

    return httpx.Client(base_url=stack.gateway_url, timeout=60, headers={"X-Server-Date": "2025-12-31T09:00:00+08:00"}, auth=sign)


async def _cases(city: City) -> tuple[list[Case], list[str]]:
    return await listings.cases(city.stack, city.roles["admin"].get("/openapi.json").json(), city.roles, ONLY)


def _getting(city: City, case: Case) -> Callable[[], Any]:
    http = city.roles[case.role]

    def get() -> None:
        answer = http.get(case.path)
        if answer.status_code != 200:
            raise NotAnswered(f"{case.what} ({case.path}): {answer.status_code} {answer.text[:300]}")

    return get


async def _side_by_side(of_small: Callable[[], Any], of_large: Callable[[], Any], small: City, large: City) -> tuple[Seen, Seen]:
    """The same asked of both in turn."""
    took: tuple[list[float], list[float]] = ([], [])
    cost: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for ask in (of_small, of_large):
        await asyncio.to_thread(ask)
    for _ in range(ROUNDS):
        for city, ask, times, costs in zip((small, large), (of_small, of_large), took, cost, strict=True):
            await city.watching.execute("SELECT pg_stat_statements_reset()")
            found = await asyncio.to_thread(_timed, ask)
            spent = await city.watching.fetchrow(COST)
            times.extend(found)
            costs.append((float(spent[0] or 0) / len(found), float(spent[1] or 0) / len(found)))
    one, other = (
        Seen(statistics.median(times), min(each for each, _ in costs), min(each for _, each in costs))
        for times, costs in zip(took, cost, strict=True)
    )
    return one, other


def _timed(ask: Callable[[], Any]) -> list[float]:
    """Milliseconds of each, for as long as a round lasts, once at least."""
    took: list[float] = []
    until = time.perf_counter() + SECONDS
    while not took or time.perf_counter() < until:
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return took


def _work() -> dict[str, Ask]:
    """What is asked for all day and is no list; each answers for one city."""
    serial = iter(range(FIRST + random.randrange(1_000, 800_000), FIRST + 900_000))  # a city that is used again knows those of last time

    def post(path: str, role: str, body: Callable[[City], Any]) -> Ask:
        def ask(city: City) -> None:
            answer = city.roles[role].post(path.format(job=city.job), json=body(city), headers={"Idempotency-Key": str(next(serial))})
            assert answer.status_code < 300, answer.text

        return ask

    def get(path: str) -> Ask:
        def ask(city: City) -> None:
            answer = city.roles["officer"].get(path.format(job=city.job))
            assert answer.status_code == 200, answer.text

        return ask

    def some(number: int) -> list[dict[str, Any]]:
        return [people.trainee(next(serial)) for _ in range(number)]

    def verify(city: City) -> None:
        """A number that nobody has costs what one that somebody has costs. An address verifies sixty times a minute: each is another of this machine's."""
        n = next(serial)
        with httpx.Client(transport=httpx.HTTPTransport(local_address=f"127.0.{n // 250 % 250}.{1 + n % 250}"), timeout=60) as anyone:
            asked = {"number": f"S000052000009255{n % 1_000_000:06d}", "name": "王秀英"}
            answer = anyone.post(f"{city.stack.gateway_url}/v1/certificates:verify", json=asked)
        assert answer.status_code == 200, answer.text

    return {
        "verify a certificate": verify,
        "one class": get("/v1/classes/{job.short_id}"),
        "overview of a class": get("/v1/classes/{job.short_id}/overview"),
        "eligibility of a class of 50": get("/v1/classes/{job.short_id}/eligibility"),
        "the plan's board": get(BOARD),
        "the plan's board by region": get(f"{BOARD}&by=region"),
        "the plan's board by institution": get(f"{BOARD}&by=institution"),
        "the plan's board of an earlier day": get("/v1/plans/kaili-2024/progress?as_of=2025-08-20"),
        "the plan's briefing": get("/v1/plans/kaili-2024/briefing?as_of=2025-12-31"),
        "statistics of claims": get("/v1/statistics/claims"),
        f"look up {LOOKED_UP} numbers": post(
            "/v1/trainees:lookup", "officer", lambda _: {"id_numbers": [people.id_number(FIRST + n) for n in range(MEMBERS)] * 2}
        ),
        "search a name of three": post("/v1/search", "officer", lambda _: {"text": "王秀英"}),
        "search a name of two": post("/v1/search", "officer", lambda _: {"text": "秀英"}),
        f"register {BATCH} people": post(
            "/v1/trainees:batch", "officer", lambda _: {"mode": "commit", "atomic": "each", "items": some(BATCH)}
        ),
    }


async def _claims(small: City, large: City) -> dict[str, tuple[Seen, Seen]]:
    """Quoting, creating, reading and submitting a claim of fifty lines, in turn."""
    took: list[dict[str, list[float]]] = [{}, {}]
    for _ in range(CLAIMS):
        for city, times in zip((small, large), took, strict=True):
            for what, each in (await asyncio.to_thread(claims.time_claims, city.job, MEMBERS, 1)).items():
                times.setdefault(what, []).append(each)
            city.job.school.act(city.job.claim, "withdraw", on=claims.ON)
    return {
        f"{what} a claim of {MEMBERS} lines": tuple(Seen(statistics.median(times[what]), 0, 0) for times in took)  # type: ignore[misc]
        for what in took[0]
    }


async def _unused(city: City) -> list[str]:
    found: list[str] = []
    for service in filling.SERVICES:
        async with filling.connected(city.stack, service) as connection:
            found += [f"{service}.{row[0]}" for row in await connection.fetch(UNUSED)]
    return found


if __name__ == "__main__":
    sys.exit(main())
