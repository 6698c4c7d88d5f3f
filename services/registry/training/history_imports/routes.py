"""The paths of the imports of past years (往年数据)."""

from typing import Annotated
from uuid import UUID

from services.registry.training.history_imports import operations, reading
from services.registry.training.history_imports.errors import HistoryBuiltOn, HistoryClassDiffers
from services.registry.training.history_imports.schemas import HistoryImportAnswer, HistoryImportIn, HistoryImportOut, HistoryImportPaper
from services.registry.training.history_imports.tables import HistoryImport
from shared import errors, history, pages, web, wire

router = web.Router("history-imports")
ONE = "/v1/history-imports/{history_import_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(imported_at=HistoryImport.imported_at)]


@router.operation(
    "POST", "/v1/history-imports", may=reading.SENDS, summary="导入往年的班级、学员和已发补贴", status=207, errors=[HistoryClassDiffers]
)
async def create(body: HistoryImportIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> HistoryImportAnswer:
    return await operations.take_batch(session, call, kernel.vault, body)


@router.operation("GET", "/v1/history-imports", may=reading.SEES, summary="往年数据的各次导入", errors=[errors.InvalidCursor])
async def list_imports(session: web.Session, asked: Listed) -> wire.Page[HistoryImportOut]:
    return wire.Page[HistoryImportOut].model_validate(await reading.list_imports(session, asked))


@router.operation("GET", ONE, may=reading.SEES, summary="一次导入和它的各班")
async def get(history_import_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> HistoryImportPaper:
    return await reading.paper(session, call, history_import_id, as_of)


@router.operation("GET", f"{ONE}/history", may=reading.SEES, summary="一次导入的办理经过,新的在前", errors=[errors.InvalidCursor])
async def list_history(history_import_id: UUID, session: web.Session, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.require(session, history_import_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, history_import_id, asked))


@router.operation(
    "POST", f"{ONE}:void", may=reading.SENDS, summary="整次作废", errors=[errors.InvalidState, HistoryBuiltOn], paper=reading.permit
)
async def void(history_import_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> HistoryImportPaper:
    return await operations.void(session, call, history_import_id, body.reason)
