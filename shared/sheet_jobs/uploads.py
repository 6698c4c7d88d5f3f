"""An upload comes in, is looked up, and goes back with an error column."""

import asyncio
from typing import Any, Final, TypeVar
from uuid import UUID

from fastapi import UploadFile
from sqlalchemy import ColumnElement, Select, and_, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from shared import db, deeds, errors, forgetting, privacy, redaction
from shared.access import Call
from shared.sheet_jobs.errors import FileTooLarge, UnreadableFile
from shared.sheet_jobs.running import Intake, wake_after_commit
from shared.sheet_jobs.tables import SheetJob
from shared.sheets import Book, RowFault, open_book, with_error_column
from shared.sheets.opening import FILE_BYTES_AT_MOST
from shared.web import Kernel

FILENAME_LONGEST: Final = 200
HIDDEN: Final = frozenset({"content", "errors", "notes", "header_rows"})  # what a list of uploads does not read
KEPT_DAYS: Final = forgetting.SIX_MONTHS_DAYS
J = TypeVar("J", bound=SheetJob)


async def content_of(file: UploadFile) -> bytes:
    content = await file.read()
    if len(content) > FILE_BYTES_AT_MOST:
        raise FileTooLarge(f"文件 {len(content) / 1024 / 1024:.1f} MB,最大 20 MB。请拆分后分次导入。")
    if not content.strip():
        raise UnreadableFile("文件是空的。请重新导出后再导入。")
    return content


def queued(call: Call, filename: str | None, mode: str) -> dict[str, Any]:
    """The columns of a new upload, but for its content and the service's own."""
    caller = {"actor": call.actor.wire(), "at": call.now.isoformat(), "request_id": call.request_id, "origin": call.origin}
    return {
        "id": db.new_id(),
        "mode": mode,
        "filename": redaction.redact(filename or "未命名")[-FILENAME_LONGEST:],
        "caller": caller,
        "received_at": call.now,
        "status": "queued",
        "attempts": 0,
        "rows_done": 0,
        "rows_total": 0,
        "errors": [],
        "notes": [],
        "header_rows": {},
    }


async def keep(session: AsyncSession, call: Call, kernel: Kernel, of: Intake[J], made: J, content: bytes, details: dict[str, Any]) -> None:
    """Keeps the upload, encrypted, and queues its reading."""
    made.content = await asyncio.to_thread(kernel.vault.encrypt_bytes, content, _place(made))
    session.add(made)
    await session.flush()
    await deeds.record(
        session, call, f"{of.noun}.received", made.id, event=False, details=details | {"mode": made.mode, "bytes": len(content)}
    )
    wake_after_commit(session, kernel)


def book(vault: privacy.Vault, row: SheetJob) -> Book:
    """The uploaded book; raises SheetError. Blocks."""
    return open_book(vault.decrypt_bytes(row.content, _place(row)), row.filename)


def term(of: Any) -> forgetting.Term:
    """The uploaded file is forgotten once it is of no more use; what became of its rows stays. When it was last read is the database's word; when the import
    ended is the policy clock's, which may stand in another year."""
    table = of.metadata.tables[of.__tablename__]
    over = and_(table.c.finished_at.is_not(None), func.length(table.c.content) > 0)
    return forgetting.Term(table, table.c.leased_until, KEPT_DAYS, also=over, emptied={"content": b""})


def _place(row: SheetJob) -> str:
    return f"{row.__tablename__}/{row.id}/content"


def listed(of: Intake[J]) -> Select[Any]:
    return select(*(column for column in inspect(of.table).columns if column.name not in HIDDEN))


async def find(session: AsyncSession, of: Intake[J], import_id: UUID, visible: ColumnElement[bool]) -> J:
    """What became of an upload so far. Its file is left where it is: whoever waits for the end asks hundreds of times."""
    wanted = select(of.table).where(of.table.id == import_id, visible).options(defer(of.table.content, raiseload=True))
    found = await session.scalar(wanted)
    if found is None:
        raise errors.NotFound("没有这次导入,或不在您的可见范围内。请核对编号。")
    return found


async def result(session: AsyncSession, call: Call, kernel: Kernel, of: Intake[J], row: J) -> bytes:
    """The same sheet back with an error column. It holds full numbers, so the reading is on the trail."""
    if row.status != "done":
        raise errors.InvalidState(f"导入当前状态为 {row.status},完成(done)后才有结果表。")
    await session.refresh(row, ["content"])
    if not row.content:
        raise errors.NotFound(f"上传的文件在导入结束 {KEPT_DAYS} 天后已清除,不再提供结果表。处理情况仍见 errors。")
    await deeds.record(session, call, f"{of.noun}.result_exported", row.id, event=False)
    return await asyncio.to_thread(_with_errors, kernel.vault, row)


def _with_errors(vault: privacy.Vault, row: SheetJob) -> bytes:
    return with_error_column(book(vault, row), [RowFault(**each) for each in row.errors], row.header_rows)
