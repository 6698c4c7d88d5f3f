"""A second database server that follows the first: figures that may be a moment late are read from it, so that whoever counts is in nobody's way.

How late it is nobody's clock says. Again and again the first server is asked how far its log has come; when the second has got to where the first was at a
moment, it knows all that had been committed by then. What decides something, and whatever a caller has just written, is read from the first.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import db, errors, telemetry
from shared.pulse import Pulse

LATE_SECONDS_AT_MOST = 2.0
LOOKS_EVERY_SECONDS = 0.5
FAILURES = (DBAPIError, NoneFree, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

_HOW_FAR = text("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
_FOLLOWED = text("SELECT CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint END")
Opened = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class Replica:
    """One process's view of it. None at `url`: there is none, and everything is read from the first."""

    def __init__(self, first: async_sessionmaker[AsyncSession], url: str, connections: int) -> None:
        self._first = first
        self._engine = db.engine(url, connections=connections) if url else None
        self._reading = db.reading(self._engine) if self._engine else None
        self._pulse = Pulse(self._engine) if self._engine else None  # cuts whoever waits on it when it hangs
        self._places = deque[tuple[float, int]]()  # where the first was, when
        self._knows_until = float("-inf")

    @property
    def late_seconds(self) -> float | None:
        """How much may be missing at most; None where there is no second server."""
        return None if self._engine is None else time.monotonic() - self._knows_until

    @property
    def opened(self) -> Opened | None:
        """Sessions of it, while it is late by no more than the bound."""
        late = self.late_seconds
        return None if late is None or late > LATE_SECONDS_AT_MOST else self._reading

    def left(self, why: BaseException) -> None:
        """A reading failed there: nobody reads there before the next look."""
        self._knows_until = float("-inf")
        telemetry.log.warning("replica_left", error=type(why).__name__)

    async def keep_looking(self) -> None:
        """For as long as the process lives."""
        if self._pulse is None:
            return
        async with asyncio.TaskGroup() as work:
            work.create_task(self._pulse.keep_beating())
            while True:
                try:
                    await self.look()
                except (*FAILURES, errors.Unavailable) as error:
                    self.left(error)
                await asyncio.sleep(LOOKS_EVERY_SECONDS)

    async def look(self) -> None:
        assert self._reading is not None
        now = time.monotonic()
        async with self._first() as session:
            self._places.append((now, await session.scalar(_HOW_FAR)))
        async with self._reading() as session:
            followed = await session.scalar(_FOLLOWED)
        if followed is None:
            raise OSError("it follows nobody")  # it was made a server of its own, or the address is the first's
        while self._places and self._places[0][1] <= followed:
            self._knows_until = self._places.popleft()[0]
        while self._places and now - self._places[0][0] > LATE_SECONDS_AT_MOST:
            self._places.popleft()

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
