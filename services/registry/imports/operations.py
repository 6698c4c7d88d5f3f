"""Taking a sheet in: the upload is kept, encrypted, and a job reads it (`job`); whoever uploaded it asks what became of it."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import SheetKind
from services.registry.imports import job, schemas, visibility
from services.registry.imports.tables import Import
from services.registry.institutions.institutions.tables import Institution
from services.registry.training.classes import policy
from services.registry.training.classes import reading as classes
from services.registry.training.classes.operations import require_state
from shared import errors, pages
from shared.access import Call
from shared.sheet_jobs import uploads
from shared.sheet_jobs.schemas import ImportStatus
from shared.web import Kernel

FIELDS: Final = {
    SheetKind.ROSTER: {"class_id"},
    SheetKind.SIGN_IN: {"class_id"},
    SheetKind.TEACHERS: {"institution_id"},
    SheetKind.STATUS_RECORDS: {"status", "source"},
}
OPTIONAL: Final = {"institution_id"}


async def receive(session: AsyncSession, call: Call, kernel: Kernel, form: schemas.ImportIn) -> schemas.ImportOut:
    """Keeps the upload and queues its reading."""
    _right_fields(form)
    institution_id = await _may_upload(session, call, form)
    content = await uploads.content_of(form.file)
    made = Import(
        **uploads.queued(call, form.file.filename, form.mode),
        kind=form.kind,
        class_id=form.class_id,
        institution_id=institution_id,
        list_status=form.status,
        list_source=form.source,
        owner_institution_id=call.actor.institution_id,
        owner_region_code=call.actor.region_code,
    )
    details = {"kind": form.kind, "class_id": str(form.class_id) if form.class_id else None}
    await uploads.keep(session, call, kernel, job.IMPORTS, made, content, details)
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
        training = await classes.find(session, call, form.class_id)
        if form.mode == "commit":
            require_state(call, training, policy.ENROL if form.kind == SheetKind.ROSTER else policy.ATTEND)
        return None
    if form.kind == SheetKind.STATUS_RECORDS:
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


def listed(
    call: Call,
    *,
    kind: list[SheetKind] | None,
    status: list[ImportStatus] | None,
    class_id: list[UUID] | None,
    institution_id: list[UUID] | None,
) -> Select[Any]:
    wanted = uploads.listed(job.IMPORTS).where(visibility.rows(call.actor))
    equal = {Import.kind: kind, Import.status: status, Import.class_id: class_id, Import.institution_id: institution_id}
    return pages.where(wanted, equal)


async def find(session: AsyncSession, call: Call, import_id: UUID) -> Import:
    return await uploads.find(session, job.IMPORTS, import_id, visibility.rows(call.actor))


def paper(row: Import) -> schemas.ImportOut:
    return schemas.ImportOut.model_validate({**schemas.shown(row), "errors": row.errors, "notes": row.notes})
