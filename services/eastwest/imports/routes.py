"""Paths of the imports."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Response

from services.eastwest.imports import job, operations, schemas
from services.eastwest.imports.tables import PlacementImport
from services.eastwest.orders.policy import KEEPERS
from services.eastwest.orders.visibility import READERS
from shared import errors, pages, web, wire
from shared.sheet_jobs import uploads
from shared.sheet_jobs.errors import FileTooLarge, UnknownSheetLayout, UnreadableFile
from shared.sheet_jobs.schemas import ImportStatus
from shared.web.workbooks import Workbook

router = web.Router("placement-imports")
ONE = "/v1/placement-imports/{import_id:uuid}"


@router.operation(
    "POST",
    "/v1/placement-imports",
    may=KEEPERS,
    summary="导入协作方每月的在岗情况表",
    status=202,
    errors=[FileTooLarge, UnreadableFile, UnknownSheetLayout],
    largest_bytes=web.UPLOAD_LARGEST_BYTES,
    too_large=FileTooLarge,
)
async def receive(
    form: Annotated[schemas.PlacementImportIn, Form(media_type="multipart/form-data")],
    response: Response,
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> schemas.PlacementImportOut:
    made = await operations.receive(session, call, kernel, form)
    response.headers["Location"] = f"/v1/placement-imports/{made.id}"
    return made


@router.operation("GET", "/v1/placement-imports", may=READERS, summary="导入列表", errors=[errors.InvalidCursor])
async def list_imports(
    session: web.Session,
    call: web.Caller,
    asked: Annotated[pages.Asked, pages.asking(reported_on=PlacementImport.reported_on, received_at=PlacementImport.received_at)],
    status: pages.AnyOf[ImportStatus] = None,
) -> wire.Page[schemas.PlacementImportListed]:
    def show(row: Any) -> schemas.PlacementImportListed:
        return schemas.PlacementImportListed.model_validate(schemas.shown(row))

    wanted = operations.listed(call, status=status)
    return wire.Page[schemas.PlacementImportListed].model_validate(await pages.page(session, wanted, PlacementImport.id, asked, show))


@router.operation("GET", ONE, may=READERS, summary="一次导入的进度与结果")
async def get(import_id: UUID, session: web.Session, call: web.Caller) -> schemas.PlacementImportOut:
    return operations.paper(await operations.find(session, call, import_id))


@router.operation(
    "GET", f"{ONE}/result.xlsx", may=KEEPERS, summary="同一份表,带错误列", errors=[errors.InvalidState], response_class=Workbook
)
async def result(import_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Workbook:
    row = await operations.find(session, call, import_id)
    return Workbook(await uploads.result(session, call, kernel, job.IMPORTS, row), f"placement-import-{import_id}")
