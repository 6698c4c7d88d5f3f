"""What was reported by the bureau before its references bore a word of their own keeps its sequence and its references, both ways."""

import asyncio

import asyncpg
from alembic import command

from deploy.postgres import Server
from shared import migrate


async def test_the_bureaus_references_are_renamed_and_back(server: Server) -> None:
    name = "migrating_bureau"
    admin = await asyncpg.connect(server.dsn())
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    inside = await asyncpg.connect(server.dsn(name))
    await inside.execute("CREATE EXTENSION pg_trgm")
    made = migrate.config("eastwest", server.url(name))
    await asyncio.to_thread(command.upgrade, made, "eastwest_0003")
    await inside.execute("INSERT INTO placement_offices VALUES ('kaili', 7), ('foshan', 3)")
    for step, revision, office in ((command.upgrade, "eastwest_0004", "bureau"), (command.downgrade, "eastwest_0003", "kaili")):
        await asyncio.to_thread(step, made, revision)
        rows = await inside.fetch("SELECT office, last_sequence FROM placement_offices")
        assert {tuple(row) for row in rows} == {(office, 7), ("foshan", 3)}
    await inside.close()
