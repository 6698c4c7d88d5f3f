"""Migrations: `python -m shared.migrate <service>` brings the database that DATABASE_URL names to head, and grants the service's role what it may do there;
`python -m shared.migrate <service> <service> …` those that DATABASE_URLS names, a JSON object by service.

They run as the database's owner, not as the service.

`python -m shared.migrate new <service> "create claims"` writes the next revision from the difference between tables and database.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared import keeping

ROOT = Path(__file__).parents[1]
MIGRATE_LOCK = 7_300


def config(service: str, url: str) -> Config:
    made = Config(ROOT / "alembic.ini", ini_section=service)
    made.attributes["url"] = url
    return made


def run(metadata: MetaData) -> None:
    """What each service's `migrations/env.py` calls."""
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    asyncio.run(_run(url, metadata))


async def _run(url: str, metadata: MetaData) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_in, metadata)
        await connection.commit()
    await engine.dispose()


def _in(connection: Connection, metadata: MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=False)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATE_LOCK})
        context.run_migrations()
        if context.config.attributes.get("granting"):
            keeping.grant(connection, metadata, context.config.config_ini_section)


def up(service: str, url: str) -> None:
    made = config(service, url)
    made.attributes["granting"] = True
    command.upgrade(made, "head")


def down(service: str, url: str) -> None:
    """Back to an empty database."""
    command.downgrade(config(service, url), "base")


def prove(service: str, url: str) -> None:
    """Every revision up, down and up again on an empty database, and nothing left to generate."""
    made = config(service, url)
    command.upgrade(made, "head")
    command.downgrade(made, "base")
    command.upgrade(made, "head")
    command.check(made)


def main(arguments: list[str]) -> Any:
    match arguments:
        case ["new", service, message]:
            return command.revision(config(service, os.environ["DATABASE_URL"]), message, autogenerate=True)
        case [service]:
            return up(service, os.environ["DATABASE_URL"])
        case [_, _, *_]:
            urls = json.loads(os.environ["DATABASE_URLS"])
            for service in arguments:
                try:
                    up(service, urls[service])
                except Exception as failed:
                    failed.add_note(f"while migrating {service}")
                    raise
            return None
    sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
