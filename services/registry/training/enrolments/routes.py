"""Paths of the enrolments, under their class and by themselves."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.registry.people.trainees.errors import TraineeMerged
from services.registry.training.classes import sight
from services.registry.training.classes.schemas import Channel, Programme
from services.registry.training.enrolments import afterwards, operations, roster, schemas
from services.registry.training.enrolments import employed as having_work
from services.registry.training.enrolments.errors import ClassFull, DuplicateEnrolment
from services.registry.training.enrolments.tables import Enrolment
from shared import batches, errors, pages, web, wire
from shared.web.workbooks import Workbook

router = web.Router("enrolments")
OF_CLASS = "/v1/classes/{class_id:uuid}"
ONE = "/v1/enrolments/{enrolment_id:uuid}"


@router.operation("POST", f"{OF_CLASS}/enrolments", may=operations.ENROLLERS, summary="报名", status=201,
                  errors=[errors.InvalidState, DuplicateEnrolment, ClassFull, TraineeMerged])  # fmt: skip
async def enrol(class_id: UUID, body: schemas.EnrolmentIn, session: web.Session, call: web.Caller) -> schemas.EnrolmentOut:
    return await operations.enrol(session, call, class_id, body.trainee_id)


@router.operation(
    "POST",
    f"{OF_CLASS}/enrolments:batch",
    may=operations.ENROLLERS,
    summary="批量报名",
    status=207,
    errors=[errors.InvalidState, ClassFull],
)
async def enrol_batch(class_id: UUID, body: batches.Batch[schemas.EnrolmentIn], session: web.Session, call: web.Caller) -> batches.BatchOut:
    return await operations.enrol_batch(session, call, class_id, body)


@router.operation("GET", f"{OF_CLASS}/enrolments", may=sight.READERS, summary="本班报名", errors=[errors.InvalidCursor])
async def list_of_class(
    class_id: UUID,
    session: web.Session,
    call: web.Caller,
    asked: pages.PageAsked,
    outcome: Annotated[schemas.Outcome | None, Query()] = None,
) -> wire.Page[schemas.EnrolmentOut]:
    await sight.find(session, call, class_id)
    wanted = operations.SHOWN.where(Enrolment.class_id == class_id)
    return await _page(session, wanted if outcome is None else wanted.where(Enrolment.outcome == outcome), asked)


@router.operation(
    "GET", f"{OF_CLASS}/roster", may=sight.READERS - {"system"}, summary="导出花名册(.xlsx,证件号码脱敏)", response_class=Workbook
)
async def export_roster(class_id: UUID, session: web.Session, call: web.Caller) -> Workbook:
    number, content = await roster.export(session, call, class_id)
    return Workbook(content, number)


@router.operation(
    "GET", "/v1/enrolments", may=operations.READERS, summary="报名列表;outcome=completed 时一行即一人次", errors=[errors.InvalidCursor]
)
async def list_enrolments(
    session: web.Session, call: web.Caller, asked: pages.PageAsked, employed: having_work.Asked, became: afterwards.Asked,
    class_id: Annotated[UUID | None, Query()] = None,
    trainee_id: Annotated[UUID | None, Query()] = None,
    institution_id: Annotated[UUID | None, Query(description="承办机构")] = None,
    region_code: Annotated[str | None, Query(max_length=20, description="计入人次的乡镇、街道;未结业的为学员所在地")] = None,
    programme: Annotated[Programme | None, Query(description="计入的规划指标代码")] = None,
    channel: Annotated[Channel | None, Query()] = None,
    outcome: Annotated[schemas.Outcome | None, Query()] = None,
    completed_from_on: Annotated[wire.CivilDate | None, Query(description="计入人次的日期,含当日")] = None,
    completed_to_on: Annotated[wire.CivilDate | None, Query(description="计入人次的日期,含当日")] = None,
) -> wire.Page[schemas.EnrolmentOut]:  # fmt: skip
    wanted = operations.listed(
        call, class_id=class_id, trainee_id=trainee_id, institution_id=institution_id, region_code=region_code, programme=programme, channel=channel,
        outcome=outcome, completed_from_on=completed_from_on, completed_to_on=completed_to_on,
    )  # fmt: skip
    return await _page(session, wanted.where(*became, *([] if employed is None else [employed])), asked)


async def _page(session: web.Session, wanted: Any, asked: pages.Asked) -> wire.Page[schemas.EnrolmentOut]:
    return wire.Page[schemas.EnrolmentOut].model_validate(
        await pages.page(session, wanted, Enrolment.id, asked, schemas.EnrolmentOut.model_validate)
    )


@router.operation("GET", ONE, may=operations.READERS, summary="报名记录")
async def get(enrolment_id: UUID, session: web.Session, call: web.Caller) -> schemas.EnrolmentOut:
    return await operations.get(session, call, enrolment_id)


@router.operation("PATCH", ONE, may=operations.ENROLLERS, summary="退出班级", errors=[errors.InvalidState, errors.StaleVersion])
async def change(enrolment_id: UUID, body: schemas.EnrolmentChange, session: web.Session, call: web.Caller) -> schemas.EnrolmentOut:  # noqa: ARG001
    return await operations.withdraw(session, call, enrolment_id)


@router.operation("POST", f"{ONE}/employment", may=operations.ENROLLERS, summary="记录就业去向", status=201)
async def record_employment(
    enrolment_id: UUID, body: schemas.EmploymentIn, session: web.Session, call: web.Caller
) -> schemas.EmploymentOut:
    return await operations.record_employment(session, call, enrolment_id, body)


@router.operation("GET", f"{ONE}/employment", may=operations.READERS, summary="就业去向", errors=[errors.InvalidCursor])
async def list_employment(
    enrolment_id: UUID, session: web.Session, call: web.Caller, asked: pages.PageAsked
) -> wire.Page[schemas.EmploymentOut]:
    wanted, work_id = await operations.employments(session, call, enrolment_id)
    return wire.Page[schemas.EmploymentOut].model_validate(
        await pages.page(session, wanted, work_id, asked, schemas.EmploymentOut.model_validate)
    )
