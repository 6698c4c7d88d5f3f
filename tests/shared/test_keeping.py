"""Who runs the migrations, and what is granted after them."""

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

import asyncpg
import pytest

from deploy.databases import owner_of
from deploy.postgres import Server, throwaway_postgres
from shared import migrate
from tests.conftest import Databases
from tests.prepared import DATABASE_PASSWORDS


@pytest.fixture(scope="module")
def empty_server() -> Iterator[Server]:
    """One without the services' roles."""
    with throwaway_postgres() as server:
        yield server


async def _database(admin: str, name: str, server: Server) -> None:
    connection = await asyncpg.connect(admin)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    inside = await asyncpg.connect(server.dsn(name))
    await inside.execute("CREATE EXTENSION pg_trgm")
    await inside.close()


@pytest.mark.parametrize(("environment", "refused"), [("local", False), ("production", True), (None, True)])
async def test_one_account_for_everything_is_for_a_developers_own_server(
    empty_server: Server, monkeypatch: pytest.MonkeyPatch, environment: str | None, refused: bool
) -> None:
    name = f"of_{environment}".lower()
    await _database(empty_server.dsn(), name, empty_server)
    monkeypatch.delenv("ENVIRONMENT", raising=False)
    if environment:
        monkeypatch.setenv("ENVIRONMENT", environment)
    if refused:
        with pytest.raises(SystemExit, match="lacks the roles gateway and sealer"):
            await asyncio.to_thread(migrate.up, "gateway", empty_server.url(name))
    else:
        await asyncio.to_thread(migrate.up, "gateway", empty_server.url(name))


async def test_a_service_does_not_run_its_own_migrations(databases: Databases) -> None:
    url = await databases.make("gateway")
    inside = await asyncpg.connect(databases.superuser(url))
    await inside.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO gateway")
    with pytest.raises(SystemExit, match="gateway_owner"):
        await asyncio.to_thread(migrate.up, "gateway", url)
    await inside.close()


async def test_what_was_granted_besides_is_taken_back_by_the_next_migration(databases: Databases) -> None:
    url = await databases.make("gateway")
    inside = await asyncpg.connect(databases.superuser(url))
    for grant in ("UPDATE, DELETE ON audit TO gateway", "UPDATE (actor) ON audit TO gateway", "SELECT ON users TO sealer, PUBLIC"):
        await inside.execute(f"GRANT {grant}")
    owner = owner_of("gateway")
    await asyncio.to_thread(migrate.up, "gateway", url.replace(f"gateway:{_quoted('gateway')}@", f"{owner}:{_quoted(owner)}@"))
    asked = "SELECT has_table_privilege('gateway', 'audit', 'DELETE') OR has_any_column_privilege('gateway', 'audit', 'UPDATE')"
    assert not await inside.fetchval(f"{asked} OR has_table_privilege('sealer', 'users', 'SELECT')")
    await inside.close()


def _quoted(role: str) -> str:
    return quote(DATABASE_PASSWORDS[role], safe="")
