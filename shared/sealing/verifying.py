"""The whole trail held together again: every row against its seal, every seal against its signature, and every head in every copy against its seal.

One pass in the order of the chain, in one snapshot, with a few hundred rows in memory at most. A head is written after its seal is committed: so the
copies are measured before the snapshot (whatever they have by then the database must have), and what the last seals' heads lack is waited for.
"""

import asyncio
import hashlib
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncResult

from shared.audit import SEALS
from shared.sealing import Broken, Reason, chain, heads

WRITTEN_WITHIN_SECONDS = 2.0
COPY_SECONDS = 5.0
AT_ONCE = 100


@dataclass(frozen=True)
class Copy:
    """One file of heads. A folder that hangs holds this thread and nothing else."""

    name: str
    file: Path
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="heads"))


@dataclass(frozen=True)
class CopyFound:
    """How a copy stands to the seals: how many of its heads fit, and the first place that does not."""

    name: str
    heads: int
    broken: Broken | None


@dataclass(frozen=True)
class Found:
    """How a trail stands. `broken`: the first place that does not fit, in the chain or in a copy."""

    sealed_rows: int
    seals: int
    broken: Broken | None
    unsealed_rows: int
    unsealed_seconds: float | None
    copies: list[CopyFound]


class Reading:
    """A copy while it is read along with the seals. Its methods work on the disk: they run in the copy's own thread."""

    def __init__(self, copy: Copy) -> None:
        self.copy, self.heads = copy, 0
        self.broken: Broken | None = None
        self._opened: BinaryIO | None = None
        self._size = 0

    async def do(self, work: str, *given: Any) -> None:
        """One of the methods below. What is found broken ends the reading."""
        if self.broken:
            return
        loop, number = asyncio.get_running_loop(), self.heads + 1
        try:
            await asyncio.wait_for(loop.run_in_executor(self.copy.thread, getattr(self, work), *given), COPY_SECONDS)
        except Broken as broken:
            self.broken = broken
        except (OSError, TimeoutError):
            self.broken = Broken(Reason.COPY_UNAVAILABLE, number)

    def begin(self) -> None:
        self._open()
        self._size = os.fstat(self._opened.fileno()).st_size if self._opened else 0

    def compare(self, seals: list[heads.Head]) -> None:
        for head in seals:
            expected = heads.line(head)
            found = self._line(expected)
            if found != expected:
                raise Broken(_why(found, head), head.number)
            self.heads += 1

    def finish(self) -> None:
        """Nothing may stand there that the database lacked when its snapshot was taken."""
        if self._opened is None or self._opened.tell() >= self._size:
            return
        number = self.heads + 1
        try:
            further = heads.read(self._opened.readline(heads.LINE_BYTES_AT_MOST))
        except ValueError:
            raise Broken(Reason.HEAD_UNREADABLE, number) from None
        raise Broken(Reason.SEAL_MISSING if further.number == number else Reason.HEAD_OUT_OF_PLACE, number)

    def close(self) -> None:
        if self._opened:
            self._opened.close()

    def _open(self) -> None:
        try:
            self._opened = self.copy.file.open("rb")
        except FileNotFoundError:
            self._opened = None

    def _line(self, expected: bytes) -> bytes:
        """The next line. One that is not yet written, or not to its end, is waited for."""
        until = time.monotonic() + WRITTEN_WITHIN_SECONDS
        while True:
            if self._opened is None:
                self._open()
            start = self._opened.tell() if self._opened else 0
            found = self._opened.readline(heads.LINE_BYTES_AT_MOST) if self._opened else b""
            if found == expected or not expected.startswith(found) or time.monotonic() > until:
                return found
            if self._opened:
                self._opened.seek(start)
            time.sleep(0.02)


def _why(found: bytes, head: heads.Head) -> Reason:
    if not found:
        return Reason.HEAD_MISSING
    if heads.line(head).startswith(found):
        return Reason.HEAD_UNFINISHED
    try:
        other = heads.read(found)
    except ValueError:
        return Reason.HEAD_UNREADABLE
    return Reason.HEAD_CHANGED if other.number == head.number else Reason.HEAD_OUT_OF_PLACE


class Rows:
    """The trail in its order, taken seal by seal."""

    def __init__(self, result: AsyncResult[Any]) -> None:
        self._result, self._waiting = result, deque[Any]()

    async def take(self, seal: chain.Seal, through: tuple[int, int]) -> None:
        while self._waiting or await self._more():
            while self._waiting:
                if chain.place(self._waiting[0]) > through:
                    return
                seal.add(self._waiting.popleft())

    async def _more(self) -> bool:
        self._waiting.extend(await self._result.fetchmany(AT_ONCE))
        return bool(self._waiting)


class Signatures:
    """Which signatures this process has checked: the first so many, known again by one hash over them and what they sign. A check is dear, a hash is not.
    `key`: the one that signed the last of them."""

    def __init__(self) -> None:
        self.count, self.hash, self.key = 0, b"", 0


@dataclass
class Sealed:
    """A service's own trail as it is verified there: with the public keys, the oldest first, one at a time."""

    engine: AsyncEngine
    keys: Sequence[Ed25519PublicKey]
    copies: list[Copy]
    checked: Signatures = field(default_factory=Signatures)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


def sealed(engine: AsyncEngine, public_keys: Sequence[bytes], files: Mapping[str, Path]) -> Sealed:
    return Sealed(
        engine, [Ed25519PublicKey.from_public_bytes(key) for key in public_keys], [Copy(name, file) for name, file in files.items()]
    )


async def verify(trail: Sealed) -> Found:
    """Walks the whole chain. Time and load grow with the trail, memory does not; a walk that is cut short leaves the next one fewer signatures to check."""
    async with trail.turn:
        try:
            return await _verify(trail)
        except _OtherSignatures:
            trail.checked = Signatures()
            return await _verify(trail)


class _OtherSignatures(Exception):
    """Those that were checked are there no more."""


async def _verify(trail: Sealed) -> Found:
    async with trail.engine.connect() as connection:
        readings = [Reading(copy) for copy in trail.copies]
        try:
            await _all(readings, "begin")
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            return await _walk(connection, trail, readings)
        finally:
            for reading in readings:
                reading.copy.thread.submit(reading.close)


async def _walk(connection: AsyncConnection, trail: Sealed, readings: list[Reading]) -> Found:
    parts = {"yield_per": AT_ONCE}
    rows = Rows(await connection.stream(chain.IN_ORDER, execution_options=parts))
    seals = await connection.stream(select(SEALS).order_by(SEALS.c.number), execution_options=parts)
    count, sealed_rows, last, broken, signed, checked = 0, 0, None, None, hashlib.sha256(), trail.checked
    while batch := await seals.fetchmany(AT_ONCE):
        for kept in batch:
            count, made = count + 1, chain.Seal(last.hash if last else b"")
            signed.update(kept.hash + kept.signature)
            if count == checked.count and signed.digest() != checked.hash:
                raise _OtherSignatures
            if broken is None:
                try:
                    if kept.number != count:
                        raise Broken(Reason.SEAL_MISSING, count)
                    await rows.take(made, chain.end(kept))
                    made.prove(kept)
                    if count > checked.count:
                        checked.key = chain.prove_signature(kept, trail.keys, checked.key)
                        checked.count, checked.hash = count, signed.digest()
                    sealed_rows += made.rows
                except Broken as found:
                    broken = found
            last = kept
        await _all(readings, "compare", [heads.of(kept) for kept in batch])
    if count < checked.count:
        raise _OtherSignatures
    await _all(readings, "finish")
    unsealed, seconds = (await connection.execute(chain.unsealed(last))).one()
    late = Broken(Reason.UNSEALED_TOO_LONG, count + 1) if seconds is not None and seconds > chain.LATE_SECONDS else None
    every = [each for each in (broken, *(reading.broken for reading in readings), late) if each]
    copies = [CopyFound(reading.copy.name, reading.heads, reading.broken) for reading in readings]
    return Found(sealed_rows, count, min(every, key=lambda each: each.number, default=None), unsealed, seconds, copies)


async def _all(readings: list[Reading], work: str, *given: Any) -> None:
    await asyncio.gather(*(reading.do(work, *given) for reading in readings))
