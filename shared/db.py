"""The database: engine, tables' naming convention, ids, and sessions. Transactions belong to `shared.web`: one a request, committed before the answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import uuid_utils.compat
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

NAMING = {"ix": "%(table_name)s_%(column_0_N_name)s_idx", "uq": "%(table_name)s_%(column_0_N_name)s_key", "ck": "%(table_name)s_%(constraint_name)s_check",
          "fk": "%(table_name)s_%(column_0_name)s_fkey", "pk": "%(table_name)s_pkey"}  # fmt: skip


def metadata(*kernel_tables: Callable[[MetaData], object]) -> MetaData:
    """A service's own metadata, with the kernel's tables it keeps: `db.metadata(audit.tables, changes.tables, idempotency.table)`."""
    made = MetaData(naming_convention=NAMING)
    for add in kernel_tables:
        add(made)
    return made


def new_id() -> UUID:
    """A UUIDv7: ordered by the time it was made, so the newest comes first in a list sorted by id, descending."""
    return uuid_utils.compat.uuid7()


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def engine(url: str, *, connections: int) -> AsyncEngine:
    """A lazy engine: it connects on first use. Statements are ended by the server after 15 s, idle transactions after 30 s."""
    return create_async_engine(
        url, pool_size=connections, max_overflow=0, pool_timeout=5, hide_parameters=True, json_serializer=_dumps, json_deserializer=orjson.loads,
        connect_args={"timeout": 5, "server_settings": {"timezone": "Asia/Shanghai", "statement_timeout": "15000", "idle_in_transaction_session_timeout": "30000", "jit": "off"}},
    )  # fmt: skip


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
        return {"version_id_col": cls.version}
