"""What a seal is: the hash of its rows together with the seal before it, signed (Ed25519), over the trail in commit order.

Rows are sealed up to the snapshot horizon: no transaction that is still open can add one before it.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Float, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.audit import HORIZON, SEALS, TRAIL
from shared.sealing import Broken, Reason

LATE_SECONDS = 60.0  # rows unsealed for longer than this are said: the sealer seals within about a second

IN_ORDER = select(TRAIL).order_by(TRAIL.c.transaction_id, TRAIL.c.id)
_COLUMNS = tuple(TRAIL.c.keys())
_order = func.row(TRAIL.c.transaction_id, TRAIL.c.id)
_AGE = cast(func.extract("epoch", func.clock_timestamp() - TRAIL.c.recorded_at), Float)


class Seal:
    """A seal while its rows are gathered one by one: their hash so far, how many they are, where the last of them stands."""

    def __init__(self, before: bytes) -> None:
        self._hash = hashlib.sha256(before)
        self.rows, self.through = 0, (0, 0)

    def add(self, row: Any) -> None:
        self._hash.update(written(row))
        self.rows, self.through = self.rows + 1, place(row)

    @property
    def hash(self) -> bytes:
        return self._hash.digest()

    def prove(self, kept: Any) -> None:
        """Raises `Broken` unless the seal that was kept is over exactly these rows."""
        if (self.hash, self.rows, self.through) != (kept.hash, kept.rows, end(kept)):
            raise Broken(Reason.ROWS_CHANGED, kept.number)


def prove_signature(kept: Any, keys: Sequence[Ed25519PublicKey], since: int = 0) -> int:
    """By which of the keys a seal was signed, not before the one that had signed up to it (`since`): a key that was replaced signs nothing any more."""
    for number, key in enumerate(keys[since:], since):
        with contextlib.suppress(InvalidSignature):
            key.verify(kept.signature, kept.hash)
            return number
    raise Broken(Reason.SIGNATURE_INVALID, kept.number)


def place(row: Any) -> tuple[int, int]:
    return row.transaction_id, row.id


def end(kept: Any) -> tuple[int, int]:
    """Where the last row of a kept seal stands."""
    return kept.through_transaction, kept.through_id


def after(kept: Any | None) -> Select[Any]:
    """The rows after a seal, in their order; all of them after none."""
    return IN_ORDER if kept is None else IN_ORDER.where(_order > func.row(*end(kept)))


def within(before: Any | None, kept: Any) -> Select[Any]:
    """The rows that belong to a kept seal."""
    return after(before).where(_order <= func.row(*end(kept)))


def ready(before: Any | None) -> Select[Any]:
    """The rows that can be sealed now."""
    return after(before).where(TRAIL.c.transaction_id < HORIZON)


def unsealed(last: Any | None) -> Select[int, float | None]:
    """How many rows stand after the last seal, and for how many seconds the oldest of them has; None when there is none."""
    return after(last).with_only_columns(func.count(), func.max(_AGE)).order_by(None)


async def unsealed_seconds(session: AsyncSession) -> float | None:
    """For how long the first row after the last seal has been waiting; None when every row is sealed."""
    last = (await session.execute(select(SEALS).order_by(SEALS.c.number.desc()).limit(1))).first()
    found: float | None = await session.scalar(after(last).with_only_columns(_AGE).limit(1))
    return found


def written(row: Any) -> bytes:
    """A row as it is hashed. Rows from before the trail kept names were sealed without that column, and stay as they were sealed."""
    kept = dict(zip(_COLUMNS, row, strict=True))
    if kept["actor_name"] is None:
        del kept["actor_name"]
    return _json(kept).encode()


def _plain(value: Any) -> str:
    return value.astimezone(clock.SHANGHAI).isoformat() if hasattr(value, "astimezone") else str(value)


_json: Callable[[Any], str] = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=_plain).encode
