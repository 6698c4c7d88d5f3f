"""Paths of the classes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from services.registry.training.classes import moves, operations, policy, schemas, sight
from services.registry.training.classes.errors import (
    ClassTooLong,
    DuplicateSession,
    InstitutionBlacklisted,
    InstitutionNotDesignated,
    TooEarly,
)
from services.registry.training.classes.tables import ClassSession, Inspection, TrainingClass
from shared import errors, pages, web, wire

router = web.Router("classes")
ONE = "/v1/classes/{class_id:uuid}"
INSPECTORS = frozenset({"officer", "town"})
STANDING = (InstitutionBlacklisted, InstitutionNotDesignated)


@router.operation("POST", "/v1/classes", may=policy.PROPOSERS, summary="申报班级", status=201, errors=[ClassTooLong])
async def create(body: schemas.ClassIn, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return await operations.create(session, call, body)


@router.operation("GET", "/v1/classes", may=sight.READERS, summary="班级列表", errors=[errors.InvalidCursor])
async def list_classes(
    session: web.Session, call: web.Caller, asked: pages.PageAsked,
    status: Annotated[policy.Status | None, Query()] = None,
    channel: Annotated[schemas.Channel | None, Query()] = None,
    programme: Annotated[schemas.Programme | None, Query(description="计入的规划指标代码")] = None,
    institution_id: Annotated[UUID | None, Query()] = None,
    region_code: Annotated[str | None, Query(max_length=20)] = None,
    from_on: Annotated[wire.CivilDate | None, Query(description="这一天或之后还有课")] = None,
    to_on: Annotated[wire.CivilDate | None, Query(description="这一天或之前已开始")] = None,
    ended_from_on: Annotated[wire.CivilDate | None, Query(description="最后一天在这一天或之后")] = None,
    ended_to_on: Annotated[wire.CivilDate | None, Query(description="最后一天在这一天或之前")] = None,
    demonstration: Annotated[bool | None, Query(description="示范班")] = None,
    external_number: Annotated[str | None, Query(max_length=200, description="其他平台给的编号")] = None,
    ordered_completed_at_least: Annotated[int | None, Query(ge=1, le=100_000, description="有佛山订单且结业人数不少于")] = None,
) -> wire.Page[schemas.ClassOut]:  # fmt: skip
    wanted = operations.listed(
        call, status=status, channel=channel, programme=programme, institution_id=institution_id, region_code=region_code,
        from_on=from_on, to_on=to_on, ended_from_on=ended_from_on, ended_to_on=ended_to_on, demonstration=demonstration, external_number=external_number,
        ordered_completed_at_least=ordered_completed_at_least,
    )  # fmt: skip
    return wire.Page[schemas.ClassOut].model_validate(
        await pages.page(session, wanted, TrainingClass.id, asked, schemas.ClassOut.model_validate)
    )


@router.operation("GET", ONE, may=sight.READERS, summary="班级")
async def get(class_id: UUID, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return operations.paper(call, await sight.find(session, call, class_id))


@router.operation("PATCH", ONE, may=policy.PROPOSERS, summary="修改草稿", errors=[errors.InvalidState, errors.StaleVersion, ClassTooLong])
async def change(class_id: UUID, body: schemas.ClassChange, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return await operations.change(session, call, class_id, body)


def _move(action: policy.Action, summary: str, *kinds: type[errors.Problem]) -> Any:
    step = policy.STEPS[action]
    return router.operation(
        "POST", f"{ONE}:{action}", may=step.may, summary=summary, errors=[errors.InvalidState, errors.StaleVersion, *kinds]
    )


@_move("submit", "提交班级", *STANDING)
async def submit(class_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> schemas.ClassPaper:
    return await moves.submit(session, call, class_id, body.comment if body else None)


@_move("approve", "批准班级")
async def approve(class_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> schemas.ClassPaper:
    return await moves.approve(session, call, class_id, body.comment if body else None)


@_move("reject", "不予批准")
async def reject(class_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return await moves.reject(session, call, class_id, body.reason)


@_move("start", "开班", TooEarly)
async def start(class_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> schemas.ClassPaper:
    return await moves.start(session, call, class_id, body.comment if body else None)


@_move("complete", "结班", TooEarly)
async def complete(class_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> schemas.ClassPaper:
    return await moves.complete(session, call, class_id, body.comment if body else None)


@_move("cancel", "取消班级")
async def cancel(class_id: UUID, session: web.Session, call: web.Caller, body: schemas.Cancelled | None = None) -> schemas.ClassPaper:
    return await moves.cancel(session, call, class_id, body.reason if body else None)


@_move("reschedule", "改期", ClassTooLong, *STANDING)
async def reschedule(class_id: UUID, body: schemas.Rescheduled, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return await moves.reschedule(session, call, class_id, body.starts_on, body.ends_on)


@router.operation(
    "POST", f"{ONE}/sessions", may=policy.PROPOSERS, summary="排课", status=201, errors=[errors.InvalidState, DuplicateSession]
)
async def schedule(class_id: UUID, body: schemas.SessionIn, session: web.Session, call: web.Caller) -> schemas.SessionOut:
    return await operations.schedule(session, call, class_id, body)


@router.operation("GET", f"{ONE}/sessions", may=sight.READERS, summary="课程表", errors=[errors.InvalidCursor])
async def list_sessions(class_id: UUID, session: web.Session, call: web.Caller, asked: pages.PageAsked) -> wire.Page[schemas.SessionOut]:
    await sight.find(session, call, class_id)
    wanted = select(*(getattr(ClassSession, name) for name in schemas.SessionOut.model_fields)).where(ClassSession.class_id == class_id)
    return wire.Page[schemas.SessionOut].model_validate(
        await pages.page(session, wanted, ClassSession.id, asked, schemas.SessionOut.model_validate)
    )


@router.operation("POST", f"{ONE}/inspections", may=INSPECTORS, summary="记录检查", status=201, errors=[errors.InvalidState])
async def inspect(class_id: UUID, body: schemas.InspectionIn, session: web.Session, call: web.Caller) -> schemas.InspectionOut:
    return await operations.inspect(session, call, class_id, body)


@router.operation("GET", f"{ONE}/inspections", may=sight.READERS, summary="检查记录", errors=[errors.InvalidCursor])
async def list_inspections(
    class_id: UUID, session: web.Session, call: web.Caller, asked: pages.PageAsked
) -> wire.Page[schemas.InspectionOut]:
    await sight.find(session, call, class_id)
    wanted = select(*(getattr(Inspection, name) for name in schemas.InspectionOut.model_fields)).where(Inspection.class_id == class_id)
    return wire.Page[schemas.InspectionOut].model_validate(
        await pages.page(session, wanted, Inspection.id, asked, schemas.InspectionOut.model_validate)
    )
