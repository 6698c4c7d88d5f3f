"""Whoever holds a service's own password for its database rewrites nothing that is kept: what each table states, the catalogue grants and triggers refuse."""

import importlib
import re
from collections.abc import Iterable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import MetaData, Table, make_url

from deploy.databases import owner_of
from shared import forgetting, idempotency, keeping
from tests.conftest import SERVICES, Databases, Start
from tests.prepared import DATABASE_PASSWORDS
from tests.subsidy.office import a_claim, a_fund

# What may change or go as such: the papers, and what only mirrors or serves. A table that is not here states what is kept of it.
CHANGING = {
    "registry": {"brands", "classes", "class_sessions", "designations", "enrolments", "imports", "institutions", "known_certificates"}
    | {
        "file_namings",
        "harvests",
        "known_placements",
        "possible_duplicates",
        "teachers",
        "trainee_categories",
        "trainees",
        "yearly_reports",
    }
    | {
        "class_figures",
        "class_figures_tally",
        "due_recounts",
        "classes_tally",
        "enrolments_tally",
        "enrolments_town_tally",
        "imports_tally",
        "status_records_tally",
        "trainees_tally",
    },
    "subsidy": {"claim_lines", "due_reassessments", "entitlements", "funds", "known_blacklistings", "payment_batches"}
    | {"claim_money_tally", "claims_applicant_tally", "claims_tally", "merged_trainees", "payments_tally"},
    "evaluation": {"assessments", "certificate_imports", "certificate_serials", "examiners", "filings", "merged_trainees"}
    | {"assessments_tally", "certificates_tally"},
    "eastwest": {
        "due_askings",
        "due_recounts",
        "merged_trainees",
        "orders",
        "placement_imports",
        "placement_figures",
        "placement_figures_tally",
        "placement_offices",
        "placements_tally",
        "trained_people",
    },
    "gateway": {"clients", "sessions", "sign_in_attempts", "used_assertions", "users", "webhook_deliveries", "webhook_endpoints"},
}
MAY = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
ON_ROW, BEFORE, DELETE, UPDATE, TRUNCATE = 1, 2, 8, 16, 32  # bits of pg_trigger.tgtype


def tables(service: str) -> MetaData:
    importlib.import_module("gateway.app" if service == "gateway" else f"services.{service}.app")
    metadata: MetaData = importlib.import_module(
        "gateway.metadata" if service == "gateway" else f"services.{service}.metadata"
    ).Row.metadata
    return metadata


def kept(service: str) -> list[Table]:
    """What states that a row, or some of it, is kept."""
    return [table for table in tables(service).sorted_tables if (rows := keeping.rows(table)).changing is not None or rows.settled]


async def superuser(databases: Databases, service: str) -> asyncpg.Connection:
    return await asyncpg.connect(databases.superuser(await databases.lend(service)))


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_is_the_owners_and_grants_what_it_states(databases: Databases, service: str) -> None:
    inside = await superuser(databases, service)
    found = dict(await inside.fetch("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'"))
    assert found == dict.fromkeys([*tables(service).tables, "alembic_version"], owner_of(service))
    for table in tables(service).sorted_tables:
        rows = keeping.rows(table)
        may = (
            {"SELECT"}
            | ({"INSERT"} if rows.added and not rows.made else set())
            | ({"UPDATE"} if rows.changing is None else set())
            | ({"DELETE"} if rows.deleted else set())
        )
        assert await _granted(inside, table.name, service) == may, table.name
        columns = {column.name for column in table.c} if rows.changing is None else set(rows.changing)
        assert await _columns(inside, table.name, service, "UPDATE") == columns, table.name
        said = {column.name for column in table.c if column.name not in rows.made} if rows.added else set()
        assert await _columns(inside, table.name, service, "INSERT") == said, table.name
        sealing = {"audit": {"SELECT"}, "audit_seals": {"SELECT", "INSERT"}}.get(table.name, set())
        assert await _granted(inside, table.name, keeping.SEALER) == sealing, table.name
    for name, role in ((name, role) for name in found for role in ("public", *SERVICES) if role != service):
        assert await _granted(inside, name, role) == set(), (name, role)
    assert await _granted(inside, "alembic_version", service) == set()
    await inside.close()


async def _granted(inside: asyncpg.Connection, table: str, role: str) -> set[str]:
    asked = "SELECT may FROM unnest($1::text[]) AS may WHERE has_table_privilege($2, $3, may)"
    return {row["may"] for row in await inside.fetch(asked, MAY, role, table)}


async def _columns(inside: asyncpg.Connection, table: str, role: str, may: str) -> set[str]:
    asked = """SELECT attname FROM pg_attribute WHERE attrelid = $2::regclass AND attnum > 0 AND NOT attisdropped
               AND has_column_privilege($1, attrelid, attnum, $3)"""
    return {row["attname"] for row in await inside.fetch(asked, role, table, may)}


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_that_keeps_rows_has_the_triggers_it_states_and_every_other_is_listed(databases: Databases, service: str) -> None:
    every = {table.name for table in tables(service).sorted_tables}
    assert every - {table.name for table in kept(service)} == CHANGING[service] | {"followed_feeds", "followed_batches"}
    inside = await superuser(databases, service)
    asked = """SELECT tgrelid::regclass::text AS of, tgname, tgtype::int, tgenabled, pg_get_triggerdef(t.oid, true) AS said,
                      ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = tgrelid AND attnum = ANY(tgattr)) AS columns
               FROM pg_trigger t WHERE NOT tgisinternal AND tgfoid = 'refuse_change'::regproc"""
    found = {row["tgname"]: (row["of"], row["tgtype"], set(row["columns"]), _condition(row["said"])) for row in await inside.fetch(asked)}
    assert found == {name: rule for table in kept(service) for name, rule in _stated(table)}
    assert {row["tgenabled"] for row in await inside.fetch(asked)} == {b"O"}
    await inside.close()


def _condition(said: str) -> str | None:
    """The values and columns that a trigger's condition names, however the server writes it."""
    found = re.search(r" WHEN \((.*)\) EXECUTE ", said)
    return _words(found[1]) if found else None


def _words(condition: str) -> str:
    return " ".join(sorted(set(re.findall(r"old\.\w+|'[^']*'", condition.replace(" days'", " day'")))))


def _stated(table: Table) -> Iterable[tuple[str, tuple[str, int, set[str], str | None]]]:
    rows, name = keeping.rows(table), table.name
    if rows.changing is not None:
        fixed = {column.name for column in table.c if column.name not in rows.changing and column.computed is None}
        events = UPDATE | (0 if rows.deleted else DELETE)
        yield f"{name}_append_only", (name, ON_ROW | BEFORE | events, fixed if rows.changing else set(), None)
        yield f"{name}_not_truncated", (name, BEFORE | TRUNCATE, set(), None)
    if rows.settled:
        when, columns = rows.settled
        yield f"{name}_settled", (name, ON_ROW | BEFORE | UPDATE, set(columns), _words(when))
    if rows.term:
        since, days = rows.term
        yield f"{name}_term", (name, ON_ROW | BEFORE | DELETE, set(), _words(f"old.{since} '{days} days'"))


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_kept_is_rewritten_by_none_of_the_ways_that_sql_has(databases: Databases, service: str) -> None:
    url = (await databases.lend(service)).replace("+asyncpg", "")
    inside = await asyncpg.connect(url)
    before = await inside.fetchval("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O'")
    for table in tables(service).sorted_tables:
        for statement in (*_always(table.name, service), *_to_rows(table)):
            await _refused(inside, statement)
    for statement in _to_the_server(service, str(make_url(url).database)):
        await _refused(inside, statement)
    assert await inside.fetchval("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O'") == before
    await inside.close()
    for other in {*SERVICES} - {service}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect((await databases.lend(other)).replace("+asyncpg", ""), user=service, password=DATABASE_PASSWORDS[service])


async def _refused(inside: asyncpg.Connection, statement: str) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.InvalidGrantOperationError)):
        await inside.execute(statement)
        print(f"not refused: {statement}")


def _always(table: str, service: str) -> Iterable[str]:
    """What is refused for every table."""
    yield f"TRUNCATE {table}"
    yield f"ALTER TABLE {table} DISABLE TRIGGER ALL"
    yield f"ALTER TABLE {table} DISABLE TRIGGER USER"
    yield f"ALTER TABLE {table} OWNER TO {service}"
    yield f"ALTER TABLE {table} RENAME TO gone"
    yield f"ALTER TABLE {table} ADD COLUMN more int"
    yield f"DROP TABLE {table} CASCADE"
    yield f"CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    yield f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING"
    yield f"COPY {table} TO PROGRAM 'cat'"
    yield f"COPY {table} FROM '/etc/hostname'"
    yield f"GRANT ALL ON {table} TO PUBLIC; UPDATE alembic_version SET version_num = ''"


def _to_rows(table: Table) -> Iterable[str]:
    """What a table that keeps rows refuses besides, also inside a block, a CTE or MERGE."""
    rows, name = keeping.rows(table), table.name
    if not rows.added:
        yield f"INSERT INTO {name} SELECT * FROM {name}"
    if not rows.deleted:
        yield f"DELETE FROM {name}"
        yield f"WITH gone AS (DELETE FROM {name} RETURNING 1) SELECT count(*) FROM gone"
        yield f"DO $$ BEGIN EXECUTE 'DELETE FROM {name}'; END $$"
    if rows.changing is not None:
        for column in (column.name for column in table.c if column.name not in rows.changing and column.computed is None):
            yield f'UPDATE {name} SET "{column}" = DEFAULT'
        yield f"ALTER TABLE {name} DISABLE TRIGGER {name}_append_only"
        yield f"DROP TRIGGER {name}_append_only ON {name}"


def _to_the_server(service: str, database: str) -> Iterable[str]:
    owner = owner_of(service)
    yield "SET session_replication_role = replica"
    yield f"SET ROLE {owner}"
    yield "SET ROLE sealer"
    yield f"SET SESSION AUTHORIZATION {owner}"
    yield f"GRANT {owner} TO {service}"
    yield f"ALTER ROLE {service} SUPERUSER"
    yield f"ALTER ROLE {owner} PASSWORD 'known'"
    yield "CREATE ROLE mine"
    yield "CREATE DATABASE mine"
    yield f"ALTER DATABASE {database} OWNER TO {service}"
    yield "CREATE TABLE mine ()"
    yield "CREATE TEMPORARY TABLE mine ()"
    yield "CREATE SCHEMA mine"
    yield "CREATE EXTENSION file_fdw"
    yield "CREATE FUNCTION mine() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM audit'"
    yield "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    yield "ALTER FUNCTION refuse_change() RENAME TO gone"
    yield "DROP FUNCTION refuse_change() CASCADE"
    yield "ALTER SYSTEM SET session_replication_role = replica"
    yield "SELECT pg_read_file('/etc/hostname')"
    yield "SELECT pg_ls_dir('.')"
    yield "SELECT setval(pg_get_serial_sequence('audit', 'id'), 1)"
    yield "UPDATE alembic_version SET version_num = ''"
    yield "UPDATE pg_trigger SET tgenabled = 'D'"
    yield f"REASSIGN OWNED BY {owner} TO {service}"


REFUSED = pytest.raises(asyncpg.RestrictViolationError)


async def test_triggers_refuse_the_owner_too(databases: Databases) -> None:
    url = await databases.lend("subsidy")
    inside = await asyncpg.connect(url.replace("+asyncpg", ""), user="subsidy_owner", password=DATABASE_PASSWORDS["subsidy_owner"])
    for table in kept("subsidy"):
        if keeping.rows(table).changing is not None:
            with REFUSED:
                await inside.execute(f"TRUNCATE {table.name} CASCADE")
    await inside.close()


async def test_what_a_claim_was_judged_upon_is_kept_from_its_submission_on(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund = await a_fund(subsidy)
        for status, open_ in (("draft", True), ("returned", True), ("submitted", False), ("paid", False), ("withdrawn", False)):
            claim = await a_claim(subsidy, fund, status=status)
            inside = await asyncpg.connect(subsidy.server.dsn(str(subsidy.kernel.engine.url.database)))
            change = inside.execute("UPDATE claims SET facts = '{}' WHERE id = $1", claim.id)
            if open_:
                assert await change == "UPDATE 1"
            else:
                with REFUSED:
                    await change
                assert await inside.execute("UPDATE claims SET holds = '[]' WHERE id = $1", claim.id) == "UPDATE 1"
            await inside.close()


async def test_an_answer_is_kept_for_its_term_whoever_would_make_it_forgotten(databases: Databases) -> None:
    inside = await superuser(databases, "evaluation")
    kept_days: dict[str, Any] = {"inside": idempotency.KEPT_DAYS - 1, "over": idempotency.KEPT_DAYS + 1}
    for caller, days in kept_days.items():
        await inside.execute(
            "INSERT INTO idempotency_keys (caller, key, request, status, headers, body, kept_at) "
            "VALUES ($1, 'k', '', 200, '{}', '', now() - make_interval(days => $2))",
            caller,
            days,
        )
    with REFUSED:
        await inside.execute("DELETE FROM idempotency_keys WHERE caller = 'inside'")
    with REFUSED:
        await inside.execute("UPDATE idempotency_keys SET kept_at = now() - interval '1 year'")
    assert await inside.execute("DELETE FROM idempotency_keys WHERE caller = 'over'") == "DELETE 1"
    assert (forgetting.KEYS.days, forgetting.KEYS.since.name) == (idempotency.KEPT_DAYS, "kept_at")
    await inside.close()
