"""The database: engine, tables' naming convention, ids, and sessions. Transactions belong to `shared.web`: one a request, committed before the answer."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson
import uuid_utils.compat
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Computed,
    FromClause,
    Insert,
    MetaData,
    Result,
    Select,
    Table,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Mapped, QueryableAttribute, declared_attr, mapped_column

from shared.pulse import CONNECTED_WITHIN_SECONDS, Pulse, lost

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

# How long anything may wait, so that an answer comes within about ten seconds whatever is wrong. The server ends what is slow, and its
# connection goes on; the driver's own limit is for a server that does not answer any more, and ends the connection too.
WAITING_SECONDS = 5.0
LOCKED_SECONDS = 5
STATEMENT_SECONDS = 8
ANSWERED_WITHIN_SECONDS = 9.0
CONNECTING: Mapping[str, Any] = {
    "timeout": CONNECTED_WITHIN_SECONDS,
    "command_timeout": ANSWERED_WITHIN_SECONDS,
    "server_settings": {
        "timezone": "Asia/Shanghai",
        "lock_timeout": f"{LOCKED_SECONDS}s",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": "30s",
        "jit": "off",
    },
}
READING: Mapping[str, Any] = {  # the reader's: its statements are few, and stay prepared and planned for as long as the connection
    **CONNECTING,
    "server_settings": {**CONNECTING["server_settings"], "plan_cache_mode": "force_generic_plan"},
    "max_cached_statement_lifetime": 0,
    "max_cacheable_statement_size": 0,
}
# The connections of one process: the sessions' (DATABASE_CONNECTIONS, ten), the reader's, and the pulse's own. Five processes, their migrations (5), the
# sealing (5) and what PostgreSQL keeps for its superusers (3) are 88 of the hundred connections that a server gives by itself; three processes that read
# sheets (3 each) take nine more while they run: three are left to people.
READER_CONNECTIONS = 4
MANY_ROWS = 100
Look = Callable[[Any], Awaitable[None]]
PULSE_CONNECTIONS = 1


def metadata(*kernel_tables: Callable[[MetaData], object]) -> MetaData:
    """A service's own metadata, with the kernel's tables it keeps: `db.metadata(audit.tables, changes.tables, idempotency.table)`."""
    made = MetaData(naming_convention=NAMING)
    for add in kernel_tables:
        add(made)
    return made


def new_id() -> UUID:
    """A UUIDv7: ordered by the time it was made, so the newest comes first in a list sorted by id, descending."""
    return uuid_utils.compat.uuid7()


def has_come(until: ColumnElement[Any] | QueryableAttribute[Any], at_most: timedelta) -> ColumnElement[bool]:
    """Whether a time that is set at most so far ahead has come, by the database's clock. One that lies too far ahead has come as well, or whoever waits for it
    would wait for as long as the clock had been wrong."""
    return or_(until <= func.now(), is_too_far(until, at_most))


def is_too_far(until: ColumnElement[Any] | QueryableAttribute[Any], at_most: timedelta) -> ColumnElement[bool]:
    """Whether a time lies further ahead than any is set, so that it was set before the clock was put back. Held against this very moment: a transaction that
    began earlier would take what a later one has just set for too far."""
    return until > func.clock_timestamp() + at_most


def one_of(column: str, codes: Iterable[str]) -> CheckConstraint:
    """The column holds one of these codes (or nothing, where it may be null)."""
    quoted = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)


def paper_number(series: str) -> Computed:
    """What a paper's number is made of: its series, `year` and `serial`, six digits at least."""
    return Computed(paper_number_sql(series), persisted=True)


def paper_number_sql(series: str) -> str:
    """The same for what is computed of it: the database computes nothing of what it has computed itself."""
    return f"'{series}-' || year::text || '-' || lpad(serial::text, greatest(6, length(serial::text)), '0')"


def table(of: type[Any]) -> Table:
    """The table of a mapped class, for statements that make no objects of its rows."""
    return cast(Table, of.__table__)


def unnested(table: FromClause, names: Iterable[str], prefix: str = "", once: Collection[str] = ()) -> Select[Any]:
    """The rows of an INSERT … SELECT that takes them as an array a column, which is several times as quick as row by row; `arrays` makes its parameters.
    Columns in `once` are the same for all rows."""
    return select(
        *(
            bindparam(name, type_=kind) if name in once else func.unnest(bindparam(name, type_=ARRAY(kind, dimensions=1)))
            for name, kind in ((prefix + name, table.c[name].type) for name in names)
        )
    )


def arrays(rows: Sequence[Mapping[str, Any]], once: Collection[str] = ()) -> dict[str, Any]:
    """Rows of the same members, turned into columns."""
    return {name: value if name in once else [row[name] for row in rows] for name, value in rows[0].items()}


def same_of(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Of many rows (of few it is not worth a statement of its own), the members in which all hold one object, like who did it and when: said once, they cost
    neither the driver nor the database anything more. Never all members: one at least says how many rows there are."""
    if len(rows) < MANY_ROWS:
        return frozenset()
    same = frozenset(name for name, value in rows[0].items() if all(row[name] is value for row in rows))
    return same if len(same) < len(rows[0]) else frozenset()


async def insert_all(session: AsyncSession, into: Insert, rows: Sequence[Mapping[str, Any]]) -> Result[Any]:
    """Inserts rows of the same members (every column without a default in the database) in one statement; `into` says what happens on a conflict, and
    what is returned."""
    names, once = list(rows[0]), same_of(rows)
    selected = unnested(into.table, names, once=once)
    return await session.execute(into.from_select(names, selected, include_defaults=False), arrays(rows, once))


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def driven(url: str) -> str:
    """The address as our driver takes it, also when it is written as other programs take it (`postgresql://…`)."""
    return url.replace("postgresql:", "postgresql+asyncpg:", 1)


def engine(url: str, *, connections: int) -> AsyncEngine:
    """A lazy engine: it connects on first use."""
    return create_async_engine(
        driven(url),
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,  # the connection used last has the statements prepared and their tables at hand: a fifth of the server's work for few callers
        pool_timeout=WAITING_SECONDS,
        hide_parameters=True,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args=CONNECTING,
    )


def writing(of: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions for requests that change something: `async with writing.begin()` commits on leaving, or keeps nothing."""
    return async_sessionmaker(of, expire_on_commit=False, autoflush=False)


def reading(of: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions for plain reads, on autocommit: one round trip a statement, none for a transaction around it."""
    return async_sessionmaker(of.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False, autoflush=False)


class Versioned:
    """A paper: its id, and a version that every change raises. An update against an older version changes nothing (`StaleDataError`)."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        # eager_defaults: what the database computes (a paper's number) comes back with the update, never by a later hidden read
        return {"version_id_col": cls.version, "eager_defaults": True}


class Reader:
    """One-row reads at the driver's speed, for the few answers that are asked for all day: the statement is compiled once, then runs on asyncpg alone.

    Costs a quarter of what a session does; for a list or a story the difference does not matter, and a session is simpler. A plan is made once a
    connection, whatever is asked for, since every statement is by key: the planner would else plan each of the first five runs anew, in three times what a
    large one takes to run.
    """

    def __init__(self, of: AsyncEngine, pulse: Pulse, look: Look | None = None) -> None:
        """`look`: at every new connection, before anyone uses it."""
        self._dialect = of.dialect
        self._address = of.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._pulse, self._look = pulse, look
        self._pool: asyncpg.Pool | None = None
        self._compiled: dict[Select[Any], tuple[str, tuple[str, ...], dict[str, Any]]] = {}
        self._opening = asyncio.Lock()

    async def first(self, statement: Select[Any], values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The first row of a statement that is the same object every time, by column name; `values` are its bound parameters."""
        if statement not in self._compiled:
            made = statement.compile(dialect=self._dialect, compile_kwargs={"render_postcompile": True})
            self._compiled[statement] = (str(made), tuple(made.positiontup or ()), dict(made.params))
        sql, names, fixed = self._compiled[statement]
        bound = [values[name] if name in values else fixed[name] for name in names]
        self._pulse.require()
        pool = self._pool or await self._open()
        while True:
            async with pool.acquire(timeout=WAITING_SECONDS) as connection:
                if lost(connection):
                    connection.terminate()
                    continue
                try:
                    found: Mapping[str, Any] | None = await connection.fetchrow(sql, *bound)
                except (TimeoutError, asyncpg.InternalClientError):  # it stands half-way in a statement and serves nobody any more
                    connection.terminate()
                    raise
                return found

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._address,
                    min_size=0,
                    max_size=READER_CONNECTIONS,
                    connect=self._connect,
                    init=self._opened,
                    reset=_left_as_it_was,
                    **READING,
                )
            return self._pool

    async def _connect(self, *place: Any, **how: Any) -> asyncpg.Connection:
        self._pulse.require()
        return await asyncpg.connect(*place, **how)

    async def _opened(self, connection: asyncpg.Connection) -> None:
        self._pulse.watch(connection)
        if self._look:
            await self._look(connection)
        for kind in ("json", "jsonb"):
            await connection.set_type_codec(kind, encoder=_dumps, decoder=orjson.loads, schema="pg_catalog")

    async def close(self) -> None:
        if self._pool:
            await self._pool.close()


async def _left_as_it_was(_: asyncpg.Connection) -> None:
    """A plain read changes nothing of its connection, so there is nothing to reset: a round trip saved."""
