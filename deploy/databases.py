"""One database and one role per service, on any PostgreSQL server from 15 on: each role owns its database and can reach no other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

from deploy.processes import CannotStart

Result = TypeVar("Result")


def existing_databases(server: str, names: Iterable[str]) -> list[str]:
    """Which databases of these names the server has already."""

    async def ask() -> list[str]:
        async with _connected(server) as connection:
            rows = await connection.fetch("SELECT datname FROM pg_database WHERE datname = ANY($1::text[]) ORDER BY datname", list(names))
            return [row["datname"] for row in rows]

    return _run_aside(ask())


def make_databases(server: str, passwords: Mapping[str, str], *, ours_alone: bool) -> None:
    """Make what is missing of the databases and roles that `passwords` names, and set the roles' passwords.

    `server`: the address of an account that may create both. `ours_alone`: the server serves nobody else, so that its maintenance
    databases are closed to the roles as well."""

    async def make() -> None:
        async with _connected(server) as connection:
            await _make_each(connection, passwords, ours_alone)
        for name in passwords:
            async with _connected(server, database=name) as connection:
                await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")

    _run_aside(make())


def service_url(server: str, name: str, password: str) -> str:
    """The address, for SQLAlchemy with asyncpg, by which the service `name` reaches its database on `server`."""
    parts = urlsplit(server)
    host = parts.netloc.rpartition("@")[2]
    options = [("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(parts.query)]
    return urlunsplit(("postgresql+asyncpg", f"{name}:{quote(password, safe='')}@{host}", f"/{name}", urlencode(options, safe="/"), ""))


def _run_aside(work: Coroutine[object, object, Result]) -> Result:
    with ThreadPoolExecutor(1) as aside:  # the caller may be inside an event loop of its own
        return aside.submit(asyncio.run, work).result()


@contextlib.asynccontextmanager
async def _connected(server: str, database: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection for the length of the block; what the server refuses, put plainly."""
    try:
        connection = await asyncpg.connect(server.replace("postgresql+asyncpg:", "postgresql:", 1), database=database, timeout=10)
    except (OSError, ValueError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError) as refused:
        raise CannotStart(
            f"连接不上数据库服务器,请检查 DATABASE_URL(主机、端口、账号、密码):{refused}\n"
            "Cannot connect to the database server (DATABASE_URL)."
        ) from None
    try:
        yield connection
    except asyncpg.DiskFullError:
        raise CannotStart("数据库所在的磁盘已满,请清理后重试。\nNo space left on the database server's disk.") from None
    except asyncpg.InsufficientPrivilegeError as refused:
        raise CannotStart(
            f"DATABASE_URL 的账号无权建立数据库、角色或扩展:{refused}\nThe account may not create databases, roles or extensions."
        ) from None
    except (asyncpg.FeatureNotSupportedError, asyncpg.UndefinedFileError) as refused:
        raise CannotStart(f"数据库服务器缺少扩展 pg_trgm:{refused}\nThe server lacks the extension pg_trgm.") from None
    finally:
        await connection.close()


async def _make_each(connection: asyncpg.Connection, passwords: Mapping[str, str], ours_alone: bool) -> None:
    major = connection.get_server_version().major
    if major < 15:
        raise CannotStart(f"数据库服务器是 PostgreSQL {major},至少需要 15。\nPostgreSQL 15 or newer is needed, this is {major}.")
    databases = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    roles = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    superuser = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    # The builtin locale knows Chinese letters whatever the system has installed; without such a locale pg_trgm ignores them silently.
    locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8''" if major >= 17 else ""
    for name, password in passwords.items():
        if name not in roles:
            await _run(connection, "CREATE ROLE %I", name)
        await _run(connection, "ALTER ROLE %I LOGIN PASSWORD %L", name, password)
        if not superuser:
            await _run(connection, "GRANT %I TO CURRENT_USER", name)  # only a member may make a database that the role owns
        if name not in databases:
            await _run(connection, f"CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' {locale}", name, name)
        await _run(connection, "REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC", name)
    if ours_alone:
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")


async def _run(connection: asyncpg.Connection, statement: str, *values: str) -> None:
    """Run a statement that takes no parameters: the server itself puts the values in, quoted, for %I (a name) and %L (a string)."""
    places = ", ".join(f"${number}::text" for number in range(1, len(values) + 1))
    await connection.execute(await connection.fetchval(f"SELECT format('{statement}', {places})", *values))
