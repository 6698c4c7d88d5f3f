"""What was asked back before a line told apart why is told apart by what had proposed it."""

import asyncio
from uuid import UUID

import asyncpg
from alembic import command

from deploy.postgres import Server
from shared import migrate

CLAIM, FUND = UUID(int=1), UUID(int=2)
LINE = """
    INSERT INTO claim_lines (claim_id, position, trainee_id, verdict, amount, paid_yuan, asked_back_yuan, calculation, findings)
    VALUES ($1, $2, $3, 'eligible', 180, 180, $4, '', '[]')
"""
RECOVERY = """
    INSERT INTO recoveries (id, claim_id, fund_id, amount_yuan, received_yuan, reason, status, opened_by, opened_at, decided_at, version)
    VALUES ($1, $2, $3, $4, $5, '', $6, '', now(), now(), 1)
"""
SHARE = "INSERT INTO recovery_lines (recovery_id, position, trainee_id, amount_yuan, cause) VALUES ($1, $2, $3, $4, $5)"
ASKED = (  # the recovery's state, the line's position, yuan, what proposed it
    ("recovering", 0, 10, "facts"),
    ("recovered", 0, 20, "certificate"),
    ("recovered", 0, 40, None),
    ("dismissed", 0, 80, "facts"),
    ("proposed", 0, 90, "facts"),
    ("recovering", 1, 50, None),
)


async def test_what_new_facts_asked_back_is_told_apart(server: Server) -> None:
    name = "migrating_asked_back"
    admin = await asyncpg.connect(server.dsn())
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    inside = await asyncpg.connect(server.dsn(name))
    await inside.execute("CREATE EXTENSION pg_trgm")
    made = migrate.config("subsidy", server.url(name))
    await asyncio.to_thread(command.upgrade, made, "subsidy_0030")
    await inside.execute("SET session_replication_role = replica")  # neither the claim nor the fund is of interest
    for position, asked_back in enumerate((70, 50)):
        await inside.execute(LINE, CLAIM, position, UUID(int=position), asked_back)
    for number, (status, position, yuan, cause) in enumerate(ASKED):
        await inside.execute(RECOVERY, UUID(int=number), CLAIM, FUND, yuan, yuan if status == "recovered" else 0, status)
        await inside.execute(SHARE, UUID(int=number), position, UUID(int=position), yuan, cause)
    await asyncio.to_thread(command.upgrade, made, "subsidy_0031")
    rows = await inside.fetch("SELECT asked_back_yuan, not_due_yuan FROM claim_lines ORDER BY position")
    assert [tuple(row) for row in rows] == [(70, 30), (50, 0)]
    await inside.close()
