"""The paths of facts from other offices (养老、参保、财政供养等状态)."""

from typing import Annotated

from fastapi import Depends, Response

from services.registry import fields
from services.registry.clients import Affected, Preview, affected
from services.registry.codes import PersonalStatus
from services.registry.people.status_records import operations
from services.registry.people.status_records.schemas import StatusListIn, StatusListOut, StatusRecordIn, StatusRecordOut
from services.registry.people.status_records.tables import StatusList, StatusRecord
from shared import errors, pages, web, wire
from shared.batches import Batch, BatchOut

router = web.Router("status-records")
lists_router = web.Router("status-lists")

Records = Annotated[pages.Asked, pages.asking(from_on=StatusRecord.from_on, received_at=StatusRecord.received_at)]
Lists = Annotated[pages.Asked, pages.asking(complete_to_on=StatusList.complete_to_on, received_at=StatusList.received_at)]
SENDS = frozenset({"officer", "system"})
SEES = frozenset({"officer", "reviewer", "auditor", "system"})


async def _if_received(
    body: Batch[StatusRecordIn], response: Response, call: web.Caller, kernel: web.KernelOf, preview: Preview = False
) -> Affected | None:
    """None where it is to be done."""
    if not preview:
        return None
    response.status_code = 200
    async with kernel.reading() as session:
        people = await operations.registered(
            session, kernel.vault, [item.id_number for item in body.items if isinstance(item, StatusRecordIn)]
        )
    return await affected(kernel, call, trainee_ids=people)


async def _if_complete(
    body: StatusListIn, response: Response, call: web.Caller, kernel: web.KernelOf, preview: Preview = False
) -> Affected | None:
    if not preview:
        return None
    response.status_code = 200
    return await affected(kernel, call, from_on=body.complete_from_on, until_on=body.complete_to_on)


@router.operation(
    "POST",
    "/v1/status-records:batch",
    may=SENDS,
    summary="批量报送人员状态,也收尚未登记的人(preview=true 只看涉及哪些申领单)",
    status=207,
    errors=[errors.Conflict, errors.UpstreamFailed, errors.UpstreamTimeout],
)
async def take_batch(
    body: Batch[StatusRecordIn],
    previewed: Annotated[Affected | None, Depends(_if_received)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> BatchOut | Affected:
    return previewed or await operations.take_batch(session, call, kernel.vault, body)


@router.operation("GET", "/v1/status-records", may=SEES, summary="已收到的状态记录,不含证件号码", errors=[errors.InvalidCursor])
async def list_records(
    session: web.Session, asked: Records, status: pages.AnyOf[PersonalStatus] = None, source: pages.AnyOf[str] = None
) -> wire.Page[StatusRecordOut]:
    return wire.Page[StatusRecordOut].model_validate(await operations.list_records(session, asked, status, source))


@lists_router.operation(
    "POST",
    "/v1/status-lists",
    may=SENDS,
    summary="声明某来源的名单在哪些日子是完整的(preview=true 只看涉及哪些申领单)",
    status=201,
    errors=[errors.UpstreamFailed, errors.UpstreamTimeout],
    rules=(fields.in_order("complete_from_on", "complete_to_on"),),
)
async def state_complete(
    body: StatusListIn, previewed: Annotated[Affected | None, Depends(_if_complete)], session: web.Session, call: web.Caller
) -> StatusListOut | Affected:
    return previewed or await operations.state_complete(session, call, body)


@lists_router.operation("GET", "/v1/status-lists", may=SEES, summary="完整名单的起止日期", errors=[errors.InvalidCursor])
async def list_complete(
    session: web.Session, asked: Lists, status: pages.AnyOf[PersonalStatus] = None, source: pages.AnyOf[str] = None
) -> wire.Page[StatusListOut]:
    return wire.Page[StatusListOut].model_validate(await operations.list_complete(session, asked, status, source))
