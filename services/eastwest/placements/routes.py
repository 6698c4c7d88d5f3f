"""Paths of the placements, the facts about them and what they prove."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.codes import UpdateKind
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders.errors import OrderClosed
from services.eastwest.orders.policy import KEEPERS
from services.eastwest.orders.visibility import READERS
from services.eastwest.placements import batch, conditions, operations, reading, receipts, schemas
from services.eastwest.placements.errors import GATES, DuplicatePlacement, ExternalRefReused
from services.eastwest.placements.tables import Placement, Update
from services.eastwest.placements.visibility import FACTS
from services.eastwest.placements.visibility import READERS as SEES
from shared import access, errors, history, pages, web, wire
from shared.batches import Batch
from shared.receipts import PublicKey, public_key

router = web.Router("placements")
reports = web.Router("placement-updates")
public = web.Router("placement-receipts")

ONE = "/v1/placements/{placement_id:uuid}"
NEIGHBOURS = (errors.Unavailable, errors.UpstreamFailed, errors.UpstreamTimeout)
Reported = Annotated[pages.Asked, pages.asking(effective_on=Update.effective_on, received_at=Update.received_at)]
AsOf = Annotated[wire.CivilDate | None, Query(description="截至哪一天;不填为今天")]


@router.operation(
    "POST",
    "/v1/placements",
    may=KEEPERS,
    summary="安排人员到订单",
    status=201,
    key=web.REQUIRED,
    errors=[DuplicatePlacement, OrderClosed, errors.TooManyRequests, *NEIGHBOURS],
    rules=operations.RULES,
)
async def enter(
    body: schemas.PlacementIn,
    known: Annotated[operations.Entering, Depends(operations.facts_to_enter)],
    session: web.Session,
    call: web.Caller,
) -> schemas.PlacementPaper:
    return await operations.enter(session, call, body, known)


@router.operation("GET", "/v1/placements", may=SEES, summary="安置列表;retention=unproven 即催办名单", errors=[errors.InvalidCursor])
async def list_placements(
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    asked: Annotated[pages.Asked, pages.asking(started_on=Placement.started_on, entered_at=Placement.entered_at)],
    external_ref: pages.ExternalRef,
    order_id: pages.AnyOf[UUID] = None,
    trainee_id: pages.AnyOf[UUID] = None,
    class_id: pages.AnyOf[UUID] = None,
    certificate_id: pages.AnyOf[UUID] = None,
    status: Annotated[pages.AnyOf[Status], Query(description="今天的状态")] = None,
    retention: Annotated[pages.AnyOf[Verdict], Query(description="截至 as_of 的稳岗结论")] = None,
    met_from_on: Annotated[
        wire.CivilDate | None, Query(description="在协作城市稳岗满三个月的日期,含当日;每人只列一项;与下一项一起给")
    ] = None,
    met_to_on: Annotated[wire.CivilDate | None, Query(description="稳岗满三个月的日期,含当日")] = None,
    trained: Annotated[bool | None, Query(description="与 met_from_on 一起给:true 只列上岗前已在订单班结业的人(培训后输送)")] = None,
    due_within_days: Annotated[
        int | None, Query(ge=0, le=366, description="在岗、稳岗期的某月将在几天之内过完(含今天),而到该月为止的证明还没有齐;催办名单")
    ] = None,
    as_of: AsOf = None,
) -> wire.Page[schemas.PlacementOut]:
    filters = {Placement.order_id: order_id, Placement.class_id: class_id, Placement.certificate_id: certificate_id}
    wanted = reading.listed(call, filters, status, external_ref)
    if due_within_days is not None:
        wanted = wanted.where(conditions.due_within(call.today, due_within_days))
    if trainee_id:
        wanted = wanted.where(ALIASES.among(Placement.trainee_id, trainee_id))
    if met_from_on is not None or met_to_on is not None:
        wanted = wanted.where(conditions.in_partner_city())
        days = reading.days(met_from_on, met_to_on, retention)
        answer = await reading.people_retained(session, call, kernel, asked, wanted, days, bool(trained), as_of or call.today)
    elif trained is not None:
        raise errors.InvalidParameter("trained 须与 met_from_on、met_to_on 一起给。", parameter="trained")
    else:
        answer = await reading.page(session, call, asked, wanted, retention, as_of or call.today)
    return wire.Page[schemas.PlacementOut].model_validate(answer)


@router.operation("POST", "/v1/placements:lookup", may=READERS, summary="按证件号码全号查本方安置的人", writes=False, errors=NEIGHBOURS)
async def look_up(
    body: schemas.PlacementLookupIn, session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> schemas.PlacementLookupOut:
    return await operations.look_up(session, call, kernel, body.id_numbers)


@router.operation("GET", ONE, may=SEES, summary="一项安置")
async def get(placement_id: UUID, call: web.Caller, kernel: web.KernelOf, as_of: history.AsOf = None) -> schemas.PlacementPaper:
    return await reading.get_whole(call, kernel, placement_id, as_of)


@router.operation("GET", f"{ONE}/history", may=FACTS, summary="一项安置的办理经过,新的在前", errors=[errors.InvalidCursor])
async def list_history(
    placement_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, call, placement_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, placement_id, asked))


@router.operation(
    "PATCH",
    ONE,
    may=KEEPERS,
    summary="改填班级、证书或用人单位",
    if_match=True,
    errors=[*GATES.values(), *NEIGHBOURS],
    paper=reading.at_version,
)
async def change(
    placement_id: UUID,
    body: schemas.PlacementChange,
    known: Annotated[operations.Changing, Depends(operations.facts_to_change)],
    session: web.Session,
    call: web.Caller,
) -> schemas.PlacementPaper:
    return await operations.change(session, call, placement_id, body, known)


@router.operation(
    "POST",
    f"{ONE}/updates",
    may=KEEPERS,
    summary="报告在岗情况",
    status=201,
    key=web.REQUIRED,
    errors=[ExternalRefReused, *GATES.values(), *NEIGHBOURS],
    paper=reading.find,
    rules=batch.RULES,
)
async def report(
    placement_id: UUID,
    body: schemas.UpdateIn,
    gathered: Annotated[batch.Gathered, Depends(batch.facts_to_report)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> schemas.UpdateOut:
    return await operations.report(session, call, kernel, placement_id, body, gathered)


@router.operation("GET", f"{ONE}/updates", may=FACTS, summary="已报的在岗情况", errors=[errors.InvalidCursor])
async def list_updates(
    placement_id: UUID, session: web.Session, call: web.Caller, asked: Reported, kind: pages.AnyOf[UpdateKind] = None
) -> wire.Page[schemas.FactOut]:
    wanted = pages.where(await reading.reported(session, call, placement_id), {Update.kind: kind})
    return wire.Page[schemas.FactOut].model_validate(await pages.page(session, wanted, Update.id, asked, schemas.FactOut.model_validate))


@reports.operation(
    "POST", "/v1/placement-updates:batch", may=KEEPERS, summary="批量报告在岗情况", status=207, key=web.REQUIRED, errors=NEIGHBOURS
)
async def report_many(
    body: Batch[schemas.UpdateItem],
    gathered: Annotated[batch.Gathered, Depends(batch.facts_to_report_many)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> schemas.UpdateBatchOut:
    return await batch.report_many(session, call, kernel, body, gathered)


@reports.operation("POST", "/v1/placement-updates:reconcile", may=KEEPERS, summary="核对双方已报的情况", writes=False)
async def reconcile(body: schemas.ReconcileIn, session: web.Session, call: web.Caller) -> schemas.ReconcileOut:
    return await operations.reconcile(session, call, body)


@router.operation("GET", f"{ONE}/retention", may=SEES, summary="稳岗三个月的结论")
async def retention(
    placement_id: UUID,
    session: web.Session,
    call: web.Caller,
    as_of: AsOf = None,
    known_on: Annotated[wire.CivilDate | None, Query(description="只看到这一天为止收到的情况")] = None,
) -> schemas.RetentionOut:
    return await reading.retention(session, call, placement_id, as_of or call.today, known_on)


@router.operation("GET", f"{ONE}/chain", may=SEES, summary="订单、班级、标准、考核、证书、上岗的先后", errors=NEIGHBOURS)
async def chain(placement_id: UUID, call: web.Caller, kernel: web.KernelOf) -> schemas.ChainOut:
    return await reading.chain(call, kernel, placement_id)


@public.operation("GET", "/v1/placement-receipts/key", may=access.PUBLIC, summary="回执的验证公钥")
async def receipt_key(kernel: web.KernelOf) -> PublicKey:
    return public_key(receipts.key_of(kernel))
