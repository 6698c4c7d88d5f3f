"""Taking a sheet in: the upload is kept, encrypted, and a job reads it (`job`); whoever uploaded it asks what became of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.imports import job, schemas, visibility
from services.eastwest.imports.tables import PlacementImport
from services.eastwest.orders.visibility import office_of
from shared import errors, pages
from shared.access import Call
from shared.sheet_jobs import uploads
from shared.sheet_jobs.schemas import ImportStatus
from shared.web import Kernel


async def receive(session: AsyncSession, call: Call, kernel: Kernel, form: schemas.PlacementImportIn) -> schemas.PlacementImportOut:
    """Keeps the upload and queues its reading."""
    if form.reported_on > call.today:
        fix = "请填写表中情况截至的那一天。"
        faults = [errors.Fault("in_the_future", "/reported_on", seen=str(form.reported_on), allowed=f"不晚于 {call.today}", fix=fix)]
        raise errors.Invalid(faults=faults)
    content = await uploads.content_of(form.file)
    columns = uploads.queued(call, form.file.filename, form.mode)
    made = PlacementImport(**columns, office=office_of(call.actor), reported_on=form.reported_on)
    await uploads.keep(session, call, kernel, job.IMPORTS, made, content, {"reported_on": str(form.reported_on)})
    return paper(made)


def listed(call: Call, *, status: list[ImportStatus] | None) -> Select[Any]:
    wanted = uploads.listed(job.IMPORTS).where(visibility.rows(call.actor))
    return pages.where(wanted, {PlacementImport.status: status})


async def find(session: AsyncSession, call: Call, import_id: UUID) -> PlacementImport:
    return await uploads.find(session, job.IMPORTS, import_id, visibility.rows(call.actor))


def paper(row: PlacementImport) -> schemas.PlacementImportOut:
    return schemas.PlacementImportOut.model_validate({**schemas.shown(row), "errors": row.errors, "notes": row.notes})
