"""`python -m shared.reencrypt`: what is encrypted under an earlier key (or by the other cipher) is encrypted anew under DATA_KEY_ID, in the databases of DATABASE_URLS.

It runs beside the services, once every process encrypts with the new key, and as often as one likes: what was done stays done. A ciphertext says itself
by which cipher and key it was made, so each is found wherever it lies; it is replaced only where it still is what was read, so whoever writes meanwhile
wins. Tables that let nothing change let this through as their owner's deed: their triggers are off inside one short transaction, in which nobody else
can write there. It ends with 0 when nothing is left under another key: only then may that key be taken from DATA_KEYS.
"""

import asyncio
import sys
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg
from pydantic import Json
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared import db
from shared.privacy import Vault, WrongRow
from shared.settings import Key, load

ROWS_A_STEP = 500
BYTES_A_STEP = 8_000_000  # and one more value, whatever its size
PASSES_AT_MOST = 5
CONNECTING = {**db.CONNECTING, "command_timeout": 600, "server_settings": {**db.CONNECTING["server_settings"], "statement_timeout": "600s"}}

_COLUMNS = """
SELECT c.oid::regclass::text AS of_table, quote_ident(a.attname) AS name, format_type(i.atttypid, i.atttypmod) AS id_type,
    c.relname || '/%s/' || a.attname AS place,
    array(SELECT quote_ident(tgname) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = c.oid AND p.proname = 'refuse_change' AND tgtype & 17 = 17) AS refusing
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped
LEFT JOIN pg_attribute i ON i.attrelid = c.oid AND i.attname = 'id'
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY c.relname, a.attnum"""  # 17: a trigger of each row, before or after it is updated


class Settings(BaseSettings):
    """The environment of the job. `database_urls`: the address of each service's database, by the service's name, for its owner."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    database_urls: Json[dict[str, str]]
    data_keys: Json[dict[str, Key]]
    data_key_id: str
    cipher: Literal["aes-gcm", "sm4-gcm"] = "aes-gcm"


class Stopped(Exception):
    """The job could not go on; run again it goes on where it was."""


@dataclass(frozen=True)
class Column:
    """A column of bytes. `place` is what its values are bound to, but for the row's id; `refusing` are the triggers that let none of its rows change."""

    of_table: str
    name: str
    id_type: str | None
    place: str
    refusing: list[str]

    @property
    def elsewise(self) -> str:
        """Whether a value is a ciphertext, and not as $1 begins."""
        return f"substr({self.name}, 1, 8) IN ('aes-gcm:', 'sm4-gcm:') AND substr({self.name}, 1, length($1::bytea)) <> $1::bytea"


async def reencrypt(url: str, vault: Vault) -> tuple[int, int]:
    """Goes through one database; answers how many values were encrypted anew, and how many are left under another key. Raises `Stopped`."""
    try:
        return await _through(url, vault)
    except WrongRow as place:
        raise Stopped(f"{place} 读不出来:DATA_KEYS 里没有它的密钥,或它被改动过。\nThis value cannot be read.") from None
    except (OSError, asyncpg.PostgresError) as fault:
        raise Stopped(f"数据库中断或被长时间占用({type(fault).__name__}),再运行一次会接着做。\nInterrupted: run it again.") from fault


async def _through(url: str, vault: Vault) -> tuple[int, int]:
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg:", "postgresql:", 1), **CONNECTING)
    try:
        columns = [Column(**row) for row in await connection.fetch(_COLUMNS)]
        done = 0
        for _ in range(PASSES_AT_MOST):
            for column in columns:
                if column.id_type:
                    done += await _pass(connection, column, vault)
            left = sum([await _left(connection, column, vault) for column in columns])
            if not left:
                break
        return done, left
    finally:
        await connection.close()


async def _left(connection: Any, column: Column, vault: Vault) -> int:
    count: int = await connection.fetchval(f"SELECT count(*) FROM {column.of_table} WHERE {column.elsewise}", vault.header)  # noqa: S608 - names of the catalogue, quoted by it
    return count


async def _pass(connection: Any, column: Column, vault: Vault) -> int:
    """Once through a table, in the order of its ids."""
    step = f"""
        SELECT id, kept FROM (
            SELECT id, kept, sum(octet_length(kept)) OVER (ORDER BY id) - octet_length(kept) AS before FROM (
                SELECT id, {column.name} AS kept FROM {column.of_table}
                WHERE {column.elsewise} AND ($2::{column.id_type} IS NULL OR id > $2) ORDER BY id LIMIT {ROWS_A_STEP}
            ) AS next
        ) AS sized WHERE before < {BYTES_A_STEP} ORDER BY id"""  # noqa: S608
    done, last = 0, None
    while rows := await connection.fetch(step, vault.header, last):
        done += await _replace(connection, column, [(row["id"], row["kept"], _anew(vault, column, row)) for row in rows])
        last = rows[-1]["id"]
    return done


def _anew(vault: Vault, column: Column, row: Any) -> bytes:
    place = column.place % row["id"]
    return vault.encrypt_bytes(vault.decrypt_bytes(row["kept"], place), place)


async def _replace(connection: Any, column: Column, changes: list[tuple[Any, bytes, bytes]]) -> int:
    async with connection.transaction():
        for trigger in column.refusing:
            await connection.execute(f"ALTER TABLE {column.of_table} DISABLE TRIGGER {trigger}")
        told = await connection.execute(
            f"UPDATE {column.of_table} AS kept SET {column.name} = anew.after"  # noqa: S608
            f" FROM unnest($1::{column.id_type}[], $2::bytea[], $3::bytea[]) AS anew (id, before, after)"
            f" WHERE kept.id = anew.id AND kept.{column.name} = anew.before",
            *(list(each) for each in zip(*changes, strict=True)),
        )
        for trigger in column.refusing:
            await connection.execute(f"ALTER TABLE {column.of_table} ENABLE TRIGGER {trigger}")
    return int(told.rpartition(" ")[2])


def main() -> int:
    of = load(Settings)
    vault, left_in_all = Vault(of.data_keys, of.data_key_id, b"", of.cipher), 0
    for service, url in of.database_urls.items():
        try:
            done, left = asyncio.run(reencrypt(url, vault))
        except Stopped as reason:
            sys.exit(f"{service}:{reason}")
        left_in_all += left
        sys.stdout.write(f"{service}:改用密钥 {of.data_key_id} {done} 项,还剩 {left} 项 ({done} encrypted anew, {left} left)\n")
    if left_in_all:
        sys.stderr.write(
            "还有进程在用旧密钥加密:请确认所有进程都已用新的 DATA_KEY_ID 重启,再运行一次。\nSome process still uses an earlier key.\n"
        )
    return 1 if left_in_all else 0


if __name__ == "__main__":
    sys.exit(main())
