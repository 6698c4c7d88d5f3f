"""Paths of files of classes, trainees and enrolments for other platforms, by the county's layouts."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.registry.exports import reading
from services.registry.exports.tables import Export
from services.registry.files.tables import File
from shared import errors, exports, layouts, pages, web, wire
from shared.exports import AnswerIn, ExportOut, Made, Narrowed
from shared.web.workbooks import Csv, Workbook

router = web.Router("exports")
NOUN, ONE = "export", "/v1/exports/{export_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(made_at=Export.made_at)]
STEP = (errors.InvalidState, errors.StaleVersion)


async def _file(layout: str, filters: Narrowed, kernel: web.KernelOf) -> Made:
    return await reading.file(kernel, layout, filters, exports.as_book)


async def _csv(layout: str, filters: Narrowed, kernel: web.KernelOf) -> Made:
    return await reading.file(kernel, layout, filters, exports.as_csv)


@router.operation(
    "GET", "/v1/exports/{layout}.xlsx", may=exports.MAKES, summary="按上报格式导出班级、学员或报名", recorded=True, response_class=Workbook
)
async def export(made: Annotated[Made, Depends(_file)], session: web.Session, call: web.Caller) -> Workbook:
    kept = await exports.keep(session, call, Export, NOUN, made)
    return Workbook(made.content, f"{made.code}-{kept.id}")


@router.operation("GET", "/v1/exports/{layout}.csv", may=exports.MAKES, summary="按上报格式导出为 .csv", recorded=True, response_class=Csv)
async def export_csv(made: Annotated[Made, Depends(_csv)], session: web.Session, call: web.Caller) -> Csv:
    kept = await exports.keep(session, call, Export, NOUN, made)
    return Csv(made.content, f"{made.code}-{kept.id}")


@router.operation("GET", "/v1/exports", may=exports.READERS, summary="历次导出:何时报送、如何答复", errors=[errors.InvalidCursor])
async def list_exports(session: web.Session, call: web.Caller, asked: Listed, layout: pages.AnyOf[str] = None) -> wire.Page[ExportOut]:
    pages.known("layout", layout, layouts.of("registry"))
    return wire.Page[ExportOut].model_validate(await exports.page(session, call, Export, asked, layout))


@router.operation("GET", ONE, may=exports.READERS, summary="一次导出", operation_id="exports_get_export")
async def get(export_id: UUID, session: web.Session, call: web.Caller) -> ExportOut:
    return await exports.get(session, call, Export, export_id)


@router.operation(
    "POST", f"{ONE}:sent", may=exports.MAKES, summary="登记已报送", errors=STEP, paper=partial(exports.begin, of=Export, action="sent")
)
async def sent(export_id: UUID, session: web.Session, call: web.Caller) -> ExportOut:
    return await exports.sent(session, call, Export, NOUN, export_id)


@router.operation(
    "POST",
    f"{ONE}:answer",
    may=exports.MAKES,
    summary="登记对方的答复",
    errors=STEP,
    paper=partial(exports.begin, of=Export, action="answer"),
)
async def answer(export_id: UUID, body: AnswerIn, session: web.Session, call: web.Caller) -> ExportOut:
    known = body.file_id is not None and await session.get(File, body.file_id) is not None
    return await exports.answered(session, call, Export, NOUN, export_id, body, file_known=known)
