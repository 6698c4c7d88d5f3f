"""`make bench-scale`: what a million registered trainees do to the requests asked for all day. Prints each before and after, and the ratio."""

import asyncio
import os
import sys
import time

import asyncpg
from rich.console import Console
from rich.table import Table

from deploy.databases import owner_of
from deploy.demo.main_job import Job
from deploy.stack import Stack
from tests import people
from tests.bench import load

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
SEEDS = 200
FILL = """
    INSERT INTO trainees SELECT (jsonb_populate_record(t, jsonb_build_object(
        'id', overlay(gen_random_uuid()::text placing '01900000' from 1 for 8), 'id_number_key', '\\x' || encode(sha256(n::text::bytea), 'hex'),
        'name', t.name || chr(19968 + n % 8000)))).*
    FROM generate_series($1::int, $2::int) AS n JOIN (SELECT row_number() OVER () AS place, t FROM trainees t LIMIT 200) AS seed ON seed.place = 1 + n % 200,
    LATERAL (SELECT (seed.t).*) AS t
"""


def main() -> int:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    with Stack(say=console.print) as stack, Job(stack.gateway_url) as job:
        items = [people.trainee(n) for n in range(SEEDS)]
        made = job.officer.do("POST", "/v1/trainees:batch", on="2025-03-01", json={"mode": "commit", "atomic": "all", "items": items})[
            "items"
        ]
        paths = {
            "GET one trainee": f"/v1/trainees/{made[0]['id']}",
            "list, newest 50": "/v1/trainees?limit=50",
            "list of a town": "/v1/trainees?region_code=522601100&limit=50",
            "list by part of a name": f"/v1/trainees?name={people.name(7)}&limit=50",
        }
        token = (("Authorization", f"Bearer {job.officer.token}"),)
        targets = [load.Target(name, stack.urls["registry"] + path, token) for name, path in paths.items()]
        before = asyncio.run(load.compare(targets, connections=1, seconds=1, rounds=3))
        began = time.monotonic()
        asyncio.run(_fill(stack.database_url("registry", owner_of("registry")).replace("+asyncpg", "")))
        console.print(f"{ROWS:,} rows added in {time.monotonic() - began:.0f} s")
        after = asyncio.run(load.compare(targets, connections=1, seconds=1, rounds=3))
        table = Table("what 项目", f"{SEEDS} rows", f"{ROWS:,} rows more", "ratio 比值")
        for name in paths:
            table.add_row(
                name,
                f"{before[name].median_ms:.2f} ms",
                f"{after[name].median_ms:.2f} ms",
                f"{after[name].median_ms / before[name].median_ms:.2f}",
            )
        console.print(table)
    return 0


async def _fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for start in range(0, ROWS, 50_000):
            await connection.execute(FILL, start, min(start + 50_000, ROWS) - 1, timeout=300)
        await connection.execute("VACUUM ANALYZE trainees")
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
