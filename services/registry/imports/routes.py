"""Paths of the imports and the empty sheets to fill in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Query, Response

from services.registry.codes import SheetKind
from services.registry.imports import job, operations, schemas
from services.registry.imports.tables import Import
from services.registry.imports.templates import OtherKind, template
from services.registry.imports.visibility import READERS
from services.registry.training.classes.policy import ENROLLERS
from shared import access, errors, pages, web, wire
from shared.sheet_jobs import uploads
from shared.sheet_jobs.errors import FileTooLarge, UnknownSheetLayout, UnreadableFile
from shared.sheet_jobs.schemas import ImportStatus
from shared.web.workbooks import Workbook

router = web.Router("imports")
ONE = "/v1/imports/{import_id:uuid}"


@router.operation(
    "POST",
    "/v1/imports",
    may=ENROLLERS,
    summary="导入表格:花名册、签到表、教师名册、学员名册、就业去向、其他部门的名单",
    status=202,
    errors=[errors.InvalidState, FileTooLarge, UnreadableFile, UnknownSheetLayout],
    largest_bytes=web.UPLOAD_LARGEST_BYTES,
    too_large=FileTooLarge,
)
async def receive(
    form: Annotated[schemas.ImportIn, Form(media_type="multipart/form-data")],
    response: Response,
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> schemas.ImportOut:
    made = await operations.receive(session, call, kernel, form)
    response.headers["Location"] = f"/v1/imports/{made.id}"
    return made


@router.operation("GET", "/v1/imports", may=READERS, summary="导入列表", errors=[errors.InvalidCursor])
async def list_imports(
    session: web.Session,
    call: web.Caller,
    asked: Annotated[pages.Asked, pages.asking(received_at=Import.received_at)],
    kind: pages.AnyOf[SheetKind] = None,
    status: pages.AnyOf[ImportStatus] = None,
    class_id: pages.AnyOf[UUID] = None,
    institution_id: Annotated[pages.AnyOf[UUID], Query(description="教师名册所属的机构")] = None,
) -> wire.Page[schemas.ImportListed]:
    def show(row: Any) -> schemas.ImportListed:
        return schemas.ImportListed.model_validate(schemas.shown(row))

    wanted = operations.listed(call, kind=kind, status=status, class_id=class_id, institution_id=institution_id)
    return wire.Page[schemas.ImportListed].model_validate(await pages.page(session, wanted, Import.id, asked, show))


@router.operation("GET", ONE, may=READERS, summary="一次导入的进度与结果")
async def get(import_id: UUID, session: web.Session, call: web.Caller) -> schemas.ImportOut:
    return operations.paper(await operations.find(session, call, import_id))


@router.operation(
    "GET", f"{ONE}/result.xlsx", may=ENROLLERS, summary="同一份表,带错误列", errors=[errors.InvalidState], response_class=Workbook
)
async def result(import_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Workbook:
    row = await operations.find(session, call, import_id)
    return Workbook(await uploads.result(session, call, kernel, job.IMPORTS, row), f"import-{import_id}")


@router.operation(
    "GET",
    "/v1/classes/{class_id:uuid}/sign-in.xlsx",
    may=ENROLLERS,
    summary="签到表:本班在册学员和上课的半天,填好可导入",
    response_class=Workbook,
)
async def get_sign_in(
    class_id: UUID,
    session: web.Session,
    call: web.Caller,
    from_on: Annotated[wire.CivilDate | None, Query(description="从哪一天起,一张表至多 31 天;不填则从开班之日起")] = None,
) -> Workbook:
    number, content = await operations.sign_in_sheet(session, call, class_id, from_on)
    return Workbook(content, f"sign-in-{number}")


@router.operation("GET", "/v1/templates/{kind}.xlsx", may=access.SIGNED_IN, summary="空表模板", response_class=Workbook)
async def get_template(kind: SheetKind | OtherKind) -> Workbook:
    return Workbook(template(kind), kind)
