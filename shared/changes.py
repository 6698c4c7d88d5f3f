"""The change feed: what happened here, in commit order (read in `shared.feed`); and the follower that takes each event of another service in once.

An event is written in the transaction of the deed. The feed hands rows out up to the snapshot horizon, ordered by (transaction, id), so a row that
commits late is never skipped. Items are CloudEvents 1.0 with thin data: ids, state, version; no personal data.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, MetaData, Table, Text, Uuid, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared import errors, http_client, keeping, redaction, telemetry, wire
from shared.access import Call
from shared.db import new_id

FOLLOWER_WAIT_SECONDS = 20
FOLLOWER_RETRY_SECONDS = 1.0
FEED_ANSWERS_WITHIN_SECONDS = 5.0
EVENTS_A_BATCH = 200
BIGGEST = 2**63 - 1
AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def tables(metadata: MetaData) -> tuple[Table, Table]:
    """The outbox of a service and the cursors of the feeds it follows."""
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
    cursors = Table("followed_feeds", metadata, Column("feed", Text, primary_key=True), Column("after", Text, nullable=False))
    return changes, cursors


_METADATA = MetaData()
CHANGES, CURSORS = tables(_METADATA)


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
        "data": redaction.redact_all({key: str(value) if isinstance(value, UUID | datetime) else value for key, value in data.items()}),
    }


def file_ids(said: Iterable[object]) -> list[str]:
    """What an event says, as `file_ids`, of the files that its paper names: all of them from then on; an event without it says nothing of them. `said`: ids,
    and texts that may be the id of a file and are else a proof in words."""
    return [each for each in map(str, dict.fromkeys(said)) if AN_ID.fullmatch(each)]


async def publish_all(session: AsyncSession, events: list[dict[str, Any]]) -> None:
    """Announces many in one statement; build each with `event`."""
    if events:
        await session.execute(insert(CHANGES), events)


def shown(source: str, row: Any) -> Event:
    return Event(
        id=row.event_id,
        source=f"/{source}",
        type=row.type,
        subject=row.subject,
        time=row.at,
        sequence=f"{row.transaction_id}-{row.id}",
        data=row.data,
    )


After = Annotated[str | None, Query(max_length=40, description="上一次的 next;没有则从头读;latest:只要此后的")]
Limit = Annotated[int, Query(ge=1, le=1000, description="最多几条")]
Wait = Annotated[float, Query(ge=0, le=30, description="没有新事件时最多等几秒")]

Fetch = Callable[[str | None, int, float], Awaitable[Mapping[str, Any]]]
TakeIn = Callable[[AsyncSession, Event], Awaitable[None]]


def feed_of(neighbour: http_client.Neighbour, call: Callable[[], Call]) -> Fetch:
    """The feed of a neighbouring service, read by calls this service makes of its own accord."""

    async def fetch(after: str | None, limit: int, wait_seconds: float) -> Mapping[str, Any]:
        asked = {"limit": limit, "wait": wait_seconds} | ({"after": after} if after else {})
        answer = await neighbour.get("/v1/changes", call(), asked, timeout_seconds=wait_seconds + FEED_ANSWERS_WITHIN_SECONDS)
        if answer is None:
            raise errors.UpstreamFailed(f"{neighbour.name} 服务没有变更流。")
        return dict(answer)

    return fetch


async def follow(engine: AsyncEngine, feed: str, fetch: Fetch, take_in: TakeIn) -> None:
    """Follows another service's feed for as long as the process lives. The cursor moves in the transaction of what the events did: each takes effect once."""
    while True:
        try:
            await follow_once(engine, feed, fetch, take_in, wait_seconds=FOLLOWER_WAIT_SECONDS)
        except Exception as error:  # the neighbour or the database is away: the cursor has not moved, so try again
            telemetry.log.warning("follow_failed", feed=feed, error=type(error).__name__)
            await asyncio.sleep(FOLLOWER_RETRY_SECONDS)


async def follow_once(engine: AsyncEngine, feed: str, fetch: Fetch, take_in: TakeIn, *, wait_seconds: float = 0) -> int:
    """Takes in one batch and answers how many events it held."""
    async with AsyncSession(engine) as session:
        after = await session.scalar(select(CURSORS.c.after).where(CURSORS.c.feed == feed))
    batch = Feed.model_validate(await fetch(after, EVENTS_A_BATCH, wait_seconds))
    if not batch.items:
        return 0
    async with AsyncSession(engine) as session, session.begin():
        if after is None:
            moved = await session.execute(upsert(CURSORS).values(feed=feed, after=batch.next).on_conflict_do_nothing())
        else:
            moved = await session.execute(update(CURSORS).where(CURSORS.c.feed == feed, CURSORS.c.after == after).values(after=batch.next))
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            return 0  # another process of this service took the batch in
        for item in batch.items:
            await take_in(session, item)
    return len(batch.items)
