"""The audit trail: who did what to which paper, from where, with what outcome. Written in the transaction of the deed, never changed, sealed into a chain
by a process of its own (`shared.sealing`). (网络安全法: kept at least six months; 个人信息保护法 arts. 51, 54.)
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared import keeping, redaction
from shared.access import Call


def tables(metadata: MetaData) -> tuple[Table, Table]:
    """The trail, and the seals that another process adds (`shared.sealing`), in a service's own database."""
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
        Index("audit_action_idx", "action", "id"),
        info=keeping.recorded("id", "transaction_id", "recorded_at"),
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
        info=keeping.READ_ONLY,
    )
    return trail, seals


_METADATA = MetaData()
TRAIL, SEALS = tables(_METADATA)


HORIZON: Final = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger)  # what is before it is over


class Counted(NamedTuple):
    """The rows of the transactions `before` one of which all earlier are over: none goes and none is added. `last`: the last of them (id, when), by which a
    database that was restored to an earlier moment is known."""

    before: int
    rows: int
    last: tuple[int, datetime] | None


NOTHING: Final = Counted(0, 0, None)
_counted: WeakKeyDictionary[Any, Counted] = WeakKeyDictionary()


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


async def total(session: AsyncSession) -> int:
    """How many rows the trail has. A process counts each once, and each time only those that came since."""
    known, trail = _counted.get(session.bind, NOTHING), TRAIL.c
    there = select(TRAIL).where(trail.id == known.last[0], trail.recorded_at == known.last[1]).exists() if known.last else true()
    over = func.count().filter(trail.transaction_id < HORIZON)
    since = select(HORIZON.label("horizon"), over.label("over"), func.count().label("rows"), there.label("there"))
    found = (await session.execute(since.where(trail.transaction_id >= known.before))).one()
    if not found.there:
        del _counted[session.bind]
        return await total(session)
    ends = select(trail.id, trail.recorded_at).where(trail.transaction_id < found.horizon)
    last = (await session.execute(ends.order_by(trail.transaction_id.desc(), trail.id.desc()).limit(1))).first()
    _counted[session.bind] = Counted(found.horizon, known.rows + found.over, (last.id, last.recorded_at) if last else None)
    return known.rows + int(found.rows)


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
