"""Every service's revisions go up, down and up again, and leave nothing to generate; its role needs no more than its own database."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from deploy.postgres import Server
from shared import migrate
from tests.conftest import SERVICES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_is_named_where_it_is_granted_what_may_be_done_with_it(service: str) -> None:
    """Of one that is not, the service itself is told that it may not read it."""
    home = ROOT / ("gateway" if service == "gateway" else f"services/{service}")
    tables = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in home.rglob("tables.py")}
    named = {line.split()[1] for line in (home / "migrations/env.py").read_text().splitlines() if line.startswith("import ")}
    assert named == tables


@pytest.mark.parametrize("service", SERVICES)
async def test_up_down_up_and_nothing_left_to_generate(server: Server, service: str) -> None:
    name = f"migrating_{service}"
    admin = await asyncpg.connect(server.dsn())
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    inside = await asyncpg.connect(server.dsn(name))
    await inside.execute("CREATE EXTENSION pg_trgm")
    await asyncio.to_thread(migrate.prove, service, server.url(name))
    await asyncio.to_thread(migrate.down, service, server.url(name))
    left = await inside.fetch(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind IN ('r', 'S')"
    )
    assert {row["relname"] for row in left} == {"alembic_version"}
    await inside.close()
