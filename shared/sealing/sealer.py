"""The sealer: the one process that holds the seal key. It seals the trail of every service within about a second, and keeps the heads outside the databases.

A seal is committed first, its head written next. Killed in between, it leaves one head unwritten, which it writes at the next start when the seal proves
right. Whatever else does not agree (a head that is gone, a seal that is gone, a copy that knows more or other) it neither mends nor seals upon: its
signature says that all before it stood as it had been signed. It says so in its log, the services say how long rows wait (`/readyz`) and what does not
fit (`/v1/audit:verify`), and it goes on by itself once they agree again with what it knows. After a loss that cannot be mended, a database
restored from a backup, someone answers for it: sets the heads beyond it aside as evidence, in every copy, and starts the sealer anew.
"""

import asyncio
import contextlib
import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Json
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared import clock, db, telemetry
from shared.audit import SEALS
from shared.sealing import Broken, Reason, chain, heads
from shared.settings import Folder, Key, Keys

SEAL_LOCK = 7_301
ROWS_A_SEAL = 1_000
ROUND_SECONDS = 10.0
WITNESS_SECONDS = 5.0
SAID_AGAIN_SECONDS = 60.0

Result = TypeVar("Result")


class Settings(BaseSettings):
    """The environment of the sealer. `database_urls`: the address of each service's database, by the service's name, for a role that reads `audit` and adds to `audit_seals`."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    seal_key: Key
    former_seal_public_keys: Keys = ()  # the oldest first
    database_urls: Json[dict[str, str]]
    seal_dir: Path
    seal_witness_dir: Folder = None
    seal_every_seconds: float = 1.0


@dataclass
class Trail:
    """One service's trail as the sealer sees it. `known`: the last head that this process has seen in the database and in the file alike; `former`: the
    keys that signed before the one that signs now."""

    service: str
    engine: AsyncEngine
    file: Path
    copy: Path | None = None
    former: tuple[Ed25519PublicKey, ...] = ()
    known: heads.Head | None = None
    disagreed: Broken | None = None
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    said: dict[str, tuple[str, float]] = field(default_factory=dict)


async def seal_once(trail: Trail, key: Ed25519PrivateKey) -> int:
    """Seals what was committed since the last seal, a thousand rows at most; answers how many. Raises `Broken` where it must not go on."""
    async with AsyncSession(trail.engine) as session, session.begin():
        if not await session.scalar(select(func.pg_try_advisory_xact_lock(SEAL_LOCK))):
            return 0
        last = await _agreed(session, trail, key)
        rows = (await session.execute(chain.ready(last).limit(ROWS_A_SEAL))).all()
        if not rows:
            return 0
        made = chain.Seal(last.hash if last else b"")
        for row in rows:
            made.add(row)
        head = heads.Head(last.number + 1 if last else 1, made.hash, key.sign(made.hash), clock.now())
        through_transaction, through_id = made.through
        values = {"number": head.number, "hash": head.hash, "signature": head.signature, "sealed_at": head.sealed_at}
        values |= {"through_transaction": through_transaction, "through_id": through_id, "rows": made.rows}
        await session.execute(insert(SEALS), [values])
    await _write(trail, head, heads.line(head))
    return made.rows


async def _agreed(session: AsyncSession, trail: Trail, key: Ed25519PrivateKey) -> Any | None:
    """The last seal, once database, file and what this process knows agree on it. The head of a seal that was committed and not written is written here."""
    if trail.disagreed:
        raise trail.disagreed
    found, known = await _ending(trail), trail.known
    written = found.last.number if found.last else 0
    if known and written < known.number:
        raise Broken(Reason.HEAD_MISSING, written + 1)
    since = known.number if known else written
    seals = (await session.execute(select(SEALS).where(SEALS.c.number >= since).order_by(SEALS.c.number).limit(3))).all()
    there = {seal.number: seal for seal in seals}
    for head in (known, found.last):
        if head and head.number not in there:
            raise Broken(Reason.SEAL_MISSING, head.number)
        if head and heads.of(there[head.number]) != head:
            raise Broken(Reason.HEAD_CHANGED, head.number)
    last = there.get(written)
    if last and found.last != known:
        chain.prove_signature(last, (*trail.former, key.public_key()))
        trail.known = found.last
    match [seal for seal in seals if seal.number > written]:
        case [] if found.rest:
            raise Broken(Reason.HEAD_UNREADABLE, written + 1)
        case []:
            return last
        case [unwritten]:
            await _complete(session, trail, key, last, unwritten, found.rest)
            return unwritten
        case _:
            raise Broken(Reason.HEAD_MISSING, written + 1)


async def _complete(session: AsyncSession, trail: Trail, key: Ed25519PrivateKey, last: Any | None, seal: Any, begun: bytes) -> None:
    """Writes the head of the one seal that has none, or the rest of its line, when the seal proves right."""
    if seal.number != (last.number + 1 if last else 1):
        raise Broken(Reason.SEAL_MISSING, last.number + 1 if last else 1)
    made = chain.Seal(last.hash if last else b"")
    for row in await session.execute(chain.within(last, seal).limit(ROWS_A_SEAL + 1)):
        made.add(row)
    made.prove(seal)
    chain.prove_signature(seal, (*trail.former, key.public_key()))
    line = heads.line(heads.of(seal))
    if not line.startswith(begun):
        raise Broken(Reason.HEAD_UNREADABLE, seal.number)
    await _write(trail, heads.of(seal), line[len(begun) :])


async def _ending(trail: Trail) -> heads.Ending:
    try:
        return await _aside(_FILES, heads.ending, trail.file)
    except ValueError:
        raise Broken(Reason.HEAD_UNREADABLE, trail.known.number if trail.known else 0) from None


async def _write(trail: Trail, head: heads.Head, written: bytes) -> None:
    await _aside(_FILES, heads.append, trail.file, io.BytesIO(written))
    trail.known = head
    trail.grown.set()


# A folder that hangs holds its own thread and nothing else; what is asked of it waits its turn, so a line is never begun before the last one ended.
_FILES = ThreadPoolExecutor(1, thread_name_prefix="heads")
_COPIES = ThreadPoolExecutor(1, thread_name_prefix="witness")


async def _aside(thread: ThreadPoolExecutor, work: Callable[..., Result], *given: Any) -> Result:
    return await asyncio.get_running_loop().run_in_executor(thread, work, *given)


async def keep_sealing(trail: Trail, key: Ed25519PrivateKey, every_seconds: float) -> None:
    """Seals one trail for as long as the process lives, whatever befalls its database, its file or the others' trails."""
    if trail.copy:  # the last honest copy may be the witness: it is asked first, but not waited for
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(trail.looked.wait(), WITNESS_SECONDS)
    while True:
        rows = 0
        try:
            async with asyncio.timeout(ROUND_SECONDS):
                rows = await seal_once(trail, key)
            _mended(trail, "sealing")
        except Broken as broken:
            _say(trail, "sealing", telemetry.log.error, "sealing_stopped", reason=broken.reason, number=broken.number, text=broken.sentence)
        except Exception as error:  # the database or the disk may be away: the next round tries again
            if (task := asyncio.current_task()) and task.cancelling():  # told to end in a call that had another failure to tell
                raise asyncio.CancelledError from error
            _say(trail, "sealing", telemetry.log.warning, "sealing_failed", error=type(error).__name__)
        if rows < ROWS_A_SEAL:
            await asyncio.sleep(every_seconds)


async def keep_witnessed(trail: Trail, copy: Path) -> None:
    """Carries every head over to the witness. One that cannot be reached holds up nobody: what it lacks is carried over later."""
    while True:
        trail.grown.clear()
        try:
            await _aside(_COPIES, heads.carry_over, trail.file, copy)
            trail.disagreed = None
            _mended(trail, "witness")
        except Broken as broken:
            trail.disagreed = broken
        except OSError as error:
            _say(trail, "witness", telemetry.log.warning, "witness_away", error=type(error).__name__)
        trail.looked.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(trail.grown.wait(), WITNESS_SECONDS)


def _say(trail: Trail, about: str, log: Callable[..., None], event: str, **what: Any) -> None:
    """A line in the log when something begins not to work, and once a minute while it lasts."""
    text, now = f"{event} {what}", time.monotonic()
    said, at = trail.said.get(about, ("", 0.0))
    if said != text or now > at + SAID_AGAIN_SECONDS:
        trail.said[about] = text, now
        log(event, trail=trail.service, **what)


def _mended(trail: Trail, about: str) -> None:
    if trail.said.pop(about, None):
        telemetry.log.info(f"{about}_goes_on", trail=trail.service)


async def run(of: Settings) -> None:
    """Seals every trail, side by side, until cancelled."""
    key = Ed25519PrivateKey.from_private_bytes(of.seal_key)
    trails = [_trail(of, service, url) for service, url in of.database_urls.items()]
    telemetry.log.info("sealing", trails=list(of.database_urls))
    try:
        async with asyncio.TaskGroup() as together:
            for trail in trails:
                together.create_task(keep_sealing(trail, key, of.seal_every_seconds))
                if trail.copy:
                    together.create_task(keep_witnessed(trail, trail.copy))
    finally:
        await asyncio.gather(*(trail.engine.dispose() for trail in trails))


def _trail(of: Settings, service: str, url: str) -> Trail:
    name = f"{service}.jsonl"
    copy = of.seal_witness_dir / name if of.seal_witness_dir else None
    former = tuple(Ed25519PublicKey.from_public_bytes(key) for key in of.former_seal_public_keys)
    return Trail(service, db.engine(url, connections=1), of.seal_dir / name, copy, former)
