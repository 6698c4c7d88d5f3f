"""Paths of public notices and of objections to them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.subsidy.notices import objections, operations
from services.subsidy.notices.errors import CalendarYearMissing, NoticeOver
from services.subsidy.notices.schemas import (
    NoticeOut,
    ObjectionDecided,
    ObjectionIn,
    ObjectionOut,
    ObjectionReceived,
    ObjectionStatus,
    ObjectorOut,
)
from shared import access, errors, pages, web, wire

router = web.Router("notices")
objection_router = web.Router("objections")

DECIDERS = frozenset({"officer", "reviewer"})
READERS = access.STAFF | {"system"}


@router.operation("GET", "/v1/notices", may=access.PUBLIC, summary="正在公示的补贴名单", errors=[errors.InvalidCursor])
async def list_notices(
    session: web.Session,
    call: web.Caller,
    asked: pages.PageAsked,
    on: Annotated[wire.CivilDate | None, Query(description="哪一天在公示;缺省为今天")] = None,
    claim_id: Annotated[UUID | None, Query(description="某张申领单的公示,期满后也可查")] = None,
    scheme: Annotated[str | None, Query(max_length=60)] = None,
) -> wire.Page[NoticeOut]:
    wanted = operations.public(on or call.today, claim_id, scheme)
    return wire.Page[NoticeOut].model_validate(await pages.page(session, wanted, operations.NOTICES.c.id, asked, NoticeOut.model_validate))


@router.operation("GET", "/v1/notices/{notice_id:uuid}", may=access.PUBLIC, summary="一份公示")
async def read(notice_id: UUID, session: web.Session) -> NoticeOut:
    return NoticeOut.model_validate(await operations.get(session, notice_id))


@router.operation("POST", "/v1/notices/{notice_id:uuid}/objections", may=access.PUBLIC, summary="提出异议", status=201, errors=[NoticeOver])
async def raise_objection(
    notice_id: UUID, body: ObjectionIn, session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> ObjectionReceived:
    return ObjectionReceived.model_validate(await objections.raise_one(session, call, kernel, notice_id, body))


@objection_router.operation("GET", "/v1/objections", may=READERS, summary="异议列表", errors=[errors.InvalidCursor])
async def list_objections(
    session: web.Session,
    asked: pages.PageAsked,
    status: Annotated[ObjectionStatus | None, Query()] = None,
    notice_id: Annotated[UUID | None, Query()] = None,
    claim_id: Annotated[UUID | None, Query()] = None,
) -> wire.Page[ObjectionOut]:
    wanted = objections.everything(status, notice_id, claim_id)
    return wire.Page[ObjectionOut].model_validate(
        await pages.page(session, wanted, objections.OBJECTIONS.c.id, asked, ObjectionOut.model_validate)
    )


@objection_router.operation("GET", "/v1/objections/{objection_id:uuid}", may=READERS, summary="一件异议")
async def read_objection(objection_id: UUID, session: web.Session) -> ObjectionOut:
    return ObjectionOut.model_validate(await objections.get(session, objection_id))


@objection_router.operation(
    "POST", "/v1/objections/{objection_id:uuid}:accept", may=frozenset({"officer"}), summary="受理异议(停止计日)", errors=[errors.InvalidState, CalendarYearMissing]
)  # fmt: skip
async def accept(
    objection_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: ObjectionDecided | None = None
) -> ObjectionOut:
    return ObjectionOut.model_validate(await objections.accept(session, call, kernel, objection_id, _why(body)))


@objection_router.operation(
    "POST", "/v1/objections/{objection_id:uuid}:dismiss", may=DECIDERS, summary="异议不成立(恢复计日)", errors=[errors.InvalidState, CalendarYearMissing]
)  # fmt: skip
async def dismiss(
    objection_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: ObjectionDecided | None = None
) -> ObjectionOut:
    return ObjectionOut.model_validate(await objections.dismiss(session, call, kernel, objection_id, _why(body)))


@objection_router.operation(
    "POST", "/v1/objections/{objection_id:uuid}:uphold", may=DECIDERS, summary="异议成立", errors=[errors.InvalidState]
)
async def uphold(objection_id: UUID, session: web.Session, call: web.Caller, body: ObjectionDecided | None = None) -> ObjectionOut:
    return ObjectionOut.model_validate(await objections.uphold(session, call, objection_id, _why(body)))


def _why(body: ObjectionDecided | None) -> str | None:
    return (body.reason or body.comment) if body else None


@objection_router.operation(
    "POST", "/v1/objections/{objection_id:uuid}:reveal", may=DECIDERS | {"auditor"}, summary="查看异议人姓名和联系方式(留痕)", key=None
)
async def reveal(objection_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ObjectorOut:
    return await objections.reveal(session, call, kernel, objection_id, body.reason)
