"""The job that reads uploaded sheets: the oldest first, each taken on a lease and finished in one transaction.

A process that dies leaves its lease to run out; then another takes the import again from the start. Since what the rows do and `done` are one
transaction, guarded by the number of the attempt, an import takes effect once. What fails three times is given up.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import and_, event, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.eastwest.imports import keeping, reading
from services.eastwest.imports.tables import PlacementImport
from shared import access, audit, changes, clock, errors, telemetry
from shared.sheets import Book, SheetError, open_book
from shared.web import Kernel

LEASE_SECONDS: Final = 60.0
LOOK_AGAIN_SECONDS: Final = 1.0
PAUSE_AFTER_FAILURE_SECONDS: Final = 0.5
ATTEMPTS_AT_MOST: Final = 3

_wakes: WeakKeyDictionary[AsyncEngine, asyncio.Event] = WeakKeyDictionary()


class LeaseLost(Exception):
    """Another process has taken the import over; what this one did is undone."""


def kept_call(call: access.Call) -> dict[str, Any]:
    """The caller as the import's row keeps it: the job acts on their behalf, by their clock."""
    return {"actor": call.actor.wire(), "at": call.now.isoformat(), "request_id": call.request_id, "origin": call.origin}


def wake_after_commit(session: AsyncSession, kernel: Kernel) -> None:
    """Lets the job of this process look at once when the transaction is through."""
    event.listen(session.sync_session, "after_commit", lambda _session: _wake(kernel).set(), once=True)


def _wake(kernel: Kernel) -> asyncio.Event:
    return _wakes.setdefault(kernel.engine, asyncio.Event())


async def keep_running(kernel: Kernel) -> None:
    """Works as long as the process lives."""
    while True:
        _wake(kernel).clear()
        try:
            while taken := await _take(kernel):
                await _run(kernel, taken)
        except Exception as error:  # the database is away: look again
            telemetry.log.warning("import_job", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_wake(kernel).wait(), LOOK_AGAIN_SECONDS)


async def _take(kernel: Kernel) -> PlacementImport | None:
    """The oldest import that waits or whose lease has run out, now leased to this process."""
    waiting = or_(PlacementImport.status == "queued", and_(PlacementImport.status == "running", PlacementImport.leased_until < func.now()))
    async with kernel.writing.begin() as session:
        found = select(PlacementImport).where(waiting).order_by(PlacementImport.id).limit(1).with_for_update(skip_locked=True)
        if (taken := await session.scalar(found)) is not None:
            taken.status, taken.attempts = "running", taken.attempts + 1
            await session.flush()
            await session.execute(_mine(taken).values(leased_until=func.now() + timedelta(seconds=LEASE_SECONDS)))
    return taken


async def _run(kernel: Kernel, taken: PlacementImport) -> None:
    """One attempt. A fault of the sheet ends the import as failed; what may pass (a neighbour that is away) is tried again."""
    try:
        await _attempt(kernel, taken)
    except LeaseLost:
        telemetry.log.warning("import_lease_lost", import_id=str(taken.id))
    except SheetError as error:
        await _fail(kernel, taken, error.code, error.detail)
    except Exception as error:
        telemetry.log.error("import_attempt", import_id=str(taken.id), attempt=taken.attempts, error=type(error).__name__, exc_info=error)
        if taken.attempts >= ATTEMPTS_AT_MOST:
            problem = error if isinstance(error, errors.Problem) else errors.Internal()
            await _fail(kernel, taken, problem.code, problem.detail)
            return
        await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
        async with kernel.writing.begin() as session:
            await session.execute(_mine(taken).values(status="queued"))


async def _attempt(kernel: Kernel, taken: PlacementImport) -> None:
    call = _call(taken.caller)
    found = reading.read(await asyncio.to_thread(open_kept, kernel, taken), today=call.today)
    async with kernel.reading() as session:
        await session.execute(_mine(taken).values(rows_total=found.total))
    async with kernel.writing.begin() as session:
        async with session.begin_nested() as savepoint:
            kept = await keeping.keep(session, call, kernel, found.rows, taken.reported_on)
            if taken.mode == "validate":
                await savepoint.rollback()
        faults = sorted([*found.faults, *kept.faults], key=lambda fault: (fault.sheet, fault.row))
        rejected = found.total - kept.created - kept.unchanged
        summary = {"rows": found.total, "created": kept.created, "updated": 0, "unchanged": kept.unchanged, "rejected": rejected}
        ended = {"status": "done", "summary": summary, "errors": [asdict(fault) for fault in faults], "header_rows": found.header_rows}
        await _end(session, call, taken, ended | {"rows_total": found.total, "rows_done": found.total})


def open_kept(kernel: Kernel, row: PlacementImport) -> Book:
    """The uploaded book. Blocks."""
    return open_book(kernel.vault.decrypt_bytes(row.content, f"placement_imports/{row.id}/content"), row.filename)


async def _fail(kernel: Kernel, taken: PlacementImport, code: str, detail: str) -> None:
    async with kernel.writing.begin() as session:
        with contextlib.suppress(LeaseLost):
            await _end(session, _call(taken.caller), taken, {"status": "failed", "errors": [{"code": code, "fix": detail}]})


async def _end(session: AsyncSession, call: access.Call, taken: PlacementImport, ended: Mapping[str, Any]) -> None:
    values = {**ended, "finished_at": call.now, "version": PlacementImport.version + 1}
    if (await session.execute(_mine(taken).values(values).returning(PlacementImport.id))).first() is None:
        raise LeaseLost
    details = {"mode": taken.mode, "summary": ended.get("summary"), "codes": sorted({each["code"] for each in ended["errors"]})}
    await audit.record(session, call, f"placement_import.{ended['status']}", "placement_import", taken.id, details)
    await changes.publish(session, call, f"placement_import.{ended['status']}", taken.id, status=ended["status"], version=taken.version + 1)


def _mine(taken: PlacementImport) -> Any:
    """The import's row, as long as this attempt is the current one."""
    own = (PlacementImport.id == taken.id, PlacementImport.status == "running", PlacementImport.attempts == taken.attempts)
    return update(PlacementImport).where(*own).execution_options(synchronize_session=False)


def _call(kept: Mapping[str, Any]) -> access.Call:
    return access.Call(access.actor_of(kept["actor"]), clock.read(kept["at"]), kept["request_id"], origin=kept["origin"])
