"""One deed, one line: the audit trail and the change feed, written together in the caller's transaction and in one statement.

`await deeds.record(session, call, "claim.submitted", claim.id, details={"facts_hash": …}, status=claim.status, version=claim.version)`

What the feed says the trail says too: `details` are what it says beyond that. Neither carries personal data beyond ids.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Table, bindparam, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, changes, db
from shared.access import Call

_left_out: ContextVar[bool] = ContextVar("deeds_left_out", default=False)


@contextmanager
def left_out() -> Iterator[None]:
    """For what is only tried, and undone with its deeds and what follows from them: of a sheet's thousands of rows a quarter of its work."""
    before = _left_out.set(True)
    try:
        yield
    finally:
        _left_out.reset(before)


def are_left_out() -> bool:
    return _left_out.get()


@dataclass(frozen=True, slots=True)
class Deed:
    """A row of the trail, and what the feed says of it: None where the feed has nothing to say."""

    entry: dict[str, Any]
    event: dict[str, Any] | None


def deed(
    call: Call,
    action: str,
    subject: UUID | None,
    *,
    details: Mapping[str, Any] | None = None,
    subject_type: str = "",
    event: bool = True,
    refused: bool = False,
    **announced: Any,
) -> Deed:
    """A deed to be recorded with others by `record_all`; the arguments are those of `record`."""
    said = {name: _plain(value) for name, value in announced.items()}
    whole = said | {name: _plain(value) for name, value in (details or {}).items()}
    kind = subject_type or action.partition(".")[0]
    entry = audit.entry(call, action, kind, subject, whole, outcome="refused" if refused else "done")
    return Deed(entry, changes.event(call, action, subject, **said) if event and subject is not None else None)


async def record(session: AsyncSession, call: Call, action: str, subject: UUID | None, **said: Any) -> None:
    """Records one deed. `action`: `<paper>.<what happened>`, the event's type too; `subject`: the paper's id, None for a deed on no single paper.

    Said by keyword: `details` for the trail alone; `subject_type` where it is not the action's first word; `event=False` where the feed has nothing
    to say; `refused=True` for what was turned away; all others (`status`, `version`, ids) are announced on the feed.
    """
    await record_all(session, [deed(call, action, subject, **said)])


async def record_all(session: AsyncSession, deeds: Iterable[Deed]) -> None:
    """Records many: one statement for those that the feed announces, one for those that it does not."""
    deeds = [] if are_left_out() else list(deeds)
    if announced := [(each.entry, each.event) for each in deeds if each.event]:
        await _record_announced(session, announced)
    if quiet := [each.entry for each in deeds if each.event is None]:
        await db.insert_all(session, insert(audit.TRAIL), quiet)


async def _record_announced(session: AsyncSession, announced: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    entries, events = zip(*announced, strict=True)
    if len(announced) == 1:
        await session.execute(_WITH_EVENT, entries[0] | _named(events[0]))
        return
    same, same_of_events = db.same_of(entries), db.same_of(events)
    once = same.union(f"{EVENT}{name}" for name in same_of_events)
    told = db.arrays(entries, same) | _named(db.arrays(events, same_of_events))
    await session.execute(_with_events(tuple(entries[0]), once), told)


@cache
def _with_events(names: tuple[str, ...], once: frozenset[str]) -> Insert:
    events = insert(changes.CHANGES).from_select(OF_EVENT, db.unnested(changes.CHANGES, OF_EVENT, EVENT, once), include_defaults=False)
    trail = insert(audit.TRAIL).from_select(names, db.unnested(audit.TRAIL, names, once=once), include_defaults=False)
    return trail.add_cte(events.cte("announced"))


def beside(table: Table) -> Insert:
    """The statement of `record_beside`, made once: a deed, what the feed says of it, and a row of `table` that tells of it too."""
    row = insert(table).values({column.name: bindparam(f"row_{column.name}", type_=column.type) for column in table.c})
    return _WITH_EVENT.add_cte(row.cte("row"))


async def record_beside(session: AsyncSession, statement: Insert, told: Deed, row: Mapping[str, Any]) -> None:
    """Records a deed that the feed announces, and keeps the row (all columns of its table) in the same statement."""
    assert told.event, "a deed that the feed says nothing of"
    await session.execute(statement, told.entry | _named(told.event) | {f"row_{name}": value for name, value in row.items()})


def quiet(call: Call, action: str, subject: UUID | None, **said: Any) -> Insert:
    """A deed of which the feed has nothing to say, as the statement that `Problem.keeping` takes."""
    return insert(audit.TRAIL).values(deed(call, action, subject, event=False, **said).entry)


def told(call: Call, action: str, subject: UUID, **said: Any) -> Insert:
    """A deed that the feed announces, as the statement that `Problem.keeping` takes."""
    done = deed(call, action, subject, **said)
    assert done.event, "a deed that the feed says nothing of"
    return insert(audit.TRAIL).values(done.entry).add_cte(insert(changes.CHANGES).values(done.event).cte("announced"))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | datetime | Decimal) else value


def _named(event: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{EVENT}{name}": value for name, value in event.items()}


EVENT, OF_EVENT = "event_", ("event_id", "type", "subject", "at", "data")
_EVENT = insert(changes.CHANGES).values({name: bindparam(f"{EVENT}{name}", type_=changes.CHANGES.c[name].type) for name in OF_EVENT})
_WITH_EVENT = insert(audit.TRAIL).add_cte(_EVENT.cte("announced"))
