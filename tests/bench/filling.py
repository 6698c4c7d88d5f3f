"""A city's years out of one: every row that the demonstration left in a service's database is copied as often as asked.

A copy has ids, days, numbers, names and a town of its own, and its rows belong together as those they were copied from do, in all services alike, since an
id becomes another by the number of the copy alone. Of people there are fewer copies than of what they took part in, of institutions and funds only some.
A table that comes later is copied with the others.
"""

import asyncio
import contextlib
import importlib
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import asyncpg
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.stack import Stack
from services.eastwest.counting import job as counting_placements
from services.eastwest.counting.conditions import DUE as DUE_PEOPLE
from services.eastwest.placements import rules
from services.eastwest.placements.tables import Placement
from services.registry.counting import job as counting
from services.registry.counting.tables import DueRecount
from services.registry.training.classes.tables import TrainingClass
from shared import county, tallies

SERVICES = ("registry", "subsidy", "evaluation", "eastwest")
INSTITUTIONS, FUNDS = 400, 20  # copies at most
MANY = ("attendance", "audit", "changes", "file_namings")  # several rows for each enrolment: of these a quarter of the copies
SPREAD_DAYS = 5 * 365
APART_SECONDS = 6 * 3600  # of the ids of one copy from those of the next, which is older
AT_A_TIME = 500  # copies
LEFT_AS_THEY_ARE = {
    "alembic_version",
    "idempotency_keys",
    "seals",
    "followed_feeds",
    "followed_batches",
    "due_reassessments",
    "class_figures",
    "due_recounts",
    "placement_figures",
}
OF_PEOPLE = {"trainee_id", "merged_into", "told_of", "holder_id", "one_id", "other_id"}
OF_INSTITUTIONS = {"institution_id", "issuer_institution_id", "employer_id"}
SHARED = sorted({*OF_PEOPLE, *OF_INSTITUTIONS, "fund_id"})  # several copies have the same of these: alone they keep no rows apart
# Days that follow from others by months: months are not alike in length, and what does not follow is judged anew whenever it is asked for.
DAYS_OF_THEIR_OWN = {
    "month": "date_trunc('month', {moved})::date",
    "retained_on": f"CASE WHEN s.retained_on IS NOT NULL THEN (s.started_on - {{days}} + interval '{rules.here().months} months')::date END",
}
FAMILY = "王李张刘陈杨赵黄周吴潘龙罗田石顾万白姜谢邰欧韦莫蒙覃"
GIVEN = "秀英明华兰国平建军红梅芳艳丽强伟飞勇刚敏静琴菊桂凤花荣光正兴发祥云贵福昌文武德才金银玉珍珠宝莲芝彩霞燕春夏秋冬松柏雪山川江海波涛龙虎志远思源子涵梓轩"

# `one_of`: a character, the first ones more often. `named`: a name of two to four characters.
PREPARED = (
    """CREATE FUNCTION pg_temp.one_of(said text, among text, skew float) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT substr(among,
        1 + floor(length(among) * power((hashtextextended(said, 1) & 1048575) / 1048576.0, skew))::int, 1) $$""",
    f"""CREATE FUNCTION pg_temp.named(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT pg_temp.one_of(said, '{FAMILY}', 2)
        || pg_temp.one_of(said || 'a', '{GIVEN}', 1.5)
        || CASE WHEN hashtext(said) % 7 <> 0 THEN pg_temp.one_of(said || 'b', '{GIVEN}', 1.5) ELSE '' END
        || CASE WHEN hashtext(said) % 31 = 0 THEN pg_temp.one_of(said || 'c', '{GIVEN}', 1.5) ELSE '' END $$""",
)
# An id's milliseconds and what follows them, computed once a row that is copied.
PARTS_OF_AN_ID = """('x' || left(replace("{id}"::text, '-', ''), 12))::bit(48)::bigint AS "{id}_at", substr(replace("{id}"::text, '-', ''), 13) AS "{id}_rest\""""
# Each column that is stored, and whether what keeps its copies apart is for it to say: no id or digest does. Codes, which a CHECK lists, stay.
COLUMNS = """
    WITH keys AS (
        SELECT i.indkey, bool_or(format_type(a.atttypid, NULL) IN ('uuid', 'bytea') AND a.attname <> ALL($2::text[]) OR a.attidentity <> '' OR a.attgenerated <> '')
            AS apart
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int[])
        WHERE i.indrelid = $1::regclass AND i.indisunique GROUP BY i.indexrelid, i.indkey
    )
    SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, EXISTS (SELECT FROM keys WHERE a.attnum = ANY(indkey::int[]) AND NOT apart)
        AND a.attname <> 'code' AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = a.attrelid AND contype = 'c' AND conkey = ARRAY[a.attnum]) AS keeps_apart
    FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = '' ORDER BY a.attnum
"""
# An index of which nobody has to know whether a row is there already: it keeps nothing apart, or has a column that is another in every copy.
NOT_KEPT = """
    UPDATE pg_index SET indisready = false, indisvalid = false
    WHERE indrelid = $1::regclass AND NOT indisexclusion AND (NOT indisunique OR EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY(indkey::int[]) AND attname = ANY($2::text[])))
"""
END_OF_FEED = """
    SELECT concat_ws('-', transaction_id, id, right(event_id::text, 8)) FROM changes ORDER BY transaction_id DESC, id DESC LIMIT 1
"""  # as `changes.place_of` says it
NEVER_ANALYZED = "SELECT relname FROM pg_stat_user_tables WHERE last_analyze IS NULL AND n_live_tup > 0"


@dataclass(frozen=True, slots=True)
class Filled:
    """How large a city became: `copies` of what happened, `people` copies of who took part; rows by table."""

    copies: int
    people: int
    rows: dict[str, int]
    seconds: float
    megabytes: int


async def fill(stack: Stack, enrolments: int, trainees: int, say: Callable[[str], None]) -> Filled:
    """Fills all services' databases until there are about so many enrolments and trainees."""
    began = time.monotonic()
    async with connected(stack, "registry") as registry:
        enrolled, registered = [await registry.fetchval(f"SELECT count(*) FROM {table}") for table in ("enrolments", "trainees")]
    copies = max(enrolments // enrolled, 1)
    people = min(max(trainees // registered, 1), copies)
    for service in SERVICES:
        stack.kill(service, signal.SIGTERM)  # what follows a feed would follow the copies
    counted = await asyncio.gather(*(_fill_one(stack, service, copies, people, say) for service in SERVICES))
    await _follow_from_the_end(stack)
    for service in SERVICES:
        stack.start(service)
    rows = {table: count for each, _ in counted for table, count in each.items()}
    return Filled(copies, people, rows, time.monotonic() - began, sum(size for _, size in counted) >> 20)


async def _follow_from_the_end(stack: Stack) -> None:
    """What follows a feed would go through the copies beside all that is measured."""
    ends = {}
    for service in SERVICES:
        async with connected(stack, service) as connection:
            ends[service] = await connection.fetchval(END_OF_FEED)
    for service in (*SERVICES, "gateway"):
        async with connected(stack, service) as connection:
            for feed, end in ends.items():
                await connection.execute("UPDATE followed_feeds SET after = $2 WHERE split_part(feed, ':', -1) = $1", feed, end)


@contextlib.asynccontextmanager
async def connected(stack: Stack, service: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may do all, fires no trigger, and does not ask whether what is referred to exists."""
    assert stack.server is not None
    connection = await asyncpg.connect(stack.server.dsn(service), command_timeout=900)
    try:
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        yield connection
    finally:
        await connection.close()


async def _fill_one(stack: Stack, service: str, copies: int, people: int, say: Callable[[str], None]) -> tuple[dict[str, int], int]:
    async with connected(stack, service) as connection:
        for statement in PREPARED:
            await connection.execute(statement)
        counted = {}
        for (table,) in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"):
            if (
                table not in LEFT_AS_THEY_ARE
                and not table.endswith(tallies.SUFFIX)
                and await connection.fetchval(f'SELECT EXISTS (SELECT FROM "{table}")')
            ):
                began = time.monotonic()
                await _copy(connection, table, copies, people)
                counted[f"{service}.{table}"] = count = await connection.fetchval(f'SELECT count(*) FROM "{table}"')
                if (took := time.monotonic() - began) > 10:
                    say(f"  {service}.{table}: {count:,} rows in {took:.0f} s")
        await _count(stack, service)
        for (table,) in await connection.fetch(NEVER_ANALYZED):  # nothing does it later, since it would disturb what is measured
            await connection.execute(f'VACUUM ANALYZE "{table}"')
        return counted, await connection.fetchval("SELECT pg_database_size(current_database())")


async def _count(stack: Stack, service: str) -> None:
    """What triggers count as rows are written is counted afterwards here."""
    assert stack.server is not None
    importlib.import_module(f"services.{service}.app")
    engine = create_async_engine(stack.server.url(service))
    for each in tallies.of(importlib.import_module(f"services.{service}.metadata").Row.metadata):
        async with engine.begin() as connection:
            await tallies.recount(connection, each)
    if service == "registry":
        async with engine.begin() as connection:
            await connection.execute(insert(DueRecount).from_select(["class_id"], select(TrainingClass.id)))
        while await counting.recount(engine):
            pass
    if service == "eastwest":
        async with engine.begin() as connection:
            await connection.execute(insert(DUE_PEOPLE).from_select(["trainee_id"], select(Placement.trainee_id).distinct()))
        while await counting_placements.recount(engine):
            pass
    await engine.dispose()


async def _copy(connection: asyncpg.Connection, table: str, copies: int, people: int) -> None:
    """Indexes are not kept while rows are copied but made anew at the end, which is several times as quick; only one in which copies may be the same has to
    say so at once."""
    columns = await connection.fetch(COLUMNS, table, SHARED)
    made = ", ".join(_made(table, row["name"], row["type"], row["keeps_apart"], copies, people) for row in columns)
    names = ", ".join(f'"{row["name"]}"' for row in columns)
    most = {"trainees": people, "institutions": INSTITUTIONS, "funds": FUNDS, **dict.fromkeys(MANY, copies // 4)}.get(table, copies)
    ids = [row["name"] for row in columns if row["type"] == "uuid"]
    parts = "".join(f", {PARTS_OF_AN_ID.format(id=name)}" for name in ids)
    await connection.execute(f'CREATE TEMP TABLE seed AS SELECT row_number() OVER () AS nr, *{parts} FROM "{table}"')
    apart = [row["name"] for row in columns if (row["name"] not in SHARED if row["type"] == "uuid" else row["keeps_apart"])]
    await connection.execute(NOT_KEPT, table, apart)
    for first in range(1, min(copies, most), AT_A_TIME):
        last = min(first + AT_A_TIME, copies, most) - 1
        rows = f"SELECT {made} FROM generate_series({first}::bigint, {last}) AS k, seed AS s"
        await connection.execute(f'INSERT INTO "{table}" ({names}) {rows} ON CONFLICT DO NOTHING')
    await connection.execute("DROP TABLE seed")
    await connection.execute(f'REINDEX TABLE "{table}"')
    await connection.execute(f'VACUUM ANALYZE "{table}"')


def _made(table: str, name: str, type_: str, keeps_apart: bool, copies: int, people: int) -> str:
    """What a column of the row `s` becomes in the copy `k`."""
    column, days = f's."{name}"', f"(k * {SPREAD_DAYS} / {copies})::int"
    match type_, name:
        case "uuid", _:
            earlier = f'(s."{name}_at" - {_copy_of(table, name, people)} * {APART_SECONDS * 1000}) & 281474976710655'
            return f"(lpad(to_hex({earlier}), 12, '0') || s.\"{name}_rest\")::uuid"
        case "bytea", _:
            return f"sha256({column} || ({f'k % {people}' if name == 'id_number_key' else 'k'})::text::bytea)"
        case "date", _:
            moved = f"{column} - {days}"
            return DAYS_OF_THEIR_OWN.get(name, "{moved}").format(moved=moved, days=days)
        case "timestamp with time zone", _:
            return f"{column} - make_interval(days => {days})"
        case "jsonb", "external_refs":
            return "CASE WHEN k % 10 = 0 THEN jsonb_build_array(jsonb_build_object('system', '省平台', 'number', 'P' || s.nr || '-' || k)) ELSE '[]' END"
        case "text", "name" if table == "trainees":
            return "pg_temp.named(s.nr || ' ' || k)"
        case "text", "name" if table == "funds":
            return f"coalesce({column}, '') || k"
        case "text", "region_code" | "counted_region_code" | "class_region_code":
            towns = sorted(county.region_codes())
            return f"CASE WHEN {column} IS NOT NULL THEN ('{{{','.join(towns)}}}'::text[])[1 + k % {len(towns)}] END"
        case "text", "name" | "institution_name" | "class_name" | "sought_by" | "employer_name":
            called = f"pg_temp.one_of('a' || k, '东西南北中上下大新老', 1) || pg_temp.one_of('b' || k, '山河湖林田石桥塘井寨', 1) || {column} || '第' || k % 200 || '期'"
            return f"CASE WHEN {column} = '' THEN '' ELSE {called} END"
        case "text", "number" if table == "certificates":
            return f"left({column}, 12) || lpad(k::text, 9, '0') || right({column}, 1)"
        case "text", _ if keeps_apart:
            return f"{column} || '~' || k"
        case "bigint", _ if keeps_apart:
            return f"{column} + k * 1000000"
    return column


def _copy_of(table: str, name: str, people: int) -> str:
    if name in OF_PEOPLE or (table, name) == ("trainees", "id"):
        return f"k % {people}"
    if name in OF_INSTITUTIONS or (table, name) == ("institutions", "id"):
        return f"k % {INSTITUTIONS}"
    return f"k % {FUNDS}" if name == "fund_id" or (table, name) == ("funds", "id") else "k"
