"""What became of a paper: which of its members changed, from what to what, by whom, when and told by whom; and the paper as it stood on a day.

A deed that changes members says so in the details of its row of the trail, with the values as the paper shows them, masked:

    told = {"changes": history.changes(before, after), "reason": body.reason}
    await deeds.record(session, call, "institution.changed", institution.id, details=told, …)

Values that may have to be erased one day stand there encrypted (`sealed`, `opened`), since the trail itself never changes: who destroys the key erases them,
and the trail still proves who changed which members when (个人信息保护法 art. 47).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import BaseModel, Field, computed_field
from sqlalchemy import ColumnElement, func, inspect, select
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, clock, errors, pages, wire
from shared.privacy import Vault, WrongRow

Listed = Annotated[pages.Asked, pages.asking(at=audit.TRAIL.c.at)]
AsOf = Annotated[wire.CivilDate | None, Query(description="这一天终了时的样子;不填为今天")]

NOT_YET = "这一天还没有此事项。请改选之后的日期。"

_NOT_OF_THE_PAPER = frozenset({"version", "allowed_actions"})
_TRAIL = audit.TRAIL.c
_SAID = [
    *(_TRAIL[name] for name in ("subject", "at", "action", "role", "actor_name")),
    _TRAIL.details.op("-", return_type=JSONB)(array(["changes", "source", "reason"])).label("details"),
    *(_TRAIL.details[name].astext.label(name) for name in ("source", "reason")),
    func.coalesce(_TRAIL.details["changes"], func.jsonb_build_array(), type_=JSONB).label("changes"),
]


class HistoryChange(wire.Out):
    """One member of the paper, as it was shown before and after; a member of a list as `ratings/2024`. `erased` is answered where it is so."""

    model_config = wire.LEFT_OUT

    field: str
    old: Any = Field(description="原值,掩码")
    new: Any = Field(description="新值,掩码")
    erased: bool = Field(False, description="原值和新值已应本人申请删除,不能再看", exclude_if=lambda erased: not erased)


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


class Voidable(wire.Out):
    """A record that stays when it was wrong, and says since when it stands no more, and why."""

    recorded_at: wire.Instant
    voided_at: wire.Instant | None = Field(None, description="何时被更正或撤销")
    void_reason: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def version(self) -> int:
        return version_of(self.voided_at)


def version_of(voided_at: datetime | None) -> int:
    """Of a record that never changes but by being voided."""
    return 1 if voided_at is None else 2


Paper = TypeVar("Paper", bound=BaseModel)
Record = TypeVar("Record", bound=Voidable)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What differs of a paper as it is shown, masked."""
    names = [name for name in after if name not in _NOT_OF_THE_PAPER and before.get(name) != after[name]]
    return [{"field": name, "old": _said(before.get(name)), "new": _said(after[name])} for name in names]


def unsaved(row: Any, names: Iterable[str], of: str = "") -> list[dict[str, Any]]:
    """What of a row that was read is about to be written, by the members its paper shows; `of`: where they stand in the paper that the deed is on."""
    found = {name: inspect(row).attrs[name].history for name in names}
    return [
        {"field": f"{of}{name}", "old": _said(was.deleted[0]) if was.deleted else None, "new": _said(was.added[0])}
        for name, was in found.items()
        if was.has_changes()
    ]


def _said(value: Any) -> Any:
    """As a paper says it: an instant in local time, a day, ids."""
    if isinstance(value, datetime):
        return value.astimezone(clock.SHANGHAI).isoformat()
    if isinstance(value, list):
        return [_said(each) for each in value]
    return str(value) if isinstance(value, date | UUID) else value


Changes = list[dict[str, Any]]
Open = Callable[[UUID, Changes], Changes]  # of a subject's deed


def _as_they_are(_subject: UUID, told: Changes) -> Changes:
    return told


async def entries(
    session: AsyncSession, subject: UUID | ColumnElement[bool], asked: pages.Asked, opened: Open = _as_they_are
) -> dict[str, Any]:
    """A page of what was done about a paper, or about those that a condition on the trail names; who may see it the caller has made sure of."""
    about = subject if isinstance(subject, ColumnElement) else _TRAIL.subject == subject

    def show(row: Any) -> HistoryEntry:
        return HistoryEntry.model_validate({**row._mapping, "changes": opened(row.subject, row.changes)})

    return await pages.page(session, select(*_SAID).where(about), _TRAIL.id, asked, show)


_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # no digits: the trail masks what looks like a number
_DIGITS = str.maketrans("ghijklmnop", "0123456789")


def sealed(vault: Vault, subject: UUID, key: bytes, told: Changes) -> Changes:
    """The changes with their values encrypted under the subject's own key."""
    own = vault.under(key)

    def seal(change: dict[str, Any]) -> dict[str, Any]:
        values = orjson.dumps([change["old"], change["new"]])
        return {"field": change["field"], "sealed": own.encrypt_bytes(values, f"history/{subject}").hex().translate(_LETTERS)}

    return [seal(each) for each in told]


def opened(vault: Vault, keys: Mapping[UUID, bytes | None]) -> Open:
    """Reads what was sealed with the keys that there still are, by subject."""

    def read(subject: UUID, told: Changes) -> Changes:
        return [_opened(vault, subject, keys.get(subject), each) if "sealed" in each else each for each in told]

    return read


def _opened(vault: Vault, subject: UUID, key: bytes | None, change: dict[str, Any]) -> dict[str, Any]:
    try:
        if key is None:
            raise WrongRow
        kept = vault.under(key).decrypt_bytes(bytes.fromhex(change["sealed"].translate(_DIGITS)), f"history/{subject}")
    except WrongRow:  # of before an erasure
        return {"field": change["field"], "old": None, "new": None, "erased": True}
    old, new = orjson.loads(kept)
    return {"field": change["field"], "old": old, "new": new}


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), clock.SHANGHAI)


async def began_at(session: AsyncSession, subject: UUID) -> datetime:
    """Since when there is anything on the trail of a paper that does not say itself when it was made."""
    return await session.scalar(select(func.min(_TRAIL.at)).where(_TRAIL.subject == subject)) or clock.now()


async def stood(session: AsyncSession, paper: Paper, on: date, began_at: datetime, opened: Open = _as_they_are) -> Paper:
    """A paper with an `id` as it stood at the end of a day; 404 of a day before it began."""
    if began_at >= end_of(on):
        raise errors.NotFound(NOT_YET)
    subject: UUID = paper.id  # type: ignore[attr-defined]
    return type(paper).model_validate_json(orjson.dumps(await as_of(session, subject, paper.model_dump(mode="json"), on, opened)))


def voidable(record: Record, on: date | None) -> Record:
    """A record that is voided when it was wrong, as it stood at the end of a day: 404 before it was told, and not voided yet where that came later."""
    if on is None:
        return record
    if record.recorded_at >= end_of(on):
        raise errors.NotFound(NOT_YET)
    still = record.voided_at is not None and record.voided_at >= end_of(on)
    return record.model_copy(update={"voided_at": None, "void_reason": None}) if still else record


async def as_of(session: AsyncSession, subject: UUID, shown: dict[str, Any], on: date, opened: Open = _as_they_are) -> dict[str, Any]:
    """The paper, as it is shown today, as it stood at the end of a day: what has changed since is undone, the latest first. What was erased stays as it is
    today."""
    of_itself = func.split_part(_TRAIL.action, ".", 1) == _TRAIL.subject_type  # not of what belongs to it
    since = select(_TRAIL.details["changes"]).where(_TRAIL.subject == subject, _TRAIL.at >= end_of(on), of_itself)
    stood = dict(shown)
    for each in await session.scalars(since.where(_TRAIL.details.has_key("changes")).order_by(_TRAIL.id.desc())):
        stood |= {
            change["field"]: change["old"] for change in opened(subject, each) if change["field"] in stood and not change.get("erased")
        }
    return stood
