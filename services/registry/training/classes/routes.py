"""Paths of the classes."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import ColumnElement

from services.registry import clients, fields
from services.registry.codes import Channel, ClassKind, ClassStatus, Delivery
from services.registry.reference import policy as reference
from services.registry.reference.errors import SamePerson
from services.registry.training.classes import conditions, operations, policy, reading, rules, schemas, steps
from services.registry.training.classes.errors import (
    ClassClaimed,
    ClassFiledLate,
    ClassHoursImpossible,
    ClassTooLong,
    DuplicateSession,
    InstitutionBlacklisted,
    InstitutionExited,
    InstitutionNotDesignated,
    InstitutionSuspended,
    SupportStopped,
    TeacherClash,
    TooEarly,
)
from services.registry.training.classes.facts import ORDER_TOLD, OrderOfChange, OrderOfNew
from services.registry.training.classes.tables import ClassSession, TrainingClass
from services.registry.training.classes.visibility import ATTENDERS, READERS
from shared import errors, history, pages, web, wire

router = web.Router("classes")
ONE = "/v1/classes/{class_id:uuid}"
Listed = Annotated[
    pages.Asked,
    pages.asking(q=[TrainingClass.name, TrainingClass.number], starts_on=TrainingClass.starts_on, ends_on=TrainingClass.ends_on),
]
Timetable = Annotated[pages.Asked, pages.asking(on=ClassSession.on)]
STANDING = (InstitutionSuspended, InstitutionExited, InstitutionBlacklisted, InstitutionNotDesignated, SupportStopped)
DAYS = (ClassTooLong, ClassHoursImpossible)
ASKING = (errors.UpstreamFailed, errors.UpstreamTimeout)  # asks eastwest of the order


async def _counted(
    programme: Annotated[pages.AnyOf[str], Query(description="计入的规划指标代码")] = None,
    or_channel: Annotated[pages.AnyOf[Channel], Query(description="或属于此渠道,不论是否写明指标")] = None,
    or_occupation_code: Annotated[pages.AnyOf[str], Query(description="或属于此职业,不论是否写明指标")] = None,
) -> list[ColumnElement[bool]]:
    """The classes that count towards a line of a plan."""
    pages.known("programme", programme, reference.lists().programmes)
    pages.known("or_occupation_code", or_occupation_code, reference.lists().occupations)
    return conditions.counted_any_of(programme, or_channel, or_occupation_code)


Counted = Annotated[list[ColumnElement[bool]], Depends(_counted)]


@router.operation("POST", "/v1/classes", may=policy.PROPOSERS, summary="申报班级", status=201, errors=[*DAYS, *ASKING], rules=rules.RULES)
async def create(body: schemas.ClassIn, order: OrderOfNew, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return await operations.create(session, call, body, order)


@router.operation("GET", "/v1/classes", may=ATTENDERS, summary="班级列表", errors=[errors.InvalidCursor])
async def list_classes(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    ref: pages.ExternalRef,
    counted: Counted,
    status: pages.AnyOf[ClassStatus] = None,
    channel: pages.AnyOf[Channel] = None,
    institution_id: pages.AnyOf[UUID] = None,
    region_code: pages.AnyOf[str] = None,
    zone_code: Annotated[pages.AnyOf[str], Query(description="开发区代码")] = None,
    kind: pages.AnyOf[ClassKind] = None,
    delivery: pages.AnyOf[Delivery] = None,
    occupation_code: pages.AnyOf[str] = None,
    order_id: pages.AnyOf[UUID] = None,
    from_on: Annotated[wire.CivilDate | None, Query(description="这一天或之后还有课")] = None,
    to_on: Annotated[wire.CivilDate | None, Query(description="这一天或之前已开始")] = None,
    ended_from_on: Annotated[wire.CivilDate | None, Query(description="最后一天在这一天或之后")] = None,
    ended_to_on: Annotated[wire.CivilDate | None, Query(description="最后一天在这一天或之前")] = None,
    department: Annotated[pages.AnyOf[str], Query(description="申报的牵头部门")] = None,
    demonstration: Annotated[pages.AnyOf[bool], Query(description="示范班")] = None,
    imported: Annotated[pages.AnyOf[bool], Query(description="导入的往年班级")] = None,
    name: Annotated[pages.AnyOf[pages.Part], Query(description="名称的一部分")] = None,
    number: Annotated[pages.AnyOf[pages.Part], Query(description="编号的一部分")] = None,
    ordered_begun_at_least: Annotated[
        int | None, Query(ge=1, le=100_000, description=f"有{schemas.PARTNER}订单且开班首日在册人数不少于")
    ] = None,
    ordered_completed_at_least: Annotated[
        int | None, Query(ge=1, le=100_000, description=f"有{schemas.PARTNER}订单且结业人数不少于")
    ] = None,
) -> wire.Page[schemas.ClassOut]:
    wanted = reading.listed(
        call,
        ref,
        status=status,
        channel=channel,
        institution_id=institution_id,
        region_code=region_code,
        zone_code=zone_code,
        kind=kind,
        delivery=delivery,
        occupation_code=occupation_code,
        order_id=order_id,
        department=department,
        from_on=from_on,
        to_on=to_on,
        ended_from_on=ended_from_on,
        ended_to_on=ended_to_on,
        demonstration=demonstration,
        imported=imported,
        name=name,
        number=number,
        ordered_begun_at_least=ordered_begun_at_least,
        ordered_completed_at_least=ordered_completed_at_least,
    )
    asked = asked.newest(TrainingClass.ends_on, ended_from_on, ended_to_on).newest(TrainingClass.starts_on, to_on)
    return wire.Page[schemas.ClassOut].model_validate(
        await pages.page(session, wanted.where(*counted), TrainingClass.id, asked, schemas.ClassOut.model_validate)
    )


@router.operation("GET", ONE, may=ATTENDERS, summary="班级")
async def get(class_id: UUID, call: web.Caller, kernel: web.KernelOf, as_of: history.AsOf = None) -> schemas.ClassPaper:
    if as_of is None:
        return await reading.get_whole(kernel, call, class_id)
    async with kernel.reading() as session:
        return await reading.as_of(session, call, class_id, as_of)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一个班级的办理经过,新的在前", errors=[errors.InvalidCursor])
async def list_history(class_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, call, class_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, class_id, asked))


@router.operation(
    "PATCH",
    ONE,
    may=policy.PROPOSERS,
    summary="修改草稿或被退回的班级",
    errors=[errors.InvalidState, errors.StaleVersion, *DAYS, *ASKING],
    paper=partial(operations.permit, step=policy.CHANGE),
)
async def change(
    class_id: UUID, body: schemas.ClassChange, order: OrderOfChange, session: web.Session, call: web.Caller
) -> schemas.ClassPaper:
    return await operations.change(session, call, class_id, body, order)


def _step(action: str, summary: str, *kinds: type[errors.Problem], also: tuple[Any, ...] = ()) -> Any:
    may, kinds = frozenset(policy.MACHINE.step(action).roles), (errors.InvalidState, errors.StaleVersion, *kinds)
    return router.operation(
        "POST",
        f"{ONE}:{action}",
        may=may,
        summary=summary,
        errors=kinds,
        paper=partial(steps.permit, action=action),
        rules=also,
        dependencies=[ORDER_TOLD],
    )


@_step("submit", "提交班级", *STANDING, ClassFiledLate)
async def submit(class_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> schemas.ClassPaper:
    return await steps.submit(session, call, class_id, body.comment if body else None)


@_step("approve", "批准班级", SamePerson, *STANDING)
async def approve(class_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> schemas.ClassPaper:
    return await steps.approve(session, call, class_id, body.comment if body else None)


@_step("return", "退回")
async def send_back(class_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return await steps.send_back(session, call, class_id, body.reason)


@_step("reject", "不予批准")
async def reject(class_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return await steps.reject(session, call, class_id, body.reason)


@_step("start", "开班", TooEarly, *STANDING)
async def start(class_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> schemas.ClassPaper:
    return await steps.start(session, call, class_id, body.comment if body else None)


@_step("complete", "结班", TooEarly)
async def complete(class_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> schemas.ClassPaper:
    return await steps.complete(session, call, class_id, body.comment if body else None)


async def _claims(class_id: UUID, call: web.Caller, kernel: web.KernelOf) -> list[str]:
    return await clients.claims_of_class(kernel, call, class_id)


@_step("reopen", "重新开放已结班的班级", ClassClaimed, errors.UpstreamFailed, errors.UpstreamTimeout)
async def reopen(
    class_id: UUID, body: wire.Reasoned, claims: Annotated[list[str], Depends(_claims)], session: web.Session, call: web.Caller
) -> schemas.ClassPaper:
    return await steps.reopen(session, call, class_id, body.reason, claims)


@_step("cancel", "取消班级")
async def cancel(class_id: UUID, session: web.Session, call: web.Caller, body: schemas.Cancelled | None = None) -> schemas.ClassPaper:
    return await steps.cancel(session, call, class_id, body.reason if body else None)


@_step("reschedule", "改期", *DAYS, ClassFiledLate, *STANDING, also=(fields.in_order("starts_on", "ends_on"),))
async def reschedule(class_id: UUID, body: schemas.Rescheduled, session: web.Session, call: web.Caller) -> schemas.ClassPaper:
    return await steps.reschedule(session, call, class_id, body)


@router.operation(
    "POST",
    f"{ONE}/sessions",
    may=policy.PROPOSERS,
    summary="排课",
    status=201,
    errors=[errors.InvalidState, DuplicateSession, ClassHoursImpossible, TeacherClash],
    paper=partial(operations.permit, step=policy.SCHEDULE),
)
async def schedule(class_id: UUID, body: schemas.SessionIn, session: web.Session, call: web.Caller) -> schemas.SessionOut:
    return await operations.schedule(session, call, class_id, body)


@router.operation(
    "POST",
    f"{ONE}/sessions/{{session_id:uuid}}:remove",
    may=policy.PROPOSERS,
    summary="取消一节课",
    errors=[errors.InvalidState],
    paper=operations.planned,
)
async def remove_session(
    class_id: UUID, session_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller
) -> schemas.SessionOut:
    return await operations.remove_session(session, call, class_id, session_id, body.reason)


@router.operation("GET", f"{ONE}/sessions", may=ATTENDERS, summary="课程表", errors=[errors.InvalidCursor])
async def list_sessions(
    class_id: UUID, session: web.Session, call: web.Caller, asked: Timetable, on: pages.AnyOf[wire.CivilDate] = None
) -> wire.Page[schemas.SessionOut]:
    await reading.find(session, call, class_id)
    wanted = pages.where(reading.SESSIONS, {ClassSession.class_id: class_id, ClassSession.on: on})
    return wire.Page[schemas.SessionOut].model_validate(
        await pages.page(session, wanted, ClassSession.id, asked, schemas.SessionOut.model_validate)
    )
