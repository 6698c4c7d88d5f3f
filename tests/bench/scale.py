"""`make bench-scale`: what a million registered trainees, and as many lines of others' claims, do to the requests asked for all day and to submitting a
claim. Prints each before and after, and the ratio; and whether the past of a claim's people is found by index."""

import asyncio
import os
import sys
import time
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from deploy.databases import owner_of
from deploy.demo.main_job import Job
from deploy.stack import Stack
from services.subsidy.claims import facts
from tests import people
from tests.bench import claims, load

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
SEEDS, MEMBERS, CLAIMS = 200, 50, 12
FILL = """
    INSERT INTO trainees SELECT (jsonb_populate_record(t, jsonb_build_object(
        'id', overlay(gen_random_uuid()::text placing '01900000' from 1 for 8), 'id_number_key', '\\x' || encode(sha256(n::text::bytea), 'hex'),
        'name', t.name || chr(19968 + n % 8000)))).*
    FROM generate_series($1::int, $2::int) AS n JOIN (SELECT row_number() OVER () AS place, t FROM trainees t LIMIT 200) AS seed ON seed.place = 1 + n % 200,
    LATERAL (SELECT (seed.t).*) AS t
"""
# Claims like the one that was submitted, each with so many lines and what they take, of people of its own.
FILL_CLAIMS = (
    """INSERT INTO claims ({columns}) SELECT {values} FROM generate_series($2::int, $3::int) AS n, claims AS seed,
    LATERAL jsonb_populate_record(seed, jsonb_build_object('id', md5('claim ' || n)::uuid, 'status', 'paid', 'facts', '{{}}'::jsonb)) AS made
    WHERE seed.id = $1""",
    *(
        f"""INSERT INTO {table} ({{columns}}) SELECT {{values}} FROM generate_series($2::int, $3::int) AS n, {table} AS seed,
    LATERAL jsonb_populate_record(seed, jsonb_build_object('claim_id', md5('claim ' || n)::uuid,
                                                           'trainee_id', md5('person ' || n || ' ' || seed.position)::uuid)) AS made
    WHERE seed.claim_id = $1"""
        for table in ("claim_lines", "entitlements")
    ),
)


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
        claims.prepare(job)
        claims.complete_a_class(job, MEMBERS, SEEDS)
        few = claims.time_claims(job, MEMBERS, CLAIMS)
        began = time.monotonic()
        asyncio.run(_fill(stack.database_url("registry", owner_of("registry")).replace("+asyncpg", "")))
        found_by = asyncio.run(_fill_claims(stack.database_url("subsidy", owner_of("subsidy")).replace("+asyncpg", ""), job.claim_id))
        console.print(f"{ROWS:,} trainees and {ROWS:,} lines of claims added in {time.monotonic() - began:.0f} s")
        after = asyncio.run(load.compare(targets, connections=1, seconds=1, rounds=3))
        job.school.act(job.claim, "withdraw", on=claims.ON)
        many = claims.time_claims(job, MEMBERS, CLAIMS)
        table = Table("what 项目", f"{SEEDS} rows", f"{ROWS:,} rows more", "ratio 比值")
        for name in paths:
            table.add_row(
                name,
                f"{before[name].median_ms:.2f} ms",
                f"{after[name].median_ms:.2f} ms",
                f"{after[name].median_ms / before[name].median_ms:.2f}",
            )
        for what in few:
            table.add_row(
                f"{what} a claim of {MEMBERS} lines", f"{few[what]:.1f} ms", f"{many[what]:.1f} ms", f"{many[what] / few[what]:.2f}"
            )
        console.print(table)
        console.print(f"the past of a claim's people is found by: {', '.join(found_by)}")
    return 0


async def _fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for start in range(0, ROWS, 50_000):
            await connection.execute(FILL, start, min(start + 50_000, ROWS) - 1, timeout=300)
        await connection.execute("VACUUM ANALYZE trainees")
    finally:
        await connection.close()


async def _fill_claims(dsn: str, claim_id: str) -> list[str]:
    """Fills in as many lines; answers how the past of a claim's people is then found, as EXPLAIN says it."""
    connection = await asyncpg.connect(dsn)
    try:
        last = ROWS // MEMBERS
        for statement, table in zip(FILL_CLAIMS, ("claims", "claim_lines", "entitlements"), strict=True):
            own = await connection.fetch(
                "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''",
                table,
            )
            columns = [f'"{row["attname"]}"' for row in own]
            sql = statement.format(columns=", ".join(columns), values=", ".join(f"made.{column}" for column in columns))
            for start in range(0, last, 1_000):
                await connection.execute(sql, UUID(claim_id), start, min(start + 1_000, last) - 1, timeout=300)
            await connection.execute(f"VACUUM ANALYZE {table}", timeout=300)
        people = [
            row["trainee_id"] for row in await connection.fetch("SELECT trainee_id FROM claim_lines WHERE claim_id = $1", UUID(claim_id))
        ]
        made = facts.PAST.compile(dialect=asyncpg_dialect())
        bound = {**made.params, "trainee_ids": people, "own_claim_id": UUID(claim_id)}
        plan = await connection.fetch(f"EXPLAIN {made}", *(bound[name] for name in made.positiontup or ()))
        return [row[0].strip(" ->").partition("  (")[0] for row in plan if "Scan" in row[0]]
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
