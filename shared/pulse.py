"""Whether the database answers, and whether it can keep anything: asked once a second over a connection of its own, so that nobody else waits to find out.

A server that hangs lets every statement wait, and its own time limits do not run. So when it leaves a beat without an answer, all connections of this
process are cut (whoever waits on one gets a 503), and whoever needs one is refused at once until a beat is answered again.
When a statement meets a full disk, transactions are refused and plain reads go on, until the database has room again for a small sort on its disk.
"""

import asyncio
import contextlib
import errno
import select
from typing import Any
from weakref import WeakSet

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import errors, telemetry

AWAY = "数据库暂时不可用,本次操作没有保存。请按 Retry-After 等待后重试。"
FULL = "数据库所在的磁盘已满,暂时只能查询,本次操作没有保存。请稍后重试,并请管理员清理磁盘。"
NO_ANSWER, NOT_REACHED, CROWDED, DISK_FULL = "没有按时应答", "连接不上", "连接数已满", "磁盘已满,只能查询"

EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
CONNECTED_WITHIN_SECONDS = 3.0
LOOKED_AT_AGAIN_SECONDS = 0.3
FULL_RETRY_AFTER = {"Retry-After": "10"}

# Sorted on the server's disk, about 8 MB: half of a piece of its log. It needs no right, leaves nothing behind and is not logged.
_ROOM = "SELECT count(*) FROM generate_series(1, 500000)"
_ROOM_SECONDS = 8.0
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: BaseException | None) -> bool:
    """Whether a disk had no room: the database's, or, while a file was written, this machine's."""
    return getattr(error, "sqlstate", None) == asyncpg.DiskFullError.sqlstate or (isinstance(error, OSError) and error.errno in _NO_ROOM)


class Pulse:
    """One process's view of its database. `away` and `full` say why it cannot be used, or cannot be written to; None while it can."""

    def __init__(self, of: AsyncEngine) -> None:
        self.away: str | None = None
        self.full: str | None = None
        self.patience_seconds = PATIENCE_SECONDS
        self._address = of.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._own: asyncpg.Connection | None = None
        self._others: WeakSet[asyncpg.Connection] = WeakSet()
        self._beating: asyncio.Task[str | None] | None = None
        engine = of.sync_engine
        event.listen(engine, "do_connect", self._before_connecting)
        event.listen(engine, "connect", lambda opened, _: self.watch(opened.driver_connection))
        event.listen(engine, "checkout", _only_living)
        event.listen(engine, "begin", self._before_a_transaction)
        event.listen(engine, "handle_error", self._learn)

    async def keep_beating(self) -> None:
        """For as long as the process lives; one that has just started serves first."""
        try:
            while True:
                await asyncio.sleep(EVERY_SECONDS / 2 if self.away else EVERY_SECONDS)
                await asyncio.wait([self._beat()])
        finally:
            if self._beating:
                self._beating.cancel()
                await asyncio.gather(self._beating, return_exceptions=True)
            if self._own:
                self._own.terminate()

    async def check(self) -> dict[str, Any]:
        """For `/readyz`: what a beat finds now. Of one that is known to be away or full, what the last beat found, unless the next finds otherwise at once."""
        known = self.away or self.full
        beat = self._beat()
        await asyncio.wait([beat], timeout=LOOKED_AT_AGAIN_SECONDS if known else self.patience_seconds)
        why = beat.result() if beat.done() else known or NO_ANSWER
        status = "ok" if why is None else "full" if why == DISK_FULL else "unavailable"
        return {"status": status} | ({"why": why} if why else {})

    def require(self) -> None:
        """Raises `Unavailable` while the database is known to be away."""
        if self.away:
            raise errors.Unavailable(AWAY)

    def watch(self, connection: asyncpg.Connection) -> None:
        """Of a new connection of this process: it is cut when the database hangs."""
        self._others.add(connection)

    def _beat(self) -> asyncio.Task[str | None]:
        """The beat that is on, or the next."""
        if self._beating is None or self._beating.done():
            self._beating = asyncio.create_task(self._once())
        return self._beating

    async def _once(self) -> str | None:
        """Asks, and draws the consequences; answers what is wrong, or None."""
        before, wrong = (self.away, self.full), await self._ask()
        self.away = wrong if wrong in (NO_ANSWER, NOT_REACHED) else None
        if wrong == NO_ANSWER:
            for connection in tuple(self._others):
                connection.terminate()
        if self.full and wrong is None and await self._has_room():
            self.full = None
        if (self.away, self.full) != before:
            telemetry.log.warning("database", away=self.away, full=self.full)
        return wrong or self.full

    async def _ask(self) -> str | None:
        """What is wrong, or None. That a kept connection was ended says nothing of the server: then a new one is asked."""
        kept = self._own is not None
        wrong = await self._ask_once()
        return await self._ask_once() if kept and wrong == NOT_REACHED else wrong

    async def _ask_once(self) -> str | None:
        try:
            if self._own is None or self._own.is_closed():
                self._own = await asyncpg.connect(self._address, timeout=CONNECTED_WITHIN_SECONDS, server_settings={"work_mem": "64kB"})
            await self._own.fetchval("SELECT 1", timeout=self.patience_seconds)
        except asyncpg.TooManyConnectionsError:  # whoever has a connection can go on
            return CROWDED
        except Exception as error:
            if self._own:
                self._own.terminate()
            return NO_ANSWER if isinstance(error, TimeoutError) else NOT_REACHED
        return None

    async def _has_room(self) -> bool:
        assert self._own is not None, "it has just answered"
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._own.fetchval(_ROOM, timeout=_ROOM_SECONDS)
            return True
        return False

    def _before_connecting(self, *_: Any) -> None:
        self.require()

    def _before_a_transaction(self, connection: Connection) -> None:
        if self.full and connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            raise errors.Unavailable(FULL, headers=FULL_RETRY_AFTER)

    def _learn(self, context: ExceptionContext) -> None:
        """Of a statement that failed: that the disk is full, or that its connection is dead, which then must not be waited for a second time."""
        error = context.original_exception
        if is_full(error):
            self.full = DISK_FULL
        if isinstance(error, TimeoutError) and context.connection is not None:
            context.is_disconnect, context.invalidate_pool_on_disconnect = True, False
            dead: Any = context.connection.connection.driver_connection
            dead.terminate()


def lost(connection: asyncpg.Connection) -> bool:
    """Whether the server has ended a kept connection, also where the driver has not read that yet: to one that nobody asks anything it only says farewell."""
    transport = connection._transport  # the driver tells of an end two rounds of the loop after it has come
    return connection.is_closed() or transport.is_closing() or _has_come(transport.get_extra_info("socket").fileno())


def _has_come(socket: int) -> bool:
    asked = select.poll()
    asked.register(socket, select.POLLIN)
    return bool(asked.poll(0))


def _only_living(kept: Any, *_: Any) -> None:
    """A kept connection that was lost in the meantime is replaced before anyone uses it."""
    if lost(kept.driver_connection):
        raise DisconnectionError
