"""What is kept only for a term, and the job that forgets it afterwards: one in every process, hourly, in small steps that hold up nobody.

Terms run by the database's clock, never by the policy clock. The trail, its seals and the feed are not forgotten. (个人信息保护法 art. 19: no longer than
needed; 网络安全法: logs at least six months.)
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, literal_column, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import idempotency, telemetry

_EPOCH = select(func.extract("epoch", func.now()))
SIX_MONTHS_DAYS = 184  # the longest six months of a year
EVERY_SECONDS = 3600
ROWS_A_STEP = 1_000
FORGET_LOCK = 7_302
AHEAD_AT_MOST_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Term:
    """Rows of a table go when `since` lies more than `days` back and `also` holds; with `emptied` they stay, with these values."""

    table: Table
    since: ColumnElement[Any]
    days: int
    also: ColumnElement[bool] = field(default_factory=true)
    emptied: Mapping[str, Any] | None = None


KEYS = Term(idempotency.KEYS, idempotency.KEYS.c.kept_at, idempotency.KEPT_DAYS)


@dataclass
class Pace:
    """The database's clock beside this process's own, which nobody sets. One that is suddenly far ahead would end every term at once."""

    began: tuple[float, float] | None = None

    def steady(self, database: float, own: float) -> bool:
        first_database, first_own = self.began = self.began or (database, own)
        return (database - first_database) - (own - first_own) <= AHEAD_AT_MOST_SECONDS


async def keep_forgetting(engine: AsyncEngine, terms: Sequence[Term], after_seconds: float) -> None:
    """Forgets for as long as the process lives; one that has just started serves first."""
    await asyncio.sleep(after_seconds)
    pace = Pace()
    while True:
        await forget_all(engine, terms, pace)
        await asyncio.sleep(EVERY_SECONDS)


async def forget_all(engine: AsyncEngine, terms: Sequence[Term], pace: Pace) -> None:
    """One round; none while the database's clock has gone ahead: a restart says that it is right."""
    for term in terms:
        try:
            async with engine.connect() as connection:
                database = float((await connection.execute(_EPOCH)).scalar_one())
            if not pace.steady(database, time.monotonic()):
                telemetry.log.warning("clock_ahead", table=term.table.name)
                continue
            await forget(engine, term)
        except Exception as error:  # the database may be away: the next round tries again
            telemetry.log.warning("forgetting_failed", table=term.table.name, error=type(error).__name__)


async def forget(engine: AsyncEngine, term: Term) -> int:
    """Forgets everything of one table whose term is over; answers how many rows it was. Of processes that do so at once one does the work: the rows
    themselves cannot be locked where they never change."""
    over = (term.since < func.now() - text(f"interval '{term.days} days'")) & term.also
    place: ColumnElement[Any] = literal_column("ctid")
    step = select(place).select_from(term.table).where(over).limit(ROWS_A_STEP)
    alone = select(func.pg_try_advisory_xact_lock(FORGET_LOCK, func.hashtext(term.table.name)))
    forgotten = delete(term.table) if term.emptied is None else update(term.table).values(term.emptied)
    total = 0
    while True:
        async with engine.begin() as connection:
            if not (await connection.execute(alone)).scalar_one():
                return total
            done = (await connection.execute(forgotten.where(place.in_(step), over))).rowcount
        total += done
        if done < ROWS_A_STEP:
            return total
