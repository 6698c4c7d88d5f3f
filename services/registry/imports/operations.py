"""Taking a sheet in: the upload is kept, encrypted, and a job reads it (`job`); whoever uploaded it asks what became of it."""

import asyncio
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes import policy, sight
from services.registry.classes.operations import require_state
from services.registry.imports import job, schemas
from services.registry.imports.errors import FileTooLarge, UnreadableFile
from services.registry.imports.tables import Import
from services.registry.institutions.tables import Institution
from shared import access, audit, errors, privacy
from shared.access import Call
from shared.db import new_id
from shared.sheets import RowFault, open_book, with_error_column
from shared.sheets.opening import FILE_BYTES_AT_MOST
from shared.web import Kernel

UPLOADERS: Final = frozenset({"institution", "town", "officer"})
READERS: Final = access.STAFF | {"institution", "town", "system"}
FIELDS: Final = {"roster": {"class_id"}, "sign_in": {"class_id"}, "teachers": {"institution_id"}, "status_records": {"status", "source"}}
OPTIONAL: Final = {"institution_id"}
FILENAME_LONGEST: Final = 200


async def receive(session: AsyncSession, call: Call, kernel: Kernel, form: schemas.ImportIn) -> schemas.ImportOut:
    """Keeps the upload and queues its reading."""
    _right_fields(form)
    institution_id = await _may_upload(session, call, form)
    content = await form.file.read()
    if len(content) > FILE_BYTES_AT_MOST:
        raise FileTooLarge(f"文件 {len(content) / 1024 / 1024:.1f} MB,最大 20 MB。请拆分后分次导入。")
    if not content.strip():
        raise UnreadableFile("文件是空的。请重新导出或下载模板填写。")
    made = Import(
        id=new_id(), kind=form.kind, mode=form.mode, class_id=form.class_id, institution_id=institution_id, list_status=form.status,
        list_source=form.source, filename=privacy.redact(form.file.filename or "未命名")[-FILENAME_LONGEST:], caller=job.kept_call(call),
        owner_institution_id=call.actor.institution_id, owner_region_code=call.actor.region_code, received_at=call.now,
        status="queued", attempts=0, rows_done=0, rows_total=0, errors=[], header_rows={},
    )  # fmt: skip
    made.content = await asyncio.to_thread(kernel.vault.encrypt_bytes, content, f"imports/{made.id}/content")
    session.add(made)
    await session.flush()
    details = {"kind": form.kind, "mode": form.mode, "class_id": str(form.class_id) if form.class_id else None, "bytes": len(content)}
    await audit.record(session, call, "import.received", "import", made.id, details)
    job.wake_after_commit(session, kernel)
    return paper(made)


def _right_fields(form: schemas.ImportIn) -> None:
    given = {name for name in ("class_id", "institution_id", "status", "source") if getattr(form, name) is not None}
    missing, odd = FIELDS[form.kind] - OPTIONAL - given, given - FIELDS[form.kind]
    faults = [errors.Fault("missing_field", f"/{name}", fix=f"导入 {form.kind} 时请补充该字段。") for name in sorted(missing)]
    faults += [errors.Fault("unknown_field", f"/{name}", fix=f"导入 {form.kind} 时没有该字段,请删除。") for name in sorted(odd)]
    if faults:
        raise errors.Invalid(faults=faults)


async def _may_upload(session: AsyncSession, call: Call, form: schemas.ImportIn) -> UUID | None:
    """Who may bring this kind of sheet for what; answers the institution whose teachers they are."""
    role = call.actor.role
    if form.class_id is not None:
        training = await sight.find(session, call, form.class_id)
        if form.mode == "commit":
            label, states = ("报名", policy.ENROLLED_IN) if form.kind == "roster" else ("签到", policy.ATTENDED_IN)
            require_state(training, label, states)
        return None
    if form.kind == "status_records":
        if role != "officer":
            raise errors.Forbidden("其他部门的名单由经办人员导入。")
        return None
    institution_id = form.institution_id or call.actor.institution_id
    if role not in ("institution", "officer") or (role == "institution" and institution_id != call.actor.institution_id):
        raise errors.Forbidden("教师名册由机构为本机构导入,或由经办人员代办。")
    if institution_id is None:
        raise errors.Invalid(faults=[errors.Fault("missing_field", "/institution_id", fix="请补充机构编号。")])
    if await session.get(Institution, institution_id) is None:
        raise errors.NotFound("没有这个机构。请核对编号。")
    return institution_id


def condition(call: Call) -> ColumnElement[bool]:
    """The imports within the caller's sight: an institution's and a town's own; all for staff."""
    actor = call.actor
    if actor.role in access.STAFF or actor.role == "system":
        return true()
    if actor.role == "institution" and actor.institution_id:
        return Import.owner_institution_id == actor.institution_id
    if actor.role == "town" and actor.region_code:
        return Import.owner_region_code == actor.region_code
    return false()


def listed(call: Call, *, kind: str | None, status: str | None, class_id: UUID | None) -> Select[Any]:
    columns = [column for column in Import.__table__.columns if column.name not in ("content", "errors", "header_rows", "caller")]
    wanted = select(*columns).where(condition(call))
    for column, value in ((Import.kind, kind), (Import.status, status), (Import.class_id, class_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    return wanted


async def find(session: AsyncSession, call: Call, import_id: UUID) -> Import:
    found = await session.scalar(select(Import).where(Import.id == import_id, condition(call)))
    if found is None:
        raise errors.NotFound("没有这次导入,或不在您的可见范围内。请核对编号。")
    return found


def paper(row: Import) -> schemas.ImportOut:
    return schemas.ImportOut.model_validate({**schemas.shown(row), "errors": row.errors})


async def result(session: AsyncSession, call: Call, kernel: Kernel, import_id: UUID) -> bytes:
    """The same sheet back with an error column. It holds full numbers, so the reading is on the trail."""
    row = await find(session, call, import_id)
    if row.status != "done":
        raise errors.InvalidState(f"导入当前状态为 {row.status},完成(done)后才有结果表。")
    await audit.record(session, call, "import.result_exported", "import", row.id)
    return await asyncio.to_thread(_with_errors, kernel.vault, row)


def _with_errors(vault: privacy.Vault, row: Import) -> bytes:
    book = open_book(vault.decrypt_bytes(row.content, f"imports/{row.id}/content"), row.filename)
    return with_error_column(book, [RowFault(**each) for each in row.errors], row.header_rows)
