"""Idempotency keys: a POST sent again with the same key gets its first answer again, and takes effect once.

The answer is kept in the transaction of the write, for 180 days. A repeat is looked for first, without a lock, so any number of them at once is answered.
While a request runs, a transaction-scoped advisory lock on (caller, key) turns its repeats away with 409; the lock goes with the transaction, so a crash
leaves nothing behind.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared import errors, keeping
from shared.db import Reader

KEPT_DAYS = 180
KEY_LONGEST = 255
KEPT_HEADERS = ("location", "etag", "content-type")


def table(metadata: MetaData) -> Table:
    return Table(
        "idempotency_keys",
        metadata,
        Column("caller", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request", LargeBinary, nullable=False, comment="keyed digest of method, path and body"),
        Column("status", SmallInteger, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("kept_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("idempotency_keys_kept_at_idx", "kept_at"),
        info=keeping.for_days(KEPT_DAYS, since="kept_at"),
    )


_METADATA = MetaData()
KEYS = table(_METADATA)


@dataclass(frozen=True, slots=True)
class Once:
    """What takes effect once: the caller's key, and a keyed digest of what was asked with it."""

    caller: str
    key: str
    request: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def check_key(key: str) -> None:
    if not key or len(key) > KEY_LONGEST or not key.isascii() or not key.isprintable():
        fault = errors.Fault(
            "invalid_value", parameter="Idempotency-Key", allowed=f"1 至 {KEY_LONGEST} 个可见 ASCII 字符", fix="请用 UUID 作为键。"
        )
        raise errors.InvalidParameter("Idempotency-Key 不合要求。", faults=[fault])


_LOOK = select(KEYS.c.request, KEYS.c.status, KEYS.c.headers, KEYS.c.body).where(
    KEYS.c.caller == bindparam("caller"), KEYS.c.key == bindparam("key")
)

_TAKE = select(func.pg_try_advisory_xact_lock(bindparam("lock", type_=BigInteger)))
_KEEP = insert(KEYS)


async def look(reader: Reader, once: Once) -> Answer | None:
    """The kept answer, without a lock and outside any transaction; 422 when the key was used for another request."""
    return _answer(await reader.first(_LOOK, {"caller": once.caller, "key": once.key}), once)


async def hold(session: AsyncSession, once: Once) -> Answer | None:
    """Takes the key's lock until the transaction ends, and looks again: the kept answer, None for the one that may go on, else 409."""
    digest = int.from_bytes(hashlib.sha256(f"{once.caller}\x00{once.key}".encode()).digest()[:8], signed=True)
    held = await session.scalar(_TAKE, {"lock": digest})
    row = (await session.execute(_LOOK, {"caller": once.caller, "key": once.key})).first()
    if row is None and not held:
        raise errors.RequestInProgress()
    return _answer(dict(row._mapping) if row else None, once)


def _answer(row: Mapping[str, Any] | None, once: Once) -> Answer | None:
    if row is None:
        return None
    if row["request"] != once.request:
        raise errors.IdempotencyKeyReused()
    return Answer(row["status"], row["headers"], row["body"])


async def keep(session: AsyncSession, once: Once, answer: Answer) -> None:
    """Keeps the answer in the transaction of what it tells of."""
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    row = {
        "caller": once.caller,
        "key": once.key,
        "request": once.request,
        "status": answer.status,
        "headers": headers,
        "body": answer.body,
    }
    await session.execute(_KEEP, row)
