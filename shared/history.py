"""What became of a paper: which of its members changed, from what to what, by whom, when and told by whom; and the paper as it stood on a day.

A deed that changes members says so in the details of its row of the trail, with the values as the paper shows them, masked:

    told = {"changes": history.changes(before, after), "reason": body.reason}
    await deeds.record(session, call, "institution.changed", institution.id, details=told, …)
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, clock, pages, wire

Listed = Annotated[pages.Asked, pages.asking(at=audit.TRAIL.c.at)]
AsOf = Annotated[wire.CivilDate | None, Query(description="这一天终了时的样子;不填为今天")]

_NOT_OF_THE_PAPER = frozenset({"version", "allowed_actions"})
_TRAIL = audit.TRAIL.c
_SAID = [
    *(_TRAIL[name] for name in ("at", "action", "role", "actor_name")),
    _TRAIL.details.op("-", return_type=JSONB)(array(["changes", "source", "reason"])).label("details"),
    *(_TRAIL.details[name].astext.label(name) for name in ("source", "reason")),
    func.coalesce(_TRAIL.details["changes"], func.jsonb_build_array(), type_=JSONB).label("changes"),
]


class HistoryChange(wire.Out):
    """One member of the paper, as it was shown before and after; a member of a list as `ratings/2024`."""

    field: str
    old: Any = Field(description="原值,掩码")
    new: Any = Field(description="新值,掩码")


class HistoryEntry(wire.Out):
    """One deed on a paper. `source`: what told it, where it was not the caller himself (a sheet, a correction)."""

    at: wire.Instant
    action: str
    role: str
    actor_name: str | None
    source: str | None
    reason: str | None
    changes: list[HistoryChange]
    details: dict[str, Any]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What differs of a paper as it is shown, masked."""
    names = [name for name in after if name not in _NOT_OF_THE_PAPER and before.get(name) != after[name]]
    return [{"field": name, "old": _said(before.get(name)), "new": _said(after[name])} for name in names]


def _said(value: Any) -> Any:
    """As a paper says it: an instant in local time, a day."""
    if isinstance(value, datetime):
        return value.astimezone(clock.SHANGHAI).isoformat()
    return str(value) if isinstance(value, date) else value


async def entries(session: AsyncSession, subject: UUID | ColumnElement[bool], asked: pages.Asked) -> dict[str, Any]:
    """A page of what was done about a paper, or about those that a condition on the trail names; who may see it the caller has made sure of."""
    about = subject if isinstance(subject, ColumnElement) else _TRAIL.subject == subject
    return await pages.page(session, select(*_SAID).where(about), _TRAIL.id, asked, HistoryEntry.model_validate)


async def as_of(session: AsyncSession, subject: UUID, shown: dict[str, Any], on: date) -> dict[str, Any]:
    """The paper, as it is shown today, as it stood at the end of a day: what has changed since is undone, the latest first."""
    until = datetime.combine(on + timedelta(days=1), time(), clock.SHANGHAI)
    since = select(_TRAIL.details["changes"]).where(_TRAIL.subject == subject, _TRAIL.at >= until, _TRAIL.details.has_key("changes"))
    stood = dict(shown)
    for each in await session.scalars(since.order_by(_TRAIL.id.desc())):
        stood |= {change["field"]: change["old"] for change in each if change["field"] in stood}
    return stood
