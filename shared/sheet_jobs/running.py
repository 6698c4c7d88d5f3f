"""The job that reads uploaded sheets: one at a time, the oldest first, each taken on a lease and finished in one transaction.

A process that dies leaves its lease to run out; then another takes the import again from the start. Since what the rows do and `done` are one
transaction, guarded by the number of the attempt, an import takes effect once. What fails three times is given up.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, and_, event, func, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared import access, clock, db, deeds, errors, redaction, telemetry
from shared.batches import Result
from shared.sheet_jobs.tables import SheetJob
from shared.sheets import Reading, RowFault, SheetError
from shared.sheets.rows import Placed
from shared.web import Kernel

LEASE_SECONDS: Final = 15.0
BEATS_A_LEASE: Final = 3
PAUSE_AFTER_FAILURE_SECONDS: Final = 0.5
ATTEMPTS_AT_MOST: Final = 3
# Rows are found by their keys. A plan made while a table was small, also that of a foreign key, would go through all of it for each row of thousands.
BY_KEY: Final = (text("SET LOCAL enable_seqscan = off"), text("DISCARD PLANS"))
# After each part of a sheet: where the planner takes a large table for none (a sheet was only tried, and its rows were cleared away), each row would be sought
# along some other index, through all of it each time. Then it is counted; else this is one look at the catalogue.
TAKE_STOCK: Final = text("SELECT take_stock()")

Progress = Callable[[int], Awaitable[None]]
J = TypeVar("J", bound=SheetJob)

_bells: WeakKeyDictionary[AsyncEngine, asyncio.Event] = WeakKeyDictionary()


class LeaseLost(Exception):
    """Another process has taken the import over; what this one did is undone."""


@dataclass(slots=True)
class Kept:
    """How many rows did what (created, updated, unchanged), and the faults and notes that showed only against what is kept already."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[RowFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, rows: Sequence[Placed], results: Mapping[int, Result], columns: Mapping[str, str]) -> None:
        """What became of rows, by index: counted, and each fault told of its cell. `columns`: what a fault points to, where its column is called otherwise."""
        for index, result in results.items():
            if result.outcome != "rejected":
                self.counts[result.outcome] += 1
            for fault in result.faults:
                pointed = (fault.pointer or "/").split("/")[1]
                self.faults.append(rows[index].fault(columns.get(pointed, pointed), fault.code, fault.seen, fault.fix))


@dataclass(frozen=True, slots=True)
class Intake(Generic[J]):
    """A service's imports: their table and its word on the trail and the feed; how a sheet is read (raises SheetError) and its good rows are kept,
    in the job's transaction. `app`: the module that puts the service together. `traced` are the columns that the trail names."""

    table: type[J]
    noun: str
    app: str
    read: Callable[[Kernel, access.Call, J], Awaitable[Reading[Any]]]
    keep: Callable[[AsyncSession, access.Call, Kernel, J, Reading[Any], Progress], Awaitable[Kept]]
    traced: tuple[str, ...] = ("mode",)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an import ended, as its row keeps it."""

    status: str
    summary: Mapping[str, int] | None
    errors: list[dict[str, Any]]
    header_rows: Mapping[str, int]
    notes: Sequence[str]


def wake_after_commit(session: AsyncSession, kernel: Kernel) -> None:
    """Lets whoever reads sheets in this process look at once when the transaction is through."""

    def wake(_session: object) -> None:
        if bell := _bells.pop(kernel.engine, None):
            bell.set()

    event.listen(session.sync_session, "after_commit", wake, once=True)


def bell(kernel: Kernel) -> asyncio.Event:
    """Rings once, when a sheet has come after this was asked for."""
    return _bells.setdefault(kernel.engine, asyncio.Event())


async def read_all(kernel: Kernel, of: Intake[J], at_most_bytes: int | None = None) -> int:
    """Takes one import after the other (of files that are no larger) until none waits; how many there were."""
    number = 0
    while taken := await take(kernel, of, at_most_bytes):
        await run(kernel, of, taken)
        number += 1
    return number


def waiting(table: type[SheetJob]) -> ColumnElement[bool]:
    """What nobody reads: it is queued, or its lease has run out."""
    return or_(table.status == "queued", and_(table.status == "running", db.has_come(table.leased_until, timedelta(seconds=LEASE_SECONDS))))


async def take(kernel: Kernel, of: Intake[J], at_most_bytes: int | None = None) -> J | None:
    """The oldest import that waits or whose lease has run out, now leased to this process."""
    table = of.table
    fits = true() if at_most_bytes is None else func.length(table.content) <= at_most_bytes
    async with kernel.reading() as session:  # nearly always none waits
        if await session.scalar(select(table.id).where(waiting(table), fits).limit(1)) is None:
            return None
    async with kernel.writing.begin() as session:
        taken = await session.scalar(
            select(table).where(waiting(table), fits).order_by(table.id).limit(1).with_for_update(skip_locked=True)
        )
        if taken is not None:
            taken.status, taken.attempts = "running", taken.attempts + 1
            taken.rows_done = 0
            await session.flush()
            await _extend(session, taken)
    return taken


async def run(kernel: Kernel, of: Intake[J], taken: J) -> None:
    """One attempt. What the sheet, its rows or their papers are at fault for ends the import as failed; what may pass (a neighbour that is away)
    is tried again."""
    holding = asyncio.create_task(_hold(kernel, taken))
    try:
        if taken.attempts > ATTEMPTS_AT_MOST:
            raise errors.Internal()
        await _attempt(kernel, of, taken)
    except LeaseLost:
        telemetry.log.warning("import_lease_lost", import_id=str(taken.id))
    except SheetError as error:
        await _fail(kernel, of, taken, error.code, error.detail, error.notes)
    except Exception as error:
        problem = error if isinstance(error, errors.Problem) else errors.Internal()
        if problem.status < 500:
            await _fail(kernel, of, taken, problem.code, problem.detail)
            return
        telemetry.log.error("import_attempt", import_id=str(taken.id), attempt=taken.attempts, error=type(error).__name__, exc_info=error)
        if taken.attempts >= ATTEMPTS_AT_MOST:
            await _fail(kernel, of, taken, problem.code, problem.detail)
            return
        await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
        async with kernel.writing.begin() as session:
            await session.execute(_mine(taken).values(status="queued"))
    finally:
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)


async def _attempt(kernel: Kernel, of: Intake[J], taken: J) -> None:
    call = _call(taken.caller)
    reading = await of.read(kernel, call, taken)
    await _note_progress(kernel, taken, 0, reading.total)

    async with kernel.writing.begin() as session:

        async def progress(done: int) -> None:
            await session.execute(TAKE_STOCK)
            await _note_progress(kernel, taken, done, reading.total)

        for each in BY_KEY:
            await session.execute(each)
        only_tried = taken.mode == "validate"
        async with session.begin_nested() as savepoint:
            with deeds.left_out() if only_tried else contextlib.nullcontext():
                kept = await of.keep(session, call, kernel, taken, reading, progress)
            if only_tried:
                await savepoint.rollback()
        faults = sorted([*reading.faults, *kept.faults], key=lambda fault: (fault.sheet, fault.row))
        counts = {outcome: kept.counts[outcome] for outcome in ("created", "updated", "unchanged")}
        summary = {"rows": reading.total, **counts, "rejected": reading.total - sum(counts.values())}
        notes = [*reading.notes, *kept.notes]
        await _end(session, call, of, taken, Ended("done", summary, [asdict(fault) for fault in faults], reading.header_rows, notes))


async def _fail(kernel: Kernel, of: Intake[J], taken: J, code: str, detail: str, notes: Sequence[str] = ()) -> None:
    async with kernel.writing.begin() as session:
        with contextlib.suppress(LeaseLost):
            await _end(session, _call(taken.caller), of, taken, Ended("failed", None, [{"code": code, "fix": detail}], {}, notes))


async def _end(session: AsyncSession, call: access.Call, of: Intake[J], taken: J, ended: Ended) -> None:
    table = of.table
    values = {
        **asdict(ended),
        "errors": redaction.redact_all(ended.errors),
        "notes": redaction.redact_all(list(ended.notes)),
        "rows_done": table.rows_total,
        "finished_at": call.now,
        "version": table.version + 1,
    }
    if (await session.execute(_mine(taken).values(values).returning(table.id))).first() is None:
        raise LeaseLost
    traced = {name: getattr(taken, name) for name in of.traced}
    details = {**traced, "summary": ended.summary, "codes": sorted({each["code"] for each in ended.errors})}
    what = f"{of.noun}.{ended.status}"
    await deeds.record(session, call, what, taken.id, details=details, status=ended.status, version=taken.version + 1)


def _call(kept: Mapping[str, Any]) -> access.Call:
    """The caller as the import's row keeps it: the job acts on their behalf, by their clock."""
    return access.Call(access.actor_of(kept["actor"]), clock.read(kept["at"]), kept["request_id"], origin=kept["origin"])


def _mine(taken: SheetJob) -> Any:
    """The import's row, as long as this attempt is the current one."""
    table = type(taken)
    own = (table.id == taken.id, table.status == "running", table.attempts == taken.attempts)
    return update(table).where(*own).execution_options(synchronize_session=False)


async def _extend(session: AsyncSession, taken: SheetJob) -> None:
    await session.execute(_mine(taken).values(leased_until=func.now() + timedelta(seconds=LEASE_SECONDS)))


async def _hold(kernel: Kernel, taken: SheetJob) -> None:
    while True:
        await asyncio.sleep(LEASE_SECONDS / BEATS_A_LEASE)
        with contextlib.suppress(Exception):  # the database is away: the lease may run out, and the attempt then keeps nothing
            async with kernel.reading() as session:
                await _extend(session, taken)


async def _note_progress(kernel: Kernel, taken: SheetJob, done: int, total: int) -> None:
    async with kernel.reading() as session:
        await session.execute(_mine(taken).values(rows_done=done, rows_total=total))
