"""Idempotency keys: a POST sent again with the same key gets its first answer again, and takes effect once.

The answer is kept in the transaction of the write, for 180 days. While a request runs, a transaction-scoped advisory lock on (caller, key) turns its
repeats away with 409; the lock goes with the transaction, so a crash leaves nothing behind.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, DateTime, Index, LargeBinary, MetaData, SmallInteger, Table, Text, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared import errors

KEPT_DAYS = 180
KEY_LONGEST = 255
KEPT_HEADERS = ("location", "etag", "content-type")


def table(metadata: MetaData) -> Table:
    return Table(
        "idempotency_keys", metadata,
        Column("caller", Text, primary_key=True), Column("key", Text, primary_key=True),
        Column("request", LargeBinary, nullable=False, comment="keyed digest of method, path and body"),
        Column("status", SmallInteger, nullable=False), Column("headers", JSONB, nullable=False), Column("body", LargeBinary, nullable=False),
        Column("kept_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("idempotency_keys_kept_at_idx", "kept_at"),
    )  # fmt: skip


_METADATA = MetaData()
KEYS = table(_METADATA)


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


async def find(session: AsyncSession, caller: str, key: str, request: bytes) -> Answer | None:
    """The kept answer, or None when this request is the first and now holds the key's lock."""
    digest = int.from_bytes(hashlib.sha256(f"{caller}\x00{key}".encode()).digest()[:8], signed=True)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(digest))):
        raise errors.RequestInProgress()
    row = (await session.execute(select(KEYS).where(KEYS.c.caller == caller, KEYS.c.key == key))).first()
    if row is None:
        return None
    if row.request != request:
        raise errors.IdempotencyKeyReused()
    return Answer(row.status, row.headers, row.body)


async def keep(session: AsyncSession, caller: str, key: str, request: bytes, answer: Answer) -> None:
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    await session.execute(
        insert(KEYS).values(caller=caller, key=key, request=request, status=answer.status, headers=headers, body=answer.body)
    )
