"""What a set of databases is proved by: how many rows each table has, every seal of every trail, and the balances of the funds against their ledger."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.databases import run_aside
from deploy.processes import CannotStart
from shared import db
from shared.sealing import Reason, heads, verifying

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
SEALS = "SELECT number, hash, signature, sealed_at FROM audit_seals ORDER BY number"
OUT_OF_BALANCE = """
SELECT count(*) FROM funds CROSS JOIN LATERAL (
    SELECT coalesce(sum(CASE 'available' WHEN to_account THEN amount_yuan WHEN from_account THEN -amount_yuan END), 0) AS available,
           coalesce(sum(CASE 'reserved' WHEN to_account THEN amount_yuan WHEN from_account THEN -amount_yuan END), 0) AS reserved,
           coalesce(sum(CASE 'paid' WHEN to_account THEN amount_yuan WHEN from_account THEN -amount_yuan END), 0) AS paid
    FROM fund_postings WHERE fund_id = funds.id) AS posted
WHERE (available_yuan, reserved_yuan, paid_yuan) IS DISTINCT FROM (available, reserved, paid)"""


@dataclass
class Proof:
    """What was found. `rows`: by service and table; `seals`: how many, by service; `faults`: what does not hold, in sentences."""

    revisions: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    seals: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def rows_in_all(self) -> int:
        return sum(sum(tables.values()) for tables in self.rows.values())


def prove(address: Callable[[str], str], services: Iterable[str], public_keys: Sequence[bytes], heads_in: Path | None) -> Proof:
    """Looks through the databases of these services. `address`: of a service's database, for asyncpg, by one who may read all; `heads_in`: a folder with
    copies of the heads, each of which must be a beginning of what the database has."""

    async def all_of_them() -> Proof:
        found = Proof()
        for service in services:
            await _look(found, service, address(service), public_keys, heads_in)
        return found

    try:
        return run_aside(all_of_them())
    except (OSError, asyncpg.PostgresError) as fault:
        raise CannotStart(f"数据库读不出来:{fault}\nThe databases cannot be read.") from None


async def _look(found: Proof, service: str, address: str, public_keys: Sequence[bytes], heads_in: Path | None) -> None:
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found.revisions[service] = await connection.fetchval("SELECT version_num FROM alembic_version")
            tables = [row["relname"] for row in await connection.fetch(TABLES)]
            found.rows[service] = {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in tables}
            if "funds" in tables and (wrong := await connection.fetchval(OUT_OF_BALANCE)):
                found.faults.append(f"{service}:{wrong} 项资金的余额与分录不符")
            kept = b"".join([heads.line(heads.Head(*seal)) async for seal in connection.cursor(SEALS)]) if heads_in else b""
    finally:
        await connection.close()
    copied = heads_in / f"{service}.jsonl" if heads_in else None
    if copied and copied.exists() and not kept.startswith(copied.read_bytes()):
        found.faults.append(f"{service}:封存文件(heads)与数据库中的封存不符")
    engine = db.engine(address, connections=1)
    try:
        trail = await verifying.verify(verifying.sealed(engine, public_keys, {}))
    finally:
        await engine.dispose()
    found.seals[service] = trail.seals
    if trail.broken and trail.broken.reason is not Reason.UNSEALED_TOO_LONG:  # nobody seals meanwhile
        found.faults.append(f"{service}:{trail.broken.sentence}")


async def write_heads(address: str, file: Path) -> int:
    """Writes the heads of all seals of a service's trail, in a file that was not there."""
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction(readonly=True):
            lines = [heads.line(heads.Head(*seal)) async for seal in connection.cursor(SEALS)]
    finally:
        await connection.close()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("xb") as written:
        written.writelines(lines)
    return len(lines)
