"""The audit trail: who did what to which paper, from where, with what outcome. Written in the transaction of the deed, never changed, sealed into a chain.

Rows are sealed in commit order, up to the snapshot horizon (no transaction still open can add one before it), within about a second. Each seal hashes
its rows together with the seal before it and is signed (Ed25519); the latest signature is also written to a file outside the database, so that
rewriting rows, seals and hashes together is found as well. (网络安全法: kept at least six months; 个人信息保护法 arts. 51, 54.)
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, MetaData, Table, Text, Uuid, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared import clock, keeping, redaction, telemetry
from shared.access import Call

SEAL_LOCK = 7_301
ROWS_A_SEAL = 1_000


def tables(metadata: MetaData) -> tuple[Table, Table]:
    """The trail and its seals, in a service's own database."""
    trail = Table(
        "audit",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("transaction_id", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()"), comment="real time"),
        Column("at", DateTime(timezone=True), nullable=False, comment="policy clock"),
        Column("actor", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("person_id", Uuid),
        Column("actor_name", Text, comment="the account's name at the time, from the token"),
        Column("action", Text, nullable=False),
        Column("subject_type", Text, nullable=False),
        Column("subject", Uuid),
        Column("outcome", Text, nullable=False),
        Column("request_id", Text, nullable=False),
        Column("origin", Text),
        Column("details", JSONB, nullable=False),
        Index("audit_subject_idx", "subject", "id"),
        Index("audit_order_idx", "transaction_id", "id"),
        Index("audit_actor_idx", "actor", "id"),
        info=keeping.APPEND_ONLY,
    )
    seals = Table(
        "audit_seals",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("through_transaction", BigInteger, nullable=False),
        Column("through_id", BigInteger, nullable=False),
        Column("rows", BigInteger, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("sealed_at", DateTime(timezone=True), nullable=False),
        info=keeping.APPEND_ONLY,
    )
    return trail, seals


_METADATA = MetaData()
TRAIL, SEALS = tables(_METADATA)


def entry(
    call: Call, action: str, subject_type: str, subject: UUID | None, details: Mapping[str, Any] | None = None, outcome: str = "done"
) -> dict[str, Any]:
    """A row of the trail. Whatever its details say, they hold no number of a person."""
    actor = call.actor
    return {
        "at": call.now,
        "actor": actor.subject,
        "actor_name": redaction.redact(actor.name) or None,
        "role": actor.role,
        "person_id": actor.person_id,
        "action": action,
        "subject_type": subject_type,
        "subject": subject,
        "outcome": outcome,
        "request_id": call.request_id,
        "origin": call.origin,
        "details": redaction.redact_all(details or {}),
    }


async def record_all(session: AsyncSession, entries: Iterable[dict[str, Any]]) -> None:
    """Many deeds in one statement; build each with `entry`."""
    if entries := list(entries):
        await session.execute(insert(TRAIL), entries)


def show(row: Any) -> dict[str, Any]:
    """An entry as an auditor reads it."""
    return {
        "id": row.id,
        "at": row.at,
        "recorded_at": row.recorded_at,
        "actor": row.actor,
        "actor_name": row.actor_name,
        "role": row.role,
        "person_id": row.person_id,
        "action": row.action,
        "subject_type": row.subject_type,
        "subject": row.subject,
        "outcome": row.outcome,
        "request_id": row.request_id,
        "origin": row.origin,
        "details": row.details,
    }


def _digest(before: bytes, rows: Iterable[Any]) -> bytes:
    digest = hashlib.sha256(before)
    for row in rows:
        digest.update(json.dumps(_sealed(row), sort_keys=True, ensure_ascii=False, default=_plain).encode())
    return digest.digest()


def _sealed(row: Any) -> dict[str, Any]:
    """A row as it is hashed. Rows from before the trail kept names were sealed without that column, and stay as they were sealed."""
    kept = dict(row._mapping)
    return {name: value for name, value in kept.items() if name != "actor_name" or value is not None}


def _plain(value: Any) -> str:
    return value.astimezone(clock.SHANGHAI).isoformat() if hasattr(value, "astimezone") else str(value)


def _between(after: Any | None, through: tuple[int, int] | None = None) -> Any:
    order = func.row(TRAIL.c.transaction_id, TRAIL.c.id)
    rows = select(TRAIL).order_by(TRAIL.c.transaction_id, TRAIL.c.id)
    if after is not None:
        rows = rows.where(order > func.row(after.through_transaction, after.through_id))
    return (
        rows.where(order <= func.row(*through))
        if through
        else rows.where(TRAIL.c.transaction_id < text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    )


async def seal(session: AsyncSession, key: Ed25519PrivateKey) -> dict[str, Any] | None:
    """Seals what has been committed since the last seal; answers the new head, or None when there was nothing (or another process is at it)."""
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(SEAL_LOCK))):
        return None
    last = (await session.execute(select(SEALS).order_by(SEALS.c.number.desc()).limit(1))).first()
    rows = (await session.execute(_between(last).limit(ROWS_A_SEAL))).all()
    if not rows:
        return None
    digest = _digest(last.hash if last else b"", rows)
    head = {
        "number": last.number + 1 if last else 1,
        "through_transaction": rows[-1].transaction_id,
        "through_id": rows[-1].id,
        "rows": len(rows),
        "hash": digest,
        "signature": key.sign(digest),
        "sealed_at": clock.now(),
    }
    await session.execute(insert(SEALS), [head])
    return head


async def verify(session: AsyncSession, key: Ed25519PrivateKey, kept: Path) -> dict[str, Any]:
    """Walks the whole chain again and holds it against the signature kept outside: `{intact, sealed_rows, seals, first_broken}`."""
    seals = (await session.execute(select(SEALS).order_by(SEALS.c.number))).all()
    before, last, rows_sealed = b"", None, 0
    for position, head in enumerate(seals, start=1):
        rows = (await session.execute(_between(last, (head.through_transaction, head.through_id)))).all()
        digest = _digest(before, rows)
        try:
            key.public_key().verify(head.signature, digest)
        except InvalidSignature:
            return {"intact": False, "sealed_rows": rows_sealed, "seals": len(seals), "first_broken": head.number}
        if digest != head.hash or head.number != position or len(rows) != head.rows:
            return {"intact": False, "sealed_rows": rows_sealed, "seals": len(seals), "first_broken": head.number}
        before, last, rows_sealed = digest, head, rows_sealed + len(rows)
    outside = _kept(kept)
    if outside and not any(head.number == outside["number"] and head.hash == base64.b64decode(outside["hash"]) for head in seals):
        return {"intact": False, "sealed_rows": rows_sealed, "seals": len(seals), "first_broken": outside["number"]}
    return {"intact": True, "sealed_rows": rows_sealed, "seals": len(seals), "first_broken": None}


def _kept(path: Path) -> dict[str, Any] | None:
    if not path.exists() or not (lines := path.read_text().splitlines()):
        return None
    try:
        found: dict[str, Any] = json.loads(lines[-1])
    except ValueError:
        return json.loads(lines[-2]) if len(lines) > 1 else None
    return found


async def keep_sealing(engine: AsyncEngine, key: Ed25519PrivateKey, kept: Path, every_seconds: float) -> None:
    """Seals for as long as the process lives, and appends each new head to the file outside the database."""
    rows = 0
    while True:
        if rows < ROWS_A_SEAL:
            await asyncio.sleep(every_seconds)
        rows = 0
        try:
            async with AsyncSession(engine) as session, session.begin():
                head = await seal(session, key)
            if head:
                rows = head["rows"]
                await asyncio.to_thread(keep_outside, kept, head)
        except Exception as error:  # the database may be away: the next round tries again
            telemetry.log.warning("seal_failed", error=type(error).__name__)


def keep_outside(path: Path, head: Mapping[str, Any]) -> None:
    """Appends a signed head to the file that no one with only the database can rewrite."""
    line = {name: base64.b64encode(head[name]).decode() for name in ("hash", "signature")} | {
        "number": head["number"],
        "sealed_at": head["sealed_at"].isoformat(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
