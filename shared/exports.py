"""Files made for other platforms by the county's layouts: who made which, how it went out, and what came back.

The file itself is not kept: its SHA-256 tells later whether a file is the one that was made. Services keep a table and paths of their own.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import Field
from sqlalchemy import CheckConstraint, DateTime, Index, Text, inspect, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared import clock, db, deeds, errors, keeping, layouts, pages, wire
from shared.access import OFFICES, Call
from shared.layouts import Layout
from shared.sheets import Table, write_book
from shared.sheets.writing import write_csv
from shared.steps import Refusal, wrong_role

ROWS_AT_MOST: Final = 10_000
MAKES: Final = frozenset({"officer", "reviewer"})  # full numbers leave the house by their hands alone
READERS: Final = OFFICES
SENT_BEFORE: Final = Refusal("invalid_state", "该文件已登记报送。")
NOT_SENT: Final = Refusal("invalid_state", "该文件尚未登记报送,请先登记报送。")
ANSWERED_BEFORE: Final = Refusal("invalid_state", "该文件已登记答复。")
ANSWERED: Final = ("sent_at", "answered_at", "answer", "file_id", "rejected", "version")


class Export(db.Versioned):
    """A file that was made. `filters`: what was asked for; `rejected`: how many of its rows the other platform refused."""

    __tablename__: str

    layout: Mapped[str] = mapped_column(Text)
    filters: Mapped[dict[str, str]] = mapped_column(JSONB)
    full_numbers: Mapped[bool]
    rows: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(Text)
    actor_name: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str | None] = mapped_column(Text)
    file_id: Mapped[UUID | None]
    rejected: Mapped[int | None]


E = TypeVar("E", bound=Export)


def rules(table: str) -> tuple[Any, ...]:
    """What `__table_args__` of such a table hold."""
    return (
        CheckConstraint(f"rows BETWEEN 0 AND {ROWS_AT_MOST}", name="rows"),
        CheckConstraint("answered_at >= sent_at AND num_nulls(answered_at, answer) IN (0, 2) OR answered_at IS NULL", name="answered"),
        CheckConstraint("answered_at IS NOT NULL OR num_nonnulls(answer, file_id, rejected) = 0", name="answer"),
        CheckConstraint("rejected BETWEEN 0 AND rows", name="rejected"),
        Index(f"{table}_made_at_idx", "made_at", "id"),
        Index(f"{table}_layout_idx", "layout", "id"),
        {"info": keeping.only(*ANSWERED, until="old.answered_at IS NOT NULL")},
    )


class ExportOut(wire.Out):
    id: UUID
    layout: str = Field(examples=["national_certificates"])
    filters: dict[str, str] = Field(description="导出时的筛选条件", examples=[{"from_on": "2025-01-01", "to_on": "2025-03-31"}])
    full_numbers: bool = Field(description="文件中是否有完整的证件号码")
    rows: int = Field(description="文件中的行数,不含表头")
    sha256: str = Field(examples=[sha256(b"").hexdigest()])
    made_at: wire.Instant
    actor: str = Field(examples=["local-officer"])
    actor_name: str | None = Field(examples=["王正兰"])
    sent_at: wire.Instant | None
    answered_at: wire.Instant | None
    answer: str | None = Field(examples=["已入库 118 条,2 条证件号码重复"])
    file_id: UUID | None
    rejected: int | None = Field(description="对方不收的行数")
    allowed_actions: list[wire.AllowedAction]
    version: int


class AnswerIn(wire.In):
    """What the other platform answered."""

    text: wire.Reason = Field(description="对方的答复", examples=["已入库 118 条,2 条证件号码重复"])
    file_id: UUID | None = Field(None, description="回执文件,/v1/files 的编号", examples=[None])
    rejected: int | None = Field(None, ge=0, le=ROWS_AT_MOST, description="对方不收的行数", examples=[2])


@dataclass(frozen=True, slots=True)
class Filters:
    """What a request narrows an export to; days are counted in."""

    from_on: date | None
    to_on: date | None
    institution_id: UUID | None

    def said(self) -> dict[str, str]:
        return {name: str(value) for name in layouts.FILTERS if (value := getattr(self, name)) is not None}

    def where(self, day: Any, institution: Any) -> list[Any]:
        """As conditions on a column of days, and on one of institutions."""
        found = [] if self.from_on is None else [day >= self.from_on]
        found += [] if self.to_on is None else [day <= self.to_on]
        return found + ([] if self.institution_id is None else [institution == self.institution_id])

    def where_at(self, at: Any, institution: Any) -> list[Any]:
        """The same of a column of instants."""
        found = [] if self.from_on is None else [at >= _midnight(self.from_on)]
        found += [] if self.to_on is None else [at < _midnight(self.to_on + timedelta(days=1))]
        return found + ([] if self.institution_id is None else [institution == self.institution_id])


async def _narrowed(
    from_on: Annotated[wire.CivilDate | None, Query(description="从哪一天起:班级、报名按开班日,学员按登记日,证书按发证日")] = None,
    to_on: Annotated[wire.CivilDate | None, Query(description="到哪一天为止,含当日")] = None,
    institution_id: Annotated[UUID | None, Query(description="哪家机构:办班的、发证的,学员为其用人单位")] = None,
) -> Filters:
    return Filters(from_on, to_on, institution_id)


Narrowed = Annotated[Filters, Depends(_narrowed)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)


Write = Callable[[Table], bytes]


def as_book(table: Table) -> bytes:
    return write_book([table])


as_csv: Final[Write] = write_csv


@dataclass(frozen=True, slots=True)
class Made:
    """A file before it is recorded: nothing of it is answered until it is."""

    code: str
    layout: Layout
    filters: Mapping[str, str]
    rows: int
    content: bytes


def asked(service: str, code: str, filters: Filters) -> Layout:
    """The layout of that code: 404 names those that there are, 400 what the layout asks to be given."""
    known = layouts.of(service)
    if code not in known:
        there = "、".join(f"{each}({layout.title})" for each, layout in known.items())
        raise errors.NotFound(f"没有上报格式 {code}。" + (f"现有:{there}。" if there else "本县(市)没有此类上报格式。"))
    given = filters.said()
    missing = [name for name in known[code].filters if name not in given]
    if missing:
        fix = "请在查询参数中给出。"
        faults = [errors.Fault("missing_parameter", parameter=name, fix=fix) for name in missing]
        raise errors.InvalidParameter(faults=faults, parameter=missing[0])
    return known[code]


def few_enough(rows: Sequence[Any]) -> None:
    """Of one row more than a file may have, 422."""
    if len(rows) > ROWS_AT_MOST:
        fix = "请缩短 from_on 至 to_on 的期间,或用 institution_id 按机构分次导出。"
        fault = errors.Fault(
            "invalid_value", parameter="from_on", seen=f"多于 {ROWS_AT_MOST} 行", allowed=f"每个文件 {ROWS_AT_MOST} 行", fix=fix
        )
        raise errors.Invalid(faults=[fault])


async def make(code: str, layout: Layout, filters: Filters, write: Write, rows: Callable[[], Sequence[Mapping[str, Any]]]) -> Made:
    """Writes the file beside the event loop, where `rows` are put together too."""

    def written() -> tuple[int, bytes]:
        found = rows()
        return len(found), write(layout.table(found))

    count, content = await asyncio.to_thread(written)
    return Made(code, layout, filters.said(), count, content)


async def keep(session: AsyncSession, call: Call, of: type[E], noun: str, made: Made) -> E:
    """Records that the file was made, and what left the house with it."""
    told: dict[str, Any] = {
        "layout": made.code,
        "filters": dict(made.filters),
        "full_numbers": made.layout.full_numbers,
        "rows": made.rows,
        "sha256": sha256(made.content).hexdigest(),
    }
    by: dict[str, Any] = {"made_at": call.now, "actor": call.actor.subject, "actor_name": call.actor.name or None}
    export = of(**told, **by)
    session.add(export)
    await session.flush()
    await deeds.record(session, call, f"{noun}.made", export.id, event=False, details=told)
    return export


async def page(session: AsyncSession, call: Call, of: type[E], asked_for: pages.Asked, layout: list[str] | None) -> dict[str, Any]:
    wanted = pages.where(select(*inspect(of).columns), {of.layout: layout})
    return await pages.page(session, wanted, of.id, asked_for, partial(_shown, call))


async def get(session: AsyncSession, call: Call, of: type[E], export_id: UUID) -> ExportOut:
    return _shown(call, await _find(session, call, of, export_id, lock=False))


def _shown(call: Call, export: Any) -> ExportOut:
    """An export or its row, with what the caller may do with it."""
    told = {name: getattr(export, name) for name in ExportOut.model_fields if name != "allowed_actions"}
    role = wrong_role(MAKES, call.actor.role)
    may = wire.allowed_actions({action: role or refusal for action, refusal in _refusals(export).items()})
    return ExportOut(**told, allowed_actions=may)


def _refusals(export: Any) -> dict[str, Refusal | None]:
    """Why each step may not be taken: a file is sent once, and answered once thereafter."""
    answered = ANSWERED_BEFORE if export.answered_at else None
    return {"sent": SENT_BEFORE if export.sent_at else None, "answer": answered if export.sent_at else NOT_SENT}


async def begin(session: AsyncSession, call: Call, of: type[E], export_id: UUID, *, action: str, lock: bool = False) -> E:
    """The export, where this may be done to it now."""
    export = await _find(session, call, of, export_id, lock=lock)
    if refusal := _refusals(export)[action]:
        raise errors.InvalidState(refusal.detail)
    return export


async def _find(session: AsyncSession, call: Call, of: type[E], export_id: UUID, *, lock: bool) -> E:
    wanted = select(of).where(of.id == export_id)
    export = await session.scalar(wanted.with_for_update() if lock else wanted)
    if export is None:
        raise errors.NotFound("没有这次导出。请核对编号。")
    call.match(export.version)
    return export


async def sent(session: AsyncSession, call: Call, of: type[E], noun: str, export_id: UUID) -> ExportOut:
    export = await begin(session, call, of, export_id, action="sent", lock=True)
    export.sent_at = call.now
    await session.flush()
    await deeds.record(session, call, f"{noun}.sent", export.id, event=False)
    return _shown(call, export)


async def answered(
    session: AsyncSession, call: Call, of: type[E], noun: str, export_id: UUID, body: AnswerIn, *, file_known: bool
) -> ExportOut:
    """`file_known`: whether the file that the answer names was uploaded."""
    export = await begin(session, call, of, export_id, action="answer", lock=True)
    faults = []
    if body.file_id and not file_known:
        faults.append(errors.Fault("unknown_file", "/file_id", seen=str(body.file_id), fix="请先上传文件。"))
    if body.rejected is not None and body.rejected > export.rows:
        fix = "请核对对方的答复。"
        faults.append(errors.Fault("invalid_value", "/rejected", seen=str(body.rejected), allowed=f"至多 {export.rows} 行", fix=fix))
    if faults:
        raise errors.Invalid(faults=faults)
    export.answered_at, export.answer, export.file_id, export.rejected = call.now, body.text, body.file_id, body.rejected
    await session.flush()
    told = {"text": body.text, "file_id": body.file_id, "rejected": body.rejected}
    await deeds.record(session, call, f"{noun}.answered", export.id, event=False, details=told)
    return _shown(call, export)
