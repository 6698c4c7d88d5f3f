"""`python -m shared.reindex`: every keyed digest in the databases of DATABASE_URLS is wrapped in the index keys that followed the one it was made with.

A digest with another key is a digest of the digest, so nothing needs to be read, and who is found by it is the same person as before. Each database goes over
in one transaction, in which nobody else can connect to it: at no moment are there digests of two kinds, so what is unique stays so. The services are stopped
before; a process that was forgotten is refused by its database afterwards (`shared.indexing`). What was done stays done.
"""

import asyncio
import json
import sys
from typing import Annotated, Any, Literal

import asyncpg
from pydantic import BeforeValidator, Json
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.indexing import DIGEST
from shared.privacy import Vault
from shared.reencrypt import CONNECTING, Stopped
from shared.settings import Key, Keys, load

ROWS_A_STEP = 5_000

_COLUMNS = """
SELECT a.attrelid::regclass::text AS of_table, array_agg(quote_ident(a.attname) ORDER BY a.attnum) AS names
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped
    AND col_description(a.attrelid, a.attnum) LIKE $1 || '%'
GROUP BY a.attrelid ORDER BY 1"""
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename <> 'sealer'"""
_RECORD = """
INSERT INTO audit (at, actor, role, action, subject_type, outcome, request_id, details)
VALUES (now(), 'operator', 'system', 'system.index_key_changed', 'system', 'done', 'reindex', $1::text::jsonb)"""


class Settings(BaseSettings):
    """The environment of the job. `next_index_key`: the one that takes over, while INDEX_KEY is still in use."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    database_urls: Json[dict[str, str]]
    index_key: Key
    former_index_keys: Keys = ()
    next_index_key: Annotated[Key | None, BeforeValidator(lambda given: given or None)] = None
    cipher: Literal["aes-gcm", "sm4-gcm"] = "aes-gcm"


async def reindex(url: str, vault: Vault) -> int:
    """Wraps what one database holds; answers how many digests it was. Raises `Stopped`, and then nothing has changed there."""
    try:
        connection = await asyncpg.connect(url.replace("postgresql+asyncpg:", "postgresql:", 1), **CONNECTING)
        try:
            async with connection.transaction():
                return await _through(connection, vault)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as fault:
        raise Stopped(f"数据库中断或被占用({type(fault).__name__}),再运行一次会接着做。\nInterrupted: run it again.") from fault


async def _through(connection: Any, vault: Vault) -> int:
    await connection.execute("LOCK TABLE index_key IN ACCESS EXCLUSIVE MODE")  # whoever connects from now on waits
    if others := await connection.fetchval(_OTHERS):
        raise Stopped(f"还有 {others} 个连接:请先停止所有服务。\nThe services still run: stop them first.")
    said = await connection.fetchval("SELECT mark FROM index_key")
    every = len(vault.former_index_keys) + 1
    known = next((keys for keys in range(1, every + 1) if vault.mark(keys) == said), None)
    if said is None:
        return 0  # nobody has connected yet
    if known is None:
        raise Stopped("这些数据用的是另一把 INDEX_KEY:请放回它,再做更换。\nThe data are found by another key than any of these.")
    if known == every:
        return 0
    wrapped = 0
    for row in await connection.fetch(_COLUMNS, DIGEST):
        wrapped += await _wrap(connection, row["of_table"], row["names"], vault, known)
    await _without_triggers(connection, "index_key", "UPDATE index_key SET mark = $1", vault.mark())
    await connection.execute(_RECORD, json.dumps({"digests": wrapped}))
    return wrapped


async def _wrap(connection: Any, table: str, names: list[str], vault: Vault, known: int) -> int:
    """All digests of one table. What the cursor reads is the table as it was, so no row comes twice."""
    values = ", ".join(f"{name} = anew.{name}" for name in names)
    given = ", ".join(f"${number}::bytea[]" for number, _ in enumerate(names, start=2))
    change = f"UPDATE {table} AS kept SET {values} FROM unnest($1::text[], {given}) AS anew (place, {', '.join(names)}) WHERE kept.ctid = anew.place::tid"  # noqa: S608 - names of the catalogue, quoted by it
    wrapped = 0
    await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await connection.execute(f"DECLARE {table}_digests CURSOR FOR SELECT ctid::text, {', '.join(names)} FROM {table}")  # noqa: S608
    while rows := await connection.fetch(f"FETCH {ROWS_A_STEP} FROM {table}_digests"):
        columns = [[value and vault.wrapped(value, known) for value in column] for column in list(zip(*rows, strict=True))[1:]]
        await connection.execute(change, [row[0] for row in rows], *columns)
        wrapped += sum(value is not None for column in columns for value in column)
    await connection.execute(f"CLOSE {table}_digests")
    await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return wrapped


async def _without_triggers(connection: Any, table: str, change: str, *values: Any) -> None:
    await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await connection.execute(change, *values)
    await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def main() -> None:
    of = load(Settings)
    chain = (*of.former_index_keys, of.index_key, *([of.next_index_key] if of.next_index_key else []))
    vault = Vault({}, "", chain[-1], of.cipher, chain[:-1])
    for service, url in of.database_urls.items():
        try:
            wrapped = asyncio.run(reindex(url, vault))
        except Stopped as reason:
            sys.exit(f"{service}:{reason}")
        sys.stdout.write(f"{service}:查找用的摘要改用新密钥 {wrapped} 项 ({wrapped} digests wrapped)\n")


if __name__ == "__main__":
    main()
