"""Paths of objections."""

from functools import partial
from typing import Annotated
from uuid import UUID

from services.subsidy.codes import ObjectionStatus
from services.subsidy.notices.errors import CalendarYearMissing, NoticeOver
from services.subsidy.objections import operations, reading, steps
from services.subsidy.objections.policy import DECIDERS, REVEALS
from services.subsidy.objections.schemas import ObjectionDecided, ObjectionIn, ObjectionListed, ObjectionOut, ObjectionReceived, ObjectorOut
from services.subsidy.objections.tables import Objection
from shared import access, errors, pages, web, wire

router = web.Router("objections")
notices = web.Router("notices")

READERS = access.STAFF | {"system"}
PATH = "/v1/objections/{objection_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(received_at=Objection.received_at, due_on=Objection.due_on)]


@notices.operation(
    "POST",
    "/v1/notices/{notice_id:uuid}/objections",
    may=access.PUBLIC,
    summary="提出异议",
    status=201,
    errors=[NoticeOver, errors.TooManyRequests],
)
async def raise_one(notice_id: UUID, body: ObjectionIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ObjectionReceived:
    return await operations.raise_one(session, call, kernel, notice_id, body)


@router.operation("GET", "/v1/objections", may=READERS, summary="异议列表", errors=[errors.InvalidCursor])
async def list_objections(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    status: pages.AnyOf[ObjectionStatus] = None,
    notice_id: pages.AnyOf[UUID] = None,
    claim_id: pages.AnyOf[UUID] = None,
) -> wire.Page[ObjectionListed]:
    filters = {Objection.status: status, Objection.notice_id: notice_id, Objection.claim_id: claim_id}
    return wire.Page[ObjectionListed].model_validate(await reading.page(session, call, asked, filters))


@router.operation("GET", PATH, may=READERS, summary="一件异议")
async def read(objection_id: UUID, session: web.Session, call: web.Caller) -> ObjectionOut:
    return await reading.get(session, call, objection_id)


@router.operation(
    "POST",
    f"{PATH}:accept",
    may=frozenset({"officer"}),
    summary="受理异议(停止计日)",
    errors=[errors.InvalidState, CalendarYearMissing],
    paper=partial(steps.permit, action="accept"),
)
async def accept(
    objection_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: ObjectionDecided | None = None
) -> ObjectionOut:
    return await steps.accept(session, call, kernel, objection_id, body.why if body else None)


@router.operation(
    "POST",
    f"{PATH}:dismiss",
    may=DECIDERS,
    summary="异议不成立(恢复计日)",
    errors=[errors.InvalidState, CalendarYearMissing],
    paper=partial(steps.permit, action="dismiss"),
)
async def dismiss(
    objection_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: ObjectionDecided | None = None
) -> ObjectionOut:
    return await steps.dismiss(session, call, kernel, objection_id, body.why if body else None)


@router.operation(
    "POST", f"{PATH}:uphold", may=DECIDERS, summary="异议成立", errors=[errors.InvalidState], paper=partial(steps.permit, action="uphold")
)
async def uphold(objection_id: UUID, session: web.Session, call: web.Caller, body: ObjectionDecided | None = None) -> ObjectionOut:
    return await steps.uphold(session, call, objection_id, body.why if body else None)


@router.operation(
    "POST",
    f"{PATH}:reveal",
    may=REVEALS,
    summary="查看异议人姓名和联系方式(留痕)",
    key=None,
    errors=[errors.TooManyRequests],
    paper=operations.matched,
)
async def reveal(objection_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ObjectorOut:
    return await operations.reveal(session, call, kernel, objection_id, body.reason)
