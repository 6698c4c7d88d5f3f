"""Paths of the imports."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Response

from services.evaluation.codes import CertificateSheetKind
from services.evaluation.imports import job, operations, schemas
from services.evaluation.imports.operations import KEEPERS
from services.evaluation.imports.tables import CertificateImport
from services.evaluation.imports.visibility import READERS
from shared import errors, pages, web, wire
from shared.sheet_jobs import uploads
from shared.sheet_jobs.errors import FileTooLarge, UnknownSheetLayout, UnreadableFile
from shared.sheet_jobs.schemas import ImportStatus
from shared.web.workbooks import Workbook

router = web.Router("certificate-imports")
ONE = "/v1/certificate-imports/{import_id:uuid}"


@router.operation(
    "POST",
    "/v1/certificate-imports",
    may=KEEPERS,
    summary="导入其他机构发的证书,或评价批次的成绩",
    status=202,
    errors=[errors.InvalidState, FileTooLarge, UnreadableFile, UnknownSheetLayout],
    largest_bytes=web.UPLOAD_LARGEST_BYTES,
    too_large=FileTooLarge,
)
async def receive(
    form: Annotated[schemas.CertificateImportIn, Form(media_type="multipart/form-data")],
    response: Response,
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> schemas.CertificateImportOut:
    made = await operations.receive(session, call, kernel, form)
    response.headers["Location"] = f"/v1/certificate-imports/{made.id}"
    return made


@router.operation("GET", "/v1/certificate-imports", may=READERS, summary="导入列表", errors=[errors.InvalidCursor])
async def list_imports(
    session: web.Session,
    call: web.Caller,
    asked: Annotated[pages.Asked, pages.asking(received_at=CertificateImport.received_at)],
    kind: pages.AnyOf[CertificateSheetKind] = None,
    status: pages.AnyOf[ImportStatus] = None,
    assessment_id: pages.AnyOf[UUID] = None,
) -> wire.Page[schemas.CertificateImportListed]:
    def show(row: Any) -> schemas.CertificateImportListed:
        return schemas.CertificateImportListed.model_validate(schemas.shown(row))

    wanted = operations.listed(call, kind=kind, status=status, assessment_id=assessment_id)
    return wire.Page[schemas.CertificateImportListed].model_validate(await pages.page(session, wanted, CertificateImport.id, asked, show))


@router.operation("GET", ONE, may=READERS, summary="一次导入的进度与结果")
async def get(import_id: UUID, session: web.Session, call: web.Caller) -> schemas.CertificateImportOut:
    return operations.paper(await operations.find(session, call, import_id))


@router.operation(
    "GET", f"{ONE}/result.xlsx", may=KEEPERS, summary="同一份表,带错误列", errors=[errors.InvalidState], response_class=Workbook
)
async def result(import_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Workbook:
    row = await operations.find(session, call, import_id)
    return Workbook(await uploads.result(session, call, kernel, job.IMPORTS, row), f"certificate-import-{import_id}")
