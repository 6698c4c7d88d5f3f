"""The job that reads uploaded sheets: one at a time, the oldest first, each taken on a lease and finished in one transaction.

A process that dies leaves its lease to run out; then another takes the import again from the start. Since what the rows do and `done` are one
transaction, guarded by the number of the attempt, an import takes effect once. What fails three times is given up.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import and_, event, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.registry.imports import keeping
from services.registry.imports.tables import Import
from shared import access, audit, changes, clock, errors, telemetry
from shared.sheets import SheetError
from shared.web import Kernel

LEASE_SECONDS: Final = 15.0
BEATS_A_LEASE: Final = 3
LOOK_AGAIN_SECONDS: Final = 1.0
PAUSE_AFTER_FAILURE_SECONDS: Final = 0.2
ATTEMPTS_AT_MOST: Final = 3

_wakes: WeakKeyDictionary[AsyncEngine, asyncio.Event] = WeakKeyDictionary()


class LeaseLost(Exception):
    """Another process has taken the import over; what this one did is undone."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an import ended, as its row keeps it."""

    status: str
    summary: Mapping[str, int] | None
    errors: list[dict[str, Any]]
    header_rows: Mapping[str, int]


def kept_call(call: access.Call) -> dict[str, Any]:
    """The caller as the import's row keeps it: the job acts on their behalf, by their clock."""
    return {"actor": call.actor.wire(), "at": call.now.isoformat(), "request_id": call.request_id, "origin": call.origin}


def _call(kept: Mapping[str, Any]) -> access.Call:
    return access.Call(access.actor_of(kept["actor"]), clock.read(kept["at"]), kept["request_id"], origin=kept["origin"])


def wake_after_commit(session: AsyncSession, kernel: Kernel) -> None:
    """Lets the job of this process look at once when the transaction is through."""
    event.listen(session.sync_session, "after_commit", lambda _session: _wake(kernel).set(), once=True)


def _wake(kernel: Kernel) -> asyncio.Event:
    return _wakes.setdefault(kernel.engine, asyncio.Event())


async def work(kernel: Kernel) -> None:
    """Runs as long as the process lives."""
    while True:
        _wake(kernel).clear()
        try:
            while taken := await take(kernel):
                await run(kernel, taken)
        except Exception as error:  # the database is away: look again
            telemetry.log.warning("import_job", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_wake(kernel).wait(), LOOK_AGAIN_SECONDS)


async def take(kernel: Kernel) -> Import | None:
    """The oldest import that waits or whose lease has run out, now leased to this process."""
    waiting = or_(Import.status == "queued", and_(Import.status == "running", Import.leased_until < func.now()))
    async with kernel.writing.begin() as session:
        taken = await session.scalar(select(Import).where(waiting).order_by(Import.id).limit(1).with_for_update(skip_locked=True))
        if taken is not None:
            taken.status, taken.attempts = "running", taken.attempts + 1
            taken.rows_done = 0
            await session.flush()
            await _extend(session, taken)
    return taken


async def run(kernel: Kernel, taken: Import) -> None:
    """One attempt. A fault of the sheet or of its class ends the import as failed; anything else is tried again."""
    holding = asyncio.create_task(_hold(kernel, taken))
    try:
        if taken.attempts > ATTEMPTS_AT_MOST:
            raise errors.Internal()
        await _attempt(kernel, taken)
    except LeaseLost:
        telemetry.log.warning("import_lease_lost", import_id=str(taken.id))
    except SheetError as error:
        await _fail(kernel, taken, error.code, error.detail)
    except errors.Problem as problem:
        await _fail(kernel, taken, problem.code, problem.detail)
    except Exception as error:
        telemetry.log.error("import_attempt", import_id=str(taken.id), attempt=taken.attempts, error=type(error).__name__, exc_info=error)
        await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
        async with kernel.writing.begin() as session:
            await session.execute(_mine(taken).values(status="queued"))
    finally:
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)


async def _attempt(kernel: Kernel, taken: Import) -> None:
    call = _call(taken.caller)
    reading = await keeping.read(kernel, call, taken)
    await _note_progress(kernel, taken, 0, reading.total)

    async def progress(done: int) -> None:
        await _note_progress(kernel, taken, done, reading.total)

    async with kernel.writing.begin() as session:
        async with session.begin_nested() as savepoint:
            kept = await keeping.keep(session, call, kernel, taken, reading, progress)
            if taken.mode == "validate":
                await savepoint.rollback()
        faults = sorted([*reading.faults, *kept.faults], key=lambda fault: (fault.sheet, fault.row))
        summary = {"rows": reading.total, **kept.counts, "rejected": reading.total - sum(kept.counts.values())}
        await _end(session, call, taken, Ended("done", summary, [asdict(fault) for fault in faults], reading.header_rows))


async def _fail(kernel: Kernel, taken: Import, code: str, detail: str) -> None:
    async with kernel.writing.begin() as session:
        with contextlib.suppress(LeaseLost):
            await _end(session, _call(taken.caller), taken, Ended("failed", None, [{"code": code, "fix": detail}], {}))


async def _end(session: AsyncSession, call: access.Call, taken: Import, ended: Ended) -> None:
    values = {**asdict(ended), "rows_done": Import.rows_total, "finished_at": call.now, "version": Import.version + 1}
    if (await session.execute(_mine(taken).values(values).returning(Import.id))).first() is None:
        raise LeaseLost
    codes = sorted({each["code"] for each in ended.errors})
    details = {"kind": taken.kind, "mode": taken.mode, "summary": ended.summary, "codes": codes}
    await audit.record(session, call, f"import.{ended.status}", "import", taken.id, details)
    await changes.publish(session, call, f"import.{ended.status}", taken.id, status=ended.status, version=taken.version + 1)


def _mine(taken: Import) -> Any:
    """The import's row, as long as this attempt is the current one."""
    return (
        update(Import)
        .where(Import.id == taken.id, Import.status == "running", Import.attempts == taken.attempts)
        .execution_options(synchronize_session=False)
    )


async def _extend(session: AsyncSession, taken: Import) -> None:
    await session.execute(_mine(taken).values(leased_until=func.now() + timedelta(seconds=LEASE_SECONDS)))


async def _hold(kernel: Kernel, taken: Import) -> None:
    while True:
        await asyncio.sleep(LEASE_SECONDS / BEATS_A_LEASE)
        with contextlib.suppress(Exception):  # the database is away: the lease may run out, and the attempt then keeps nothing
            async with kernel.reading() as session:
                await _extend(session, taken)


async def _note_progress(kernel: Kernel, taken: Import, done: int, total: int) -> None:
    async with kernel.reading() as session:
        await session.execute(_mine(taken).values(rows_done=done, rows_total=total))
