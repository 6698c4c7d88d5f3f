"""The paths of measures (通报、摘牌、停止支持)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.registry.clients import Affected, Preview, affected
from services.registry.codes import MeasureKind
from services.registry.institutions.institutions.errors import DesignationOverlaps
from services.registry.institutions.institutions.rules import BODIES
from services.registry.institutions.measures import conditions, operations, policy, schemas
from services.registry.institutions.measures.errors import DuplicateMeasure, MeasureTouchesPaid
from services.registry.institutions.measures.tables import Measure
from services.registry.institutions.measures.visibility import READERS
from services.registry.reference.policy import lists
from shared import errors, history, pages, web, wire

router = web.Router("measures")
ONE = "/v1/measures/{measure_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(from_on=Measure.from_on)]
ASKING = (errors.UpstreamFailed, errors.UpstreamTimeout)


async def _touched(body: schemas.MeasureIn, call: web.Caller, kernel: web.KernelOf, preview: Preview = False) -> Affected | None:
    """Asked where it is to be shown, and of a measure that acts from a day gone by, which must touch nothing that was paid."""
    acts_before = body.kind != MeasureKind.CRITICISM and body.from_on < call.today
    whom = {name: value for name in BODIES if (value := getattr(body, name))}
    if not (preview or acts_before) or len(whom) != 1:
        return None
    listed = preview and body.kind == MeasureKind.SUPPORT_STOPPED
    return await affected(kernel, call, listed=listed, from_on=body.from_on, until_on=body.until_on, **whom)


@router.operation(
    "POST",
    "/v1/measures",
    may=policy.REVIEWER,
    summary="决定一项措施(preview=true 只看涉及哪些班级和申领单)",
    status=201,
    errors=[DuplicateMeasure, MeasureTouchesPaid, *ASKING],
    rules=operations.RULES,
)
async def decide(
    body: schemas.MeasureIn,
    touched: Annotated[Affected | None, Depends(_touched)],
    session: web.Session,
    call: web.Caller,
    response: Response,
    preview: Preview = False,
) -> schemas.MeasurePaper | Affected:
    if not (preview and touched):
        return await operations.decide(session, call, body, touched)
    response.status_code = 200
    return await web.rehearsed(session, touched, operations.decide(session, call, body, None))  # what was paid is shown, not refused


@router.operation("GET", "/v1/measures", may=READERS, summary="措施列表", errors=[errors.InvalidCursor])
async def list_measures(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    kind: pages.AnyOf[MeasureKind] = None,
    institution_id: pages.AnyOf[UUID] = None,
    region_code: pages.AnyOf[str] = None,
    department: pages.AnyOf[str] = None,
    in_force_on: Annotated[wire.CivilDate | None, Query(description="这一天有效,未撤销")] = None,
) -> wire.Page[schemas.MeasureOut]:
    pages.known("region_code", region_code, lists().regions)
    pages.known("department", department, lists().led_by)
    filters = {Measure.kind: kind, Measure.institution_id: institution_id, Measure.region_code: region_code, Measure.department: department}
    also = [conditions.covers(in_force_on)] if in_force_on else []
    return wire.Page[schemas.MeasureOut].model_validate(await operations.page(session, call, asked, filters, *also))


@router.operation("GET", ONE, may=READERS, summary="一项措施")
async def get(measure_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> schemas.MeasurePaper:
    return await operations.get(session, call, measure_id, as_of)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一项措施的办理经过", errors=[errors.InvalidCursor])
async def list_history(measure_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await operations.find(session, call, measure_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, measure_id, asked))


@router.operation(
    "POST",
    f"{ONE}:void",
    may=policy.REVIEWER,
    summary="撤销一项措施",
    errors=[errors.InvalidState, DesignationOverlaps],
    paper=operations.permit,
)
async def void(measure_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> schemas.MeasurePaper:
    return await operations.void(session, call, measure_id, body.reason)
