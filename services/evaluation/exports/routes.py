"""Paths of files of certificates for other platforms, by the county's layouts."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.evaluation import clients
from services.evaluation.exports import reading
from services.evaluation.exports.tables import CertificateExport
from shared import errors, exports, layouts, pages, web, wire
from shared.exports import AnswerIn, ExportOut, Made, Narrowed
from shared.web.workbooks import Csv, Workbook

router = web.Router("certificates")
NOUN, LIST = "certificate_export", "/v1/certificates/exports"
ONE = f"{LIST}/{{export_id:uuid}}"
Listed = Annotated[pages.Asked, pages.asking(made_at=CertificateExport.made_at)]
STEP = (errors.InvalidState, errors.StaleVersion)
ASKING = (errors.UpstreamFailed, errors.UpstreamTimeout)  # asks the registry


async def _file(layout: str, filters: Narrowed, call: web.Caller, kernel: web.KernelOf) -> Made:
    return await reading.file(kernel, call, layout, filters, exports.as_book)


async def _csv(layout: str, filters: Narrowed, call: web.Caller, kernel: web.KernelOf) -> Made:
    return await reading.file(kernel, call, layout, filters, exports.as_csv)


async def _file_known(body: AnswerIn, call: web.Caller, kernel: web.KernelOf) -> bool:
    return body.file_id is not None and not await clients.unknown_files(kernel, call, {body.file_id})


@router.operation(
    "GET", f"{LIST}/{{layout}}.xlsx", may=exports.MAKES, summary="按上报格式导出证书", recorded=True, errors=ASKING, response_class=Workbook
)
async def export(made: Annotated[Made, Depends(_file)], session: web.Session, call: web.Caller) -> Workbook:
    kept = await exports.keep(session, call, CertificateExport, NOUN, made)
    return Workbook(made.content, f"{made.code}-{kept.id}")


@router.operation(
    "GET",
    f"{LIST}/{{layout}}.csv",
    may=exports.MAKES,
    summary="按上报格式导出证书为 .csv",
    recorded=True,
    errors=ASKING,
    response_class=Csv,
)
async def export_csv(made: Annotated[Made, Depends(_csv)], session: web.Session, call: web.Caller) -> Csv:
    kept = await exports.keep(session, call, CertificateExport, NOUN, made)
    return Csv(made.content, f"{made.code}-{kept.id}")


@router.operation("GET", LIST, may=exports.READERS, summary="历次证书导出:何时报送、如何答复", errors=[errors.InvalidCursor])
async def list_exports(session: web.Session, call: web.Caller, asked: Listed, layout: pages.AnyOf[str] = None) -> wire.Page[ExportOut]:
    pages.known("layout", layout, layouts.of("evaluation"))
    return wire.Page[ExportOut].model_validate(await exports.page(session, call, CertificateExport, asked, layout))


@router.operation("GET", ONE, may=exports.READERS, summary="一次证书导出", operation_id="certificates_get_export")
async def get(export_id: UUID, session: web.Session, call: web.Caller) -> ExportOut:
    return await exports.get(session, call, CertificateExport, export_id)


@router.operation(
    "POST",
    f"{ONE}:sent",
    may=exports.MAKES,
    summary="登记证书文件已报送",
    errors=STEP,
    paper=partial(exports.begin, of=CertificateExport, action="sent"),
)
async def sent(export_id: UUID, session: web.Session, call: web.Caller) -> ExportOut:
    return await exports.sent(session, call, CertificateExport, NOUN, export_id)


@router.operation(
    "POST",
    f"{ONE}:answer",
    may=exports.MAKES,
    summary="登记对方对证书文件的答复",
    errors=[*STEP, *ASKING],
    paper=partial(exports.begin, of=CertificateExport, action="answer"),
)
async def answer(
    export_id: UUID, body: AnswerIn, known: Annotated[bool, Depends(_file_known)], session: web.Session, call: web.Caller
) -> ExportOut:
    return await exports.answered(session, call, CertificateExport, NOUN, export_id, body, file_known=known)
