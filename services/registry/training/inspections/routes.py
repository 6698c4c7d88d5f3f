"""Paths of the inspections of a class."""

from functools import partial
from typing import Annotated
from uuid import UUID

from sqlalchemy import select

from services.registry.training.classes import policy
from services.registry.training.classes import reading as classes
from services.registry.training.classes.operations import permit
from services.registry.training.classes.routes import ONE
from services.registry.training.classes.visibility import READERS
from services.registry.training.inspections import operations
from services.registry.training.inspections.schemas import InspectionIn, InspectionOut
from services.registry.training.inspections.tables import Inspection
from shared import errors, pages, web, wire

router = web.Router("classes")
Listed = Annotated[pages.Asked, pages.asking(on=Inspection.on, recorded_at=Inspection.recorded_at)]


@router.operation(
    "POST",
    f"{ONE}/inspections",
    may=policy.INSPECTORS,
    summary="记录检查",
    status=201,
    errors=[errors.InvalidState],
    paper=partial(permit, step=policy.INSPECT),
)
async def inspect(class_id: UUID, body: InspectionIn, session: web.Session, call: web.Caller) -> InspectionOut:
    return await operations.inspect(session, call, class_id, body)


@router.operation("GET", f"{ONE}/inspections", may=READERS, summary="检查记录", errors=[errors.InvalidCursor])
async def list_inspections(class_id: UUID, session: web.Session, call: web.Caller, asked: Listed) -> wire.Page[InspectionOut]:
    await classes.find(session, call, class_id)
    wanted = select(*(getattr(Inspection, name) for name in InspectionOut.model_fields)).where(Inspection.class_id == class_id)
    return wire.Page[InspectionOut].model_validate(await pages.page(session, wanted, Inspection.id, asked, InspectionOut.model_validate))
