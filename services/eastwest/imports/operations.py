"""Taking a sheet in: the upload is kept, encrypted, and a job reads it (`job`); whoever uploaded it asks what became of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import sight
from services.eastwest.imports import job, schemas
from services.eastwest.imports.tables import PlacementImport
from shared.access import Call
from shared.sheet_jobs import uploads
from shared.web import Kernel


async def receive(session: AsyncSession, call: Call, kernel: Kernel, form: schemas.ImportIn) -> schemas.ImportOut:
    """Keeps the upload and queues its reading."""
    content = await uploads.content_of(form.file)
    columns = uploads.queued(call, form.file.filename, form.mode)
    made = PlacementImport(**columns, office=sight.office_of(call.actor), reported_on=form.reported_on)
    await uploads.keep(session, call, kernel, job.IMPORTS, made, content, {"reported_on": str(form.reported_on)})
    return paper(made)


def condition(call: Call) -> ColumnElement[bool]:
    """A partner sees its office's imports; the bureau sees all."""
    office = sight.partner_of(call.actor)
    return true() if office is None else PlacementImport.office == office


def listed(call: Call, *, status: str | None) -> Select[Any]:
    wanted = uploads.listed(job.IMPORTS).where(condition(call))
    return wanted if status is None else wanted.where(PlacementImport.status == status)


async def find(session: AsyncSession, call: Call, import_id: UUID) -> PlacementImport:
    return await uploads.find(session, job.IMPORTS, import_id, condition(call))


def paper(row: PlacementImport) -> schemas.ImportOut:
    return schemas.ImportOut.model_validate({**schemas.shown(row), "errors": row.errors})
