"""The paths of facts from other offices (养老、参保、财政供养等状态)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.clients import Affected, Preview, Touched, affected, touched
from services.registry.codes import PersonalStatus
from services.registry.people.status_records import operations, reading, rules
from services.registry.people.status_records.schemas import (
    StatusBatchOut,
    StatusListIn,
    StatusListMade,
    StatusListOut,
    StatusListPaper,
    StatusRecordIn,
    StatusRecordOut,
    StatusRecordPaper,
)
from services.registry.people.status_records.tables import StatusList, StatusRecord
from services.registry.people.trainees.errors import TraineeMerged
from shared import errors, history, pages, web, wire
from shared.access import Call
from shared.batches import Batch
from shared.web import Kernel

router = web.Router("status-records")
trainees_router = web.Router("trainees")
lists_router = web.Router("status-lists")

Records = Annotated[pages.Asked, pages.asking(from_on=StatusRecord.from_on, received_at=StatusRecord.received_at)]
Lists = Annotated[pages.Asked, pages.asking(complete_to_on=StatusList.complete_to_on, received_at=StatusList.received_at)]
OFFICER = frozenset({"officer"})
SEES = frozenset({"officer", "reviewer", "auditor", "system"})
RECORD, LIST = "/v1/status-records/{record_id:uuid}", "/v1/status-lists/{list_id:uuid}"


async def _standing_record(session: AsyncSession, call: Call, record_id: UUID) -> StatusRecord:
    return await reading.standing(session, call, StatusRecord, record_id)


async def _standing_list(session: AsyncSession, call: Call, list_id: UUID) -> StatusList:
    return await reading.standing(session, call, StatusList, list_id)


async def _people(kernel: Kernel, body: Batch[StatusRecordIn]) -> set[UUID]:
    async with kernel.reading() as session:
        numbers = [item.id_number for item in body.items if isinstance(item, StatusRecordIn)]
        return await reading.registered(session, kernel.vault, numbers)


async def _of_records(
    body: Batch[StatusRecordIn], response: Response, call: web.Caller, kernel: web.KernelOf, preview: Preview = False
) -> Affected | Touched | None:
    """Whom the records concern, gathered before the operation's session: all of it where nothing is to be done. Claims are told to officers alone."""
    if preview:
        response.status_code = 200
        return await affected(kernel, call, trainee_ids=await _people(kernel, body))
    people = await _people(kernel, body) if call.actor.role in OFFICER else None
    return await touched(kernel, call, trainee_ids=people) if people else None


async def _of_list(
    body: StatusListIn, response: Response, call: web.Caller, kernel: web.KernelOf, preview: Preview = False
) -> Affected | Touched | None:
    if preview:
        response.status_code = 200
        return await affected(kernel, call, from_on=body.complete_from_on, until_on=body.complete_to_on)
    if call.actor.role not in OFFICER:
        return None
    return await touched(kernel, call, from_on=body.complete_from_on, until_on=body.complete_to_on)


@trainees_router.operation(
    "GET",
    "/v1/trainees/{trainee_id:uuid}/status-facts",
    may=SEES | {"person"},
    summary="其他部门报来的一名学员的状态",
    errors=[errors.InvalidCursor, TraineeMerged],
)
async def list_status_facts(
    trainee_id: UUID, session: web.Session, call: web.Caller, asked: Records, status: pages.AnyOf[PersonalStatus] = None
) -> wire.Page[StatusRecordOut]:
    return wire.Page[StatusRecordOut].model_validate(await reading.facts_of(session, call, trainee_id, asked, status))


@router.operation(
    "POST",
    "/v1/status-records:batch",
    may=reading.SENDS,
    summary="批量报送人员状态,也收尚未登记的人(preview=true 只看涉及哪些申领单)",
    status=207,
    errors=[errors.Conflict, errors.UpstreamFailed, errors.UpstreamTimeout],
)
async def take_batch(
    body: Batch[StatusRecordIn],
    concerned: Annotated[Affected | Touched | None, Depends(_of_records)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> StatusBatchOut | Affected:
    if isinstance(concerned, Affected):
        await web.rehearsed(session, concerned, operations.take_batch(session, call, kernel.vault, body))
        return concerned
    taken = await operations.take_batch(session, call, kernel.vault, body)
    new = taken.summary.created or taken.summary.updated
    return StatusBatchOut(**dict(taken), touched=concerned if new else None)


@router.operation(
    "POST", f"{RECORD}:void", may=reading.SENDS, summary="作废报错的一条状态", errors=[errors.InvalidState], paper=_standing_record
)
async def void_record(record_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> StatusRecordPaper:
    return await operations.void_record(session, call, record_id, body.reason)


@router.operation("GET", RECORD, may=SEES, summary="一条状态记录")
async def get_record(record_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> StatusRecordPaper:
    return await reading.one_record(session, call, record_id, as_of)


@router.operation("GET", f"{RECORD}/history", may=SEES, summary="一条状态记录的办理经过", errors=[errors.InvalidCursor])
async def list_record_history(record_id: UUID, session: web.Session, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, StatusRecord, record_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, record_id, asked))


@router.operation("GET", "/v1/status-records", may=SEES, summary="已收到的状态记录,不含证件号码", errors=[errors.InvalidCursor])
async def list_records(
    session: web.Session, asked: Records, status: pages.AnyOf[PersonalStatus] = None, source: pages.AnyOf[str] = None
) -> wire.Page[StatusRecordOut]:
    return wire.Page[StatusRecordOut].model_validate(await reading.list_records(session, asked, status, source))


@lists_router.operation(
    "POST",
    "/v1/status-lists",
    may=reading.SENDS,
    summary="声明某来源的名单在哪些日子是完整的(preview=true 只看涉及哪些申领单)",
    status=201,
    errors=[errors.UpstreamFailed, errors.UpstreamTimeout],
    rules=rules.RULES,
)
async def state_complete(
    body: StatusListIn, concerned: Annotated[Affected | Touched | None, Depends(_of_list)], session: web.Session, call: web.Caller
) -> StatusListMade | Affected:
    if isinstance(concerned, Affected):
        await web.rehearsed(session, concerned, operations.state_complete(session, call, body))
        return concerned
    return StatusListMade(**dict(await operations.state_complete(session, call, body)), touched=concerned)


@lists_router.operation(
    "POST", f"{LIST}:void", may=reading.SENDS, summary="作废误报的完整名单", errors=[errors.InvalidState], paper=_standing_list
)
async def void_list(list_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> StatusListPaper:
    return await operations.void_list(session, call, list_id, body.reason)


@lists_router.operation("GET", LIST, may=SEES, summary="一份完整名单")
async def get_list(list_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> StatusListPaper:
    return await reading.one_list(session, call, list_id, as_of)


@lists_router.operation("GET", f"{LIST}/history", may=SEES, summary="一份完整名单的办理经过", errors=[errors.InvalidCursor])
async def list_list_history(list_id: UUID, session: web.Session, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, StatusList, list_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, list_id, asked))


@lists_router.operation("GET", "/v1/status-lists", may=SEES, summary="完整名单的起止日期", errors=[errors.InvalidCursor])
async def list_complete(
    session: web.Session, asked: Lists, status: pages.AnyOf[PersonalStatus] = None, source: pages.AnyOf[str] = None
) -> wire.Page[StatusListOut]:
    return wire.Page[StatusListOut].model_validate(await reading.list_complete(session, asked, status, source))
