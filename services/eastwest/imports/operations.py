"""Taking a sheet in: the upload is kept, encrypted, and a job reads it (`running`); whoever uploaded it asks what became of it."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import sight
from services.eastwest.imports import running, schemas
from services.eastwest.imports.errors import FileTooLarge, UnreadableFile
from services.eastwest.imports.tables import PlacementImport
from shared import audit, db, errors, privacy
from shared.access import Call
from shared.sheets import RowFault, with_error_column
from shared.sheets.opening import FILE_BYTES_AT_MOST
from shared.web import Kernel

FILENAME_LONGEST = 200
HIDDEN = frozenset({"content", "errors", "header_rows", "caller"})


async def receive(session: AsyncSession, call: Call, kernel: Kernel, form: schemas.ImportIn) -> schemas.ImportOut:
    """Keeps the upload and queues its reading."""
    content = await form.file.read()
    if len(content) > FILE_BYTES_AT_MOST:
        raise FileTooLarge(f"文件 {len(content) / 1024 / 1024:.1f} MB,最大 20 MB。请拆分后分次导入。")
    if not content.strip():
        raise UnreadableFile("文件是空的。请重新导出后再导入。")
    made = PlacementImport(
        id=db.new_id(), office=sight.office_of(call.actor), mode=form.mode, reported_on=form.reported_on, caller=running.kept_call(call),
        filename=privacy.redact(form.file.filename or "未命名")[-FILENAME_LONGEST:], received_at=call.now,
        status="queued", attempts=0, rows_done=0, rows_total=0, errors=[], header_rows={},
    )  # fmt: skip
    made.content = await asyncio.to_thread(kernel.vault.encrypt_bytes, content, f"placement_imports/{made.id}/content")
    session.add(made)
    await session.flush()
    details = {"mode": form.mode, "reported_on": str(form.reported_on), "bytes": len(content)}
    await audit.record(session, call, "placement_import.received", "placement_import", made.id, details)
    running.wake_after_commit(session, kernel)
    return paper(made)


def condition(call: Call) -> ColumnElement[bool]:
    """A partner sees its office's imports; the bureau sees all."""
    office = sight.partner_of(call.actor)
    return true() if office is None else PlacementImport.office == office


def listed(call: Call, *, status: str | None) -> Select[Any]:
    wanted = select(*(column for column in PlacementImport.__table__.columns if column.name not in HIDDEN)).where(condition(call))
    return wanted if status is None else wanted.where(PlacementImport.status == status)


async def find(session: AsyncSession, call: Call, import_id: UUID) -> PlacementImport:
    found = await session.scalar(select(PlacementImport).where(PlacementImport.id == import_id, condition(call)))
    if found is None:
        raise errors.NotFound("没有这次导入,或不在您的可见范围内。请核对编号。")
    return found


def paper(row: PlacementImport) -> schemas.ImportOut:
    return schemas.ImportOut.model_validate({**schemas.shown(row), "errors": row.errors})


async def result(session: AsyncSession, call: Call, kernel: Kernel, import_id: UUID) -> bytes:
    """The same sheet back with an error column. It holds full numbers, so the reading is on the trail."""
    row = await find(session, call, import_id)
    if row.status != "done":
        raise errors.InvalidState(f"导入当前状态为 {row.status},完成(done)后才有结果表。")
    await audit.record(session, call, "placement_import.result_exported", "placement_import", row.id)
    return await asyncio.to_thread(_with_errors, kernel, row)


def _with_errors(kernel: Kernel, row: PlacementImport) -> bytes:
    return with_error_column(running.open_kept(kernel, row), [RowFault(**each) for each in row.errors], row.header_rows)
