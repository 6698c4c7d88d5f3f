"""One database per service on any PostgreSQL server from 15 on, and who reaches it: its owner, for migrations; its working role, the service; the sealer.

No role reaches another service's database but the sealer, which reads the trail of each and adds its seals. What the working role and the sealer may
do to the tables `shared/keeping.py` grants after each migration.

`python -m deploy.databases registry subsidy …` makes them on the server of DATABASE_URL, with the passwords OWNER_DATABASE_PASSWORD (of every owner),
SEALER_DATABASE_PASSWORD and, of each service, <SERVICE>_DATABASE_PASSWORD.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

from deploy.processes import CannotStart
from shared.keeping import SEALER

Result = TypeVar("Result")


def owner_of(name: str) -> str:
    """The role that owns the database of the service `name` and all that is in it."""
    return f"{name}_owner"


def roles_for(names: Iterable[str]) -> list[str]:
    """Every role that the databases of these services need."""
    return [*(role for name in names for role in (name, owner_of(name))), SEALER]


def existing_databases(server: str, names: Iterable[str]) -> list[str]:
    """Which databases of these names the server has already."""

    async def ask() -> list[str]:
        async with _connected(server) as connection:
            rows = await connection.fetch("SELECT datname FROM pg_database WHERE datname = ANY($1::text[]) ORDER BY datname", list(names))
            return [row["datname"] for row in rows]

    return run_aside(ask())


def make_databases(server: str, names: Sequence[str], passwords: Mapping[str, str], *, ours_alone: bool) -> None:
    """Make what is missing of the databases `names` and of their roles, and set the roles' passwords. A database that its working role owns, as was once
    so, is handed over to its owner with all that is in it.

    `server`: the address of an account that may create both. `ours_alone`: the server serves nobody else, so that its maintenance
    databases are closed to the roles as well."""

    async def make() -> None:
        async with _connected(server) as connection:
            await _make_each(connection, names, passwords, ours_alone)
        for name in names:
            async with _connected(server, database=name) as connection:
                await _run(connection, "REASSIGN OWNED BY %I TO %I", name, owner_of(name))
                await connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
                await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")

    run_aside(make())


def role_url(server: str, database: str, role: str, password: str) -> str:
    """The address, for SQLAlchemy with asyncpg, by which the role reaches the database on `server`."""
    parts = urlsplit(server)
    host = parts.netloc.rpartition("@")[2]
    options = [("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(parts.query)]
    return urlunsplit(("postgresql+asyncpg", f"{role}:{quote(password, safe='')}@{host}", f"/{database}", urlencode(options, safe="/"), ""))


def run_aside(work: Coroutine[object, object, Result]) -> Result:
    """Runs it to its end, also for a caller who is inside an event loop of its own."""
    with ThreadPoolExecutor(1) as aside:
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


async def _make_each(connection: asyncpg.Connection, names: Sequence[str], passwords: Mapping[str, str], ours_alone: bool) -> None:
    major = connection.get_server_version().major
    if major < 15:
        raise CannotStart(f"数据库服务器是 PostgreSQL {major},至少需要 15。\nPostgreSQL 15 or newer is needed, this is {major}.")
    databases = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    # The builtin locale knows Chinese letters whatever the system has installed; without such a locale pg_trgm ignores them silently.
    locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8''" if major >= 17 else ""
    await make_roles(connection, names, passwords)
    for name in names:
        if name not in databases:
            await _run(connection, f"CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' {locale}", name, owner_of(name))
        await _run(connection, "ALTER DATABASE %I OWNER TO %I", name, owner_of(name))
        await open_to(connection, name, name)
    if ours_alone:
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")


async def make_roles(connection: asyncpg.Connection, names: Iterable[str], passwords: Mapping[str, str]) -> None:
    """Make what is missing of the roles of these services, none with a power over the server, and set their passwords."""
    there = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    superuser = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    for role in roles_for(names):
        if role not in there:
            await _run(connection, "CREATE ROLE %I", role)
        await _run(connection, "ALTER ROLE %I LOGIN PASSWORD %L", role, passwords[role])
        if not superuser:
            await _run(connection, "GRANT %I TO CURRENT_USER", role)  # only a member may give the role something to own


async def open_to(connection: asyncpg.Connection, database: str, name: str) -> None:
    """Let the working role of the service `name` and the sealer into the database, and nobody else besides its owner."""
    await _run(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC, %I", database, name)
    await _run(connection, "GRANT CONNECT ON DATABASE %I TO %I, %I", database, name, SEALER)


async def _run(connection: asyncpg.Connection, statement: str, *values: str) -> None:
    """Run a statement that takes no parameters: the server itself puts the values in, quoted, for %I (a name) and %L (a string)."""
    places = ", ".join(f"${number}::text" for number in range(1, len(values) + 1))
    await connection.execute(await connection.fetchval(f"SELECT format('{statement}', {places})", *values))


def main(names: Sequence[str]) -> None:
    """What the container files run before migrations."""
    try:
        password = {of: os.environ[f"{of.upper()}_DATABASE_PASSWORD"] for of in ("owner", SEALER, *names)}
        server = os.environ["DATABASE_URL"]
    except KeyError as missing:
        sys.exit(f"缺少设置 {missing}。\nThe setting {missing} is missing.")
    passwords = {role: password.get(role, password["owner"]) for role in roles_for(names)}
    try:
        make_databases(server, names, passwords, ours_alone=True)
    except CannotStart as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main(sys.argv[1:])
