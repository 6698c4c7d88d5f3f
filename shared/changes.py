"""The change feed: what happened here, in commit order (read in `shared.feed`, followed in `shared.following`).

An event is written in the transaction of the deed. The feed hands rows out up to the snapshot horizon, ordered by (transaction, id), so a row that
commits late is never skipped. Items are CloudEvents 1.0 with thin data: ids, state, version; no personal data. A place in it also says which event stands
there, so that a feed that was restored to an earlier moment is not taken for the one that was read.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, MetaData, Table, Text, Uuid, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared import keeping, redaction, wire
from shared.access import Call
from shared.db import insert_all, new_id

EVENTS_A_BATCH = 200
BIGGEST = 2**63 - 1
AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    """The outbox of a service, the cursors of the feeds it follows, and what each batch of them told."""
    changes = Table(
        "changes",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("transaction_id", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
        Column("event_id", Uuid, nullable=False),
        Column("type", Text, nullable=False),
        Column("subject", Uuid, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("data", JSONB, nullable=False),
        Index("changes_order_idx", "transaction_id", "id"),
        info=keeping.recorded("id", "transaction_id"),
    )
    cursors = Table(
        "followed_feeds",
        metadata,
        Column("feed", Text, primary_key=True),
        Column("after", Text, nullable=False),
        Column("went_back_at", DateTime(timezone=True), comment="when the feed was last found restored to an earlier moment"),
    )
    batches = Table(
        "followed_batches",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("feed", Text, nullable=False),
        Column("after", Text, nullable=False, comment="the cursor behind the batch"),
        Column("events", JSONB, nullable=False),
        Column("taken_in_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Index("followed_batches_feed_idx", "feed", "id"),
        Index("followed_batches_taken_in_at_idx", "taken_in_at"),
        info=keeping.DELETABLE,
    )
    return changes, cursors, batches


_METADATA = MetaData()
CHANGES, CURSORS, BATCHES = tables(_METADATA)


class Event(wire.Out):
    """A CloudEvents 1.0 envelope. `type` is `<paper>.<what happened>`, e.g. `claim.submitted`; `subject` is the paper's id; `sequence` its place in the feed."""

    specversion: str = "1.0"
    id: UUID
    source: str
    type: str
    subject: UUID
    time: wire.Instant
    sequence: str
    data: dict[str, Any]


class Feed(wire.Out):
    """Events in commit order. `next` is the `after` to go on from."""

    items: list[Event]
    next: str


def event(call: Call, type: str, subject: UUID, **data: Any) -> dict[str, Any]:
    """A row of the outbox. `data` holds ids, state and version only."""
    return {
        "event_id": new_id(),
        "type": type,
        "subject": subject,
        "at": call.now,
        "data": redaction.redact_all({key: str(value) if isinstance(value, datetime) else value for key, value in data.items()}),
    }


def file_ids(said: Iterable[object]) -> list[str]:
    """What an event says, as `file_ids`, of the files that its paper names: all of them from then on; an event without it says nothing of them. `said`: ids,
    and texts that may be the id of a file and are else a proof in words."""
    return [each for each in map(str, dict.fromkeys(said)) if AN_ID.fullmatch(each)]


def file_id(said: object) -> UUID | None:
    """The file that is named where a file or a proof in words may stand."""
    return UUID(str(said)) if said is not None and AN_ID.fullmatch(str(said)) else None


async def publish_all(session: AsyncSession, events: list[dict[str, Any]]) -> None:
    """Announces many in one statement; build each with `event`."""
    if events:
        await insert_all(session, insert(CHANGES), events)


def shown(source: str, row: Any) -> Event:
    return Event(
        id=row.event_id, source=f"/{source}", type=row.type, subject=row.subject, time=row.at, sequence=place_of(row), data=row.data
    )


def place_of(row: Any) -> str:
    """Where a row stands, and, by the random end of its event's id, that it is this one."""
    return f"{row.transaction_id}-{row.id}-{row.event_id.hex[-8:]}"


After = Annotated[str | None, Query(max_length=60, description="上一次的 next;没有则从头读;latest:只要此后的")]
Limit = Annotated[int, Query(ge=1, le=1000, description="最多几条")]
Wait = Annotated[float, Query(ge=0, le=30, description="没有新事件时最多等几秒")]
