"""A trail to be sealed and tampered with: the sealer's rounds as a test calls them, and the hands of one who owns the database."""

import asyncio
import base64
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from deploy.postgres import Server
from shared import access, audit, clock, db
from shared.keeping import SEALER
from shared.sealing import sealer
from tests.conftest import KEYS, Service
from tests.prepared import DATABASE_PASSWORDS

KEY = Ed25519PrivateKey.from_private_bytes(base64.b64decode(KEYS["seal_key"]))
CALL = access.Call(access.Actor("test-officer", "officer"), clock.read("2025-04-10T09:00:00+08:00"), "r-1")


async def write(engine: AsyncEngine, count: int) -> None:
    """So many deeds, in one transaction."""
    async with AsyncSession(engine) as session, session.begin():
        await audit.record_all(session, [audit.entry(CALL, "class.approved", "class", db.new_id(), {"n": n}) for n in range(count)])


def engine_of(server: Server, url: str, role: str) -> AsyncEngine:
    """The same database for another role: `sealer`, or `postgres`, who may do everything."""
    database = str(make_url(url).database)
    return db.engine(server.url(database, role, DATABASE_PASSWORDS.get(role)), connections=2)


async def seal(service: Service) -> None:
    """What a sealer that has just started does for the trail of this service."""
    copy = service.kernel.sealed.copies[0]
    await asyncio.to_thread(copy.file.parent.mkdir, parents=True, exist_ok=True)
    engine = engine_of(service.server, str(service.kernel.engine.url), SEALER)
    await sealer.seal_once(sealer.Trail(service.kernel.service, engine, copy.file), KEY)
    await engine.dispose()


async def tamper(service: Service, *statements: str) -> None:
    """Behind the triggers, as one who may do everything there."""
    async with service.superuser() as connection:
        await _behind_the_triggers(connection, statements)


async def tamper_at(engine: AsyncEngine, *statements: str) -> None:
    """The same, where the engine is a superuser's."""
    async with engine.begin() as connection:
        await _behind_the_triggers(connection, statements)


async def _behind_the_triggers(connection: AsyncConnection, statements: Iterable[str]) -> None:
    await connection.execute(text("SET LOCAL session_replication_role = replica"))
    for statement in statements:
        await connection.execute(text(statement))


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def put(file: Path, kept: Iterable[bytes] | None) -> None:
    """The file with these lines instead; None: no file."""
    file.unlink(missing_ok=True)
    if kept is not None:
        file.write_bytes(b"".join(kept))
