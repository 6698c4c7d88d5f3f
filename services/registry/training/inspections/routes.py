"""Paths of the inspections of classes."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.codes import InspectionStatus
from services.registry.reference.errors import SamePerson
from services.registry.training.classes import policy as classes
from services.registry.training.classes import reading
from services.registry.training.classes.operations import permit
from services.registry.training.classes.routes import ONE
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.classes.visibility import READERS
from services.registry.training.inspections import operations, policy, rules, schemas
from services.registry.training.inspections.schemas import InspectionOut, InspectionPaper
from services.registry.training.inspections.tables import Inspection
from shared import errors, history, pages, web, wire

of_class = web.Router("classes")
router = web.Router("inspections")
INSPECTION = "/v1/inspections/{inspection_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(on=Inspection.on, recorded_at=Inspection.recorded_at, due_on=Inspection.due_on)]
Status = pages.AnyOf[InspectionStatus]
REFUSED = (errors.InvalidState, errors.StaleVersion)


@of_class.operation(
    "POST",
    f"{ONE}/inspections",
    may=classes.INSPECTORS,
    summary="记录检查",
    status=201,
    errors=[errors.InvalidState],
    paper=partial(permit, step=classes.INSPECT),
    rules=rules.RULES,
)
async def inspect(class_id: UUID, body: schemas.InspectionIn, session: web.Session, call: web.Caller) -> InspectionPaper:
    return await operations.inspect(session, call, class_id, body)


@of_class.operation("GET", f"{ONE}/inspections", may=READERS, summary="检查记录", errors=[errors.InvalidCursor])
async def list_inspections(
    class_id: UUID, session: web.Session, call: web.Caller, asked: Listed, status: Status = None
) -> wire.Page[InspectionOut]:
    await reading.find(session, call, class_id)
    filters = {Inspection.class_id: class_id, Inspection.status: status}
    return wire.Page[InspectionOut].model_validate(await operations.page(session, call, asked, filters))


@router.operation("GET", "/v1/inspections", may=READERS, summary="各班的检查", errors=[errors.InvalidCursor])
async def list_all(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    status: Status = None,
    class_id: pages.AnyOf[UUID] = None,
    institution_id: pages.AnyOf[UUID] = None,
    on: Annotated[pages.AnyOf[wire.CivilDate], Query(description="检查之日")] = None,
) -> wire.Page[InspectionOut]:
    filters = {Inspection.status: status, Inspection.class_id: class_id, TrainingClass.institution_id: institution_id, Inspection.on: on}
    return wire.Page[InspectionOut].model_validate(await operations.page(session, call, asked, filters))


@router.operation("GET", INSPECTION, may=READERS, summary="一次检查")
async def get(inspection_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> InspectionPaper:
    return await operations.get(session, call, inspection_id, as_of)


@router.operation("GET", f"{INSPECTION}/history", may=READERS, summary="一次检查的办理经过", errors=[errors.InvalidCursor])
async def list_history(
    inspection_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    await operations.find(session, call, inspection_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, inspection_id, asked))


@router.operation(
    "POST",
    f"{INSPECTION}:answer",
    may=policy.INSTITUTION,
    summary="报告整改情况",
    errors=REFUSED,
    paper=partial(operations.permitted, action="answer"),
)
async def answer(inspection_id: UUID, body: schemas.InspectionAnswered, session: web.Session, call: web.Caller) -> InspectionPaper:
    return await operations.answer(session, call, inspection_id, body)


@router.operation(
    "POST",
    f"{INSPECTION}:return",
    may=policy.OFFICER,
    summary="整改不到位,退回",
    errors=REFUSED,
    paper=partial(operations.permitted, action="return"),
)
async def send_back(inspection_id: UUID, body: schemas.InspectionReturned, session: web.Session, call: web.Caller) -> InspectionPaper:
    return await operations.send_back(session, call, inspection_id, body)


@router.operation(
    "POST",
    f"{INSPECTION}:close",
    may=policy.OFFICER,
    summary="整改到位,销号",
    errors=[*REFUSED, SamePerson],
    paper=partial(operations.permitted, action="close"),
)
async def close(inspection_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> InspectionPaper:
    return await operations.close(session, call, inspection_id, body.comment if body else None)
