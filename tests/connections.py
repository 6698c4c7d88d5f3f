"""What a process does once and each test would do anew: connections to the databases that are lent stay open from one test to the next, with what their
server has prepared and looked up; what SQLAlchemy compiles, and what it asks of a server first, is kept for all engines; whom httpx trusts, and on which
kind of loop it runs, for all clients; what FastAPI says of routes, for all applications.
A process in production has one engine for as long as it lives. Databases that a test makes for itself, and connections that were cut or lost, are none of
these.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar
from weakref import WeakKeyDictionary, WeakSet

import asyncpg
import httpx
import orjson
import uvloop
from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection, PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache, await_
from starlette.routing import BaseRoute

from shared import db
from shared.pulse import lost
from shared.web import documents


class Connections:
    """Those that wait for the next test, by where and how they were opened."""

    def __init__(self) -> None:
        self.loop: uvloop.Loop | None = None
        self.databases: set[str] = set()  # that are lent to one test after another
        self._kinds = WeakKeyDictionary[asyncpg.Connection, str]()
        self._waiting = defaultdict[str, list[AsyncAdapt_asyncpg_connection]](list)
        self.of_readers = defaultdict[str, list[asyncpg.Connection]](list)

    def of_tests(self) -> uvloop.Loop:
        """One loop for all tests of this process, since a connection belongs to its loop; of the kind that services run on."""
        self.loop = uvloop.new_event_loop()
        return self.loop

    def end_of_test(self) -> None:
        """What a test left running ends with it."""
        if self.loop and not self.loop.is_closed() and (left := asyncio.all_tasks(self.loop)):
            for each in left:
                each.cancel()
            self.loop.run_until_complete(asyncio.wait(left))

    def servers(self, database: str) -> list[int]:
        """The server's processes at the other end of those that wait."""
        sessions = (each.driver_connection for several in self._waiting.values() for each in several)
        all_of_them = itertools.chain(sessions, *self.of_readers.values())
        return [each.get_server_pid() for each in all_of_them if each._params.database == database and not each.is_closed()]

    def here(self) -> bool:
        return asyncio.get_running_loop() is self.loop

    def take(self, kind: str) -> AsyncAdapt_asyncpg_connection | None:
        while waiting := self._waiting[kind]:
            found = waiting.pop()
            if not lost(found.driver_connection):
                return found
        return None

    def know(self, made: AsyncAdapt_asyncpg_connection, kind: str) -> None:
        self._kinds[made.driver_connection] = kind

    def known(self, connection: AsyncAdapt_asyncpg_connection) -> bool:
        return connection.driver_connection in self._kinds

    def put_back(self, connection: AsyncAdapt_asyncpg_connection) -> None:
        connection.rollback()
        await_(connection.driver_connection.reset())
        connection.isolation_level = connection._isolation_setting = None
        self._waiting[self._kinds[connection.driver_connection]].append(connection)

    def end(self) -> None:
        for several in self._waiting.values():
            for each in several:
                each.driver_connection.terminate()
        for several in self.of_readers.values():
            for each in several:
                each.terminate()
        self._waiting.clear(), self.of_readers.clear()


CONNECTIONS = Connections()


class Dialect(PGDialect_asyncpg):
    """The driver as all engines of the tests use it. The dialects of all engines are alike, so what is compiled for one serves the others."""

    supports_statement_cache = True
    answers: ClassVar[dict[str, Any]] = {}

    def connect(self, *args: Any, **how: Any) -> AsyncAdapt_asyncpg_connection:
        if how.get("database") not in CONNECTIONS.databases or not CONNECTIONS.here():
            return super().connect(*args, **how)
        kind = repr(sorted(how.items()))
        if found := CONNECTIONS.take(kind):
            return found
        made = super().connect(*args, **how)
        super().on_connect()(made)
        CONNECTIONS.know(made, kind)
        return made

    def on_connect(self) -> Callable[[AsyncAdapt_asyncpg_connection], None]:
        """How a connection reads JSON, which the driver asks the server about."""
        first = super().on_connect()
        return lambda made: None if CONNECTIONS.known(made) else first(made)

    def initialize(self, connection: Connection) -> None:
        """All servers of the tests are the same program, and say the same of themselves."""
        if not self.answers:
            before = dict(vars(self))
            super().initialize(connection)
            self.answers.update({name: value for name, value in vars(self).items() if name not in before or before[name] is not value})
        vars(self).update(self.answers)

    def do_close(self, connection: AsyncAdapt_asyncpg_connection) -> None:
        if CONNECTIONS.known(connection) and CONNECTIONS.here() and not lost(connection.driver_connection):
            CONNECTIONS.put_back(connection)
        else:
            super().do_close(connection)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class Reader(db.Reader):
    """One-row reads over connections that stay open as the sessions' do, and look at the database anew for each reader; with what any reader compiled."""

    compiled: ClassVar[dict[Any, Any]] = {}

    def __init__(self, of: AsyncEngine, *others: Any) -> None:
        super().__init__(of, *others)
        self._compiled = self.compiled
        self._waiting = CONNECTIONS.of_readers[self._address]
        self._kept = of.url.database in CONNECTIONS.databases

    async def _connect(self, *place: Any, **how: Any) -> asyncpg.Connection:
        self._pulse.require()
        while self._kept and CONNECTIONS.here() and self._waiting:
            if not lost(found := self._waiting.pop()):
                return found
        return await super()._connect(*place, **how)

    async def _opened(self, connection: asyncpg.Connection) -> None:
        if connection not in _READS_JSON:
            await super()._opened(connection)
            _READS_JSON.add(connection)
            return
        self._pulse.watch(connection)
        if self._look:
            await self._look(connection)

    async def close(self) -> None:
        for holder in self._pool._holders if self._pool and self._kept and CONNECTIONS.here() else ():
            if holder.is_connected() and holder.is_idle() and not lost(holder._con):
                self._waiting.append(holder._con)
                holder._maybe_cancel_inactive_callback()
                holder._con._pool_holder = holder._con = None
        await super().close()


_READS_JSON = WeakSet[asyncpg.Connection]()


def _compiling_once(make: Callable[..., AsyncEngine]) -> Callable[..., AsyncEngine]:
    """What a statement is compiled to is kept for one engine, which every test makes anew: half of a test was compiling what the one before it had
    compiled."""
    compiled = LRUCache[Any, Any](5_000)

    def engine(url: str, *, connections: int) -> AsyncEngine:
        made = make(url, connections=connections)
        made.sync_engine.update_execution_options(compiled_cache=compiled)
        return made

    return engine


def _described_once(describe: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """What FastAPI says of routes takes up to two seconds, and the routes of a service are the same ones in every test. Each caller's copy is its own."""
    described: dict[tuple[Any, ...], tuple[bytes, Any]] = {}

    def of(*, routes: Sequence[BaseRoute], **said: Any) -> dict[str, Any]:
        shown = [route for route in routes if getattr(route, "include_in_schema", False)]
        alike = (*map(id, shown), *sorted(said.items()))
        if alike not in described:
            described[alike] = orjson.dumps(describe(routes=routes, **said)), shown  # kept, so that no other route gets its id
        copied: dict[str, Any] = orjson.loads(described[alike][0])
        return copied

    return of


def keep() -> None:
    registry.register("postgresql.asyncpg", __name__, "Dialect")
    db.engine = _compiling_once(db.engine)
    db.Reader = Reader
    documents.get_openapi = _described_once(documents.get_openapi)
    # Whom a client of https would trust is read for every client, also of http, in a fiftieth of a second: ten times what its request takes.
    httpx._transports.default.create_ssl_context = cache(httpx._transports.default.create_ssl_context)
    # Whether a request runs on trio is asked by looking, twice a request and through all folders, for a package that is not installed.
    httpx._transports.asgi.is_running_trio = lambda: False
