"""Every service's revisions go up, down and up again, and leave nothing to generate; its role needs no more than its own database."""

import asyncio

import asyncpg
import pytest

from deploy.postgres import Server
from shared import migrate
from tests.conftest import SERVICES


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
