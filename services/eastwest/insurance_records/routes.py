"""Paths of what insurance offices say of people."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import select

from services.eastwest.insurance_records import operations, reading
from services.eastwest.insurance_records.policy import SENDS
from services.eastwest.insurance_records.schemas import InsuranceBatchOut, InsuranceIn, InsuranceRecordOut, InsuranceRecordPaper
from services.eastwest.insurance_records.tables import InsuranceRecord
from services.eastwest.known.conditions import ALIASES
from shared import access, errors, history, pages, web, wire
from shared.batches import Batch

router = web.Router("insurance-records")
ONE = "/v1/insurance-records/{record_id:uuid}"
READERS = access.OFFICES | {"system"}
NEIGHBOURS = (errors.Unavailable, errors.UpstreamFailed, errors.UpstreamTimeout)
Listed = Annotated[pages.Asked, pages.asking(month=InsuranceRecord.month, received_at=InsuranceRecord.received_at)]


@router.operation("POST", "/v1/insurance-records:batch", may=SENDS, summary="报送社会保险参保记录", status=207, errors=NEIGHBOURS)
async def record_many(
    body: Batch[InsuranceIn], known: Annotated[operations.People, Depends(operations.people)], session: web.Session, call: web.Caller
) -> InsuranceBatchOut:
    return await operations.record_many(session, call, body, known)


@router.operation("GET", "/v1/insurance-records", may=READERS, summary="社会保险参保记录", errors=[errors.InvalidCursor])
async def list_records(
    session: web.Session,
    asked: Listed,
    trainee_id: pages.AnyOf[UUID] = None,
    placement_id: pages.AnyOf[UUID] = None,
    source: pages.AnyOf[str] = None,
    confirmed: Annotated[pages.AnyOf[bool], Query(description="true 只列证实了某项安置的,false 只列没有的")] = None,
) -> wire.Page[InsuranceRecordOut]:
    wanted = pages.where(select(*reading.COLUMNS), {InsuranceRecord.placement_id: placement_id, InsuranceRecord.source: source})
    if trainee_id:
        wanted = wanted.where(ALIASES.among(InsuranceRecord.trainee_id, trainee_id))
    if confirmed:
        wanted = wanted.where(InsuranceRecord.placement_id.is_not(None).in_(confirmed))
    return wire.Page[InsuranceRecordOut].model_validate(await pages.page(session, wanted, InsuranceRecord.id, asked, reading.shown))


@router.operation("GET", ONE, may=READERS, summary="一条参保记录")
async def get(record_id: UUID, session: web.Session, call: web.Caller) -> InsuranceRecordPaper:
    return await reading.get(session, call, record_id)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一条参保记录的办理经过", errors=[errors.InvalidCursor])
async def list_history(record_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.get(session, call, record_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, record_id, asked))


@router.operation(
    "POST", f"{ONE}:void", may=SENDS, summary="作废一条参保记录", errors=[errors.InvalidState, errors.StaleVersion], paper=reading.permit
)
async def void(record_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> InsuranceRecordPaper:
    return await operations.void(session, call, record_id, body.reason)
