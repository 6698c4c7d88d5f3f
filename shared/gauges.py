"""Figures for `/metrics` that are asked of the database when they are read: lag of feeds and followers, seals, what waits.

Everyone who reads within a few seconds is given the same figures, so that reading costs the database next to nothing. Where it does not answer in time, the
figures of this process alone are told, and `database_up` is 0.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client import Gauge as Shown
from sqlalchemy import BigInteger, ColumnElement, Select, Table, cast, func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.sql.expression import CompoundSelect

from shared import changes, db, telemetry
from shared.sealing import chain

SAME_FOR_SECONDS = 5.0
ANSWERED_WITHIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure, or one for each value of its labels: `rows` answers the labels' values and then the figure. Of a label's value a figure
    that is null is not told; one without labels is nought then."""

    name: str
    says: str
    rows: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
    labels: tuple[str, ...] = ()


def jobs(*of: type[Any]) -> Gauge:
    """Of these tables of jobs, how many wait or are at work."""
    among = text("status IN ('queued', 'running')")
    each: list[Table] = [db.table(mapped) for mapped in of]
    rows = union_all(*(select(literal(table.name), func.count()).select_from(table).where(among) for table in each))
    return Gauge("jobs_waiting", "Jobs that wait or are at work", rows, ("of",))


def _number(position: ColumnElement[str]) -> ColumnElement[int]:
    """The second half of a feed's place, which is the number of an event."""
    return cast(func.nullif(func.split_part(position, "-", 2), ""), BigInteger)


OF_EVERY_SERVICE = (
    Gauge("change_feed_head", "Number of the newest event of this service's own feed", select(func.max(changes.CHANGES.c.id))),
    Gauge(
        "followed_feed_place",
        "Number of the last event taken in of another service's feed: its change_feed_head less this is how far the follower is behind",
        select(changes.CURSORS.c.feed, _number(changes.CURSORS.c.after)),
        ("feed",),
    ),
    Gauge(
        "followed_feed_went_back_seconds",
        "How long ago another service's feed was last found restored to an earlier moment, and what it had told since was let go of",
        select(changes.CURSORS.c.feed, func.extract("epoch", func.now() - changes.CURSORS.c.went_back_at)),
        ("feed",),
    ),
)


@dataclass
class Gauges:
    """What one process asks for its metrics."""

    of_the_service: Sequence[Gauge]
    _told: tuple[float, CollectorRegistry] | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, reading: async_sessionmaker[AsyncSession], pool: Any) -> CollectorRegistry:
        """The figures as of now, or of a moment ago. `pool`: the engine's."""
        async with self._asking:
            if self._told is None or time.monotonic() - self._told[0] > SAME_FOR_SECONDS:
                made = CollectorRegistry()
                _show_pool(made, pool)
                up = Shown("database_up", "Whether the database answered in time", registry=made)
                try:
                    async with asyncio.timeout(ANSWERED_WITHIN_SECONDS), reading() as session:
                        await self._fill(made, session)
                    up.set(1)
                except Exception as error:  # whatever is wrong with the database, the rest is told
                    telemetry.log.warning("metrics_without_database", error=type(error).__name__)
                self._told = time.monotonic(), made
            return self._told[1]

    async def _fill(self, made: CollectorRegistry, session: AsyncSession) -> None:
        waits = await chain.unsealed_seconds(session)
        Shown("audit_unsealed_seconds", "For how long the oldest row of the audit trail waits for its seal", registry=made).set(waits or 0)
        for gauge in (*OF_EVERY_SERVICE, *self.of_the_service):
            shown = Shown(gauge.name, gauge.says, gauge.labels, registry=made)
            for *labels, figure in (await session.execute(gauge.rows)).all():
                if figure is not None:
                    (shown.labels(*labels) if labels else shown).set(float(figure))


def _show_pool(made: CollectorRegistry, pool: Any) -> None:
    shown = Shown("database_pool_connections", "Connections of this process's pool", ["state"], registry=made)
    shown.labels("used").set(pool.checkedout())
    shown.labels("idle").set(pool.checkedin())
    Shown("database_pool_size", "How many connections the pool may have", registry=made).set(pool.size())
