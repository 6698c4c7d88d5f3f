"""Paths of the enrolments, under their class and by themselves."""

from enum import StrEnum
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import ARRAY, ColumnElement, Text, literal

from services.registry.codes import Category, CertificateKind, Channel, EmploymentKind, EmploymentState, EnrolmentOutcome
from services.registry.training.classes import reading as classes
from services.registry.training.classes.errors import TooLate
from services.registry.training.classes.operations import permit
from services.registry.training.classes.policy import ENROL, ENROLLERS
from services.registry.training.classes.routes import Counted
from services.registry.training.classes.schemas import PARTNER
from services.registry.training.classes.visibility import READERS as CLASS_READERS
from services.registry.training.enrolments import conditions, operations, reading, rules, schemas, steps
from services.registry.training.enrolments.errors import ClassFull, DuplicateEmployment, DuplicateEnrolment
from services.registry.training.enrolments.tables import Employment, Enrolment
from services.registry.training.enrolments.visibility import READERS
from shared import batches, errors, history, pages, web, wire
from shared.web.workbooks import Workbook

router = web.Router("enrolments")
OF_CLASS = "/v1/classes/{class_id:uuid}"
ONE = "/v1/enrolments/{enrolment_id:uuid}"
ONE_WORK = f"{ONE}/employment/{{employment_id:uuid}}"
Listed = Annotated[pages.Asked, pages.asking(enrolled_at=Enrolment.enrolled_at)]
Works = Annotated[pages.Asked, pages.asking(from_on=Employment.from_on, recorded_at=Employment.recorded_at)]
OPEN = partial(permit, step=ENROL)


def _one_or_more(codes: type[StrEnum]) -> str:
    """A pattern for codes of a list, separated by commas."""
    one = f"({'|'.join(codes)})"
    return f"^{one}(,{one})*$"


@router.operation(
    "POST",
    f"{OF_CLASS}/enrolments",
    may=ENROLLERS,
    summary="报名",
    status=201,
    errors=[errors.InvalidState, TooLate, DuplicateEnrolment, ClassFull],
    paper=OPEN,
)
async def enrol(class_id: UUID, body: schemas.EnrolmentIn, session: web.Session, call: web.Caller) -> schemas.EnrolmentPaper:
    return await operations.enrol(session, call, class_id, body)


@router.operation(
    "POST", f"{OF_CLASS}/enrolments:batch", may=ENROLLERS, summary="批量报名", status=207, errors=[errors.InvalidState, TooLate, ClassFull]
)
async def enrol_batch(class_id: UUID, body: batches.Batch[schemas.EnrolmentIn], session: web.Session, call: web.Caller) -> batches.BatchOut:
    return await operations.enrol_batch(session, call, class_id, body)


@router.operation("GET", f"{OF_CLASS}/enrolments", may=CLASS_READERS, summary="本班报名", errors=[errors.InvalidCursor])
async def list_of_class(
    class_id: UUID, session: web.Session, call: web.Caller, asked: Listed, outcome: pages.AnyOf[EnrolmentOutcome] = None
) -> wire.Page[schemas.EnrolmentOut]:
    await classes.find(session, call, class_id)
    return await _page(session, pages.where(reading.SHOWN, {Enrolment.class_id: class_id, Enrolment.outcome: outcome}), asked)


@router.operation(
    "GET", f"{OF_CLASS}/roster", may=CLASS_READERS - {"system"}, summary="导出花名册(.xlsx,证件号码脱敏)", response_class=Workbook
)
async def export_roster(class_id: UUID, session: web.Session, call: web.Caller) -> Workbook:
    number, content = await reading.roster(session, call, class_id)
    return Workbook(content, number)


async def _work(
    employed_as_of: Annotated[wire.CivilDate | None, Query(description="只列截至这一天已就业的;与下两项一起给")] = None,
    employed_within_months: Annotated[int | None, Query(ge=1, le=60, description="结业后几个月内算就业")] = None,
    employed_kinds: Annotated[str | None, Query(pattern=_one_or_more(EmploymentKind), description="算就业的去向,以逗号分隔")] = None,
) -> list[ColumnElement[bool]]:
    """Those who found work, of the list; all three parameters or none."""
    given = {"employed_as_of": employed_as_of, "employed_within_months": employed_within_months, "employed_kinds": employed_kinds}
    missing = [name for name, value in given.items() if value is None]
    if missing and len(missing) < len(given):
        raise errors.InvalidParameter(f"{'、'.join(given)} 须一起给。请补上 {'、'.join(missing)}。", parameter=missing[0])
    if employed_as_of is None or employed_within_months is None or employed_kinds is None:
        return []
    return [conditions.employed(employed_kinds.split(","), employed_within_months, employed_as_of)]


async def _certified(
    certified_as_of: Annotated[wire.CivilDate | None, Query(description="只列截至这一天持有有效证书的;与下一项一起给")] = None,
    certified_kinds: Annotated[str | None, Query(pattern=_one_or_more(CertificateKind), description="算取证的证书种类,以逗号分隔")] = None,
) -> list[ColumnElement[bool]]:
    """Those who were certified, of the list."""
    if (certified_as_of is None) != (certified_kinds is None):
        missing = "certified_as_of" if certified_as_of is None else "certified_kinds"
        raise errors.InvalidParameter(f"certified_as_of、certified_kinds 须一起给。请补上 {missing}。", parameter=missing)
    if certified_as_of is None or certified_kinds is None:
        return []
    return [conditions.certified(literal(certified_kinds.split(","), ARRAY(Text)), certified_as_of)]


Work = Annotated[list[ColumnElement[bool]], Depends(_work)]
Certified = Annotated[list[ColumnElement[bool]], Depends(_certified)]


@router.operation("GET", "/v1/enrolments", may=READERS, summary="报名列表;outcome=completed 时一行即一人次", errors=[errors.InvalidCursor])
async def list_enrolments(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    ref: pages.ExternalRef,
    work: Work,
    certified: Certified,
    counted: Counted,
    placed_as_of: Annotated[wire.CivilDate | None, Query(description=f"只列订单班中截至这一天已到{PARTNER}上岗的")] = None,
    class_id: pages.AnyOf[UUID] = None,
    trainee_id: pages.AnyOf[UUID] = None,
    institution_id: Annotated[pages.AnyOf[UUID], Query(description="承办机构")] = None,
    region_code: Annotated[pages.AnyOf[str], Query(description="计入人次的乡镇、街道;未结业的为学员所在地")] = None,
    channel: pages.AnyOf[Channel] = None,
    category: Annotated[pages.AnyOf[Category], Query(description="开班首日属于该人员类别")] = None,
    outcome: pages.AnyOf[EnrolmentOutcome] = None,
    completed_from_on: Annotated[wire.CivilDate | None, Query(description="计入人次的日期,含当日")] = None,
    completed_to_on: Annotated[wire.CivilDate | None, Query(description="计入人次的日期,含当日")] = None,
    employment: Annotated[
        pages.AnyOf[EmploymentState], Query(description="结业后的就业:employed 已就业,pending 还在期限内,missed 期满仍未就业")
    ] = None,
    due_within_days: Annotated[int | None, Query(ge=0, le=3650, description="算就业的期限今天未过,而在这些天之内届满")] = None,
) -> wire.Page[schemas.EnrolmentOut]:
    wanted = reading.listed(
        call,
        ref,
        class_id=class_id,
        trainee_id=trainee_id,
        institution_id=institution_id,
        region_code=region_code,
        channel=channel,
        category=category,
        outcome=outcome,
        completed_from_on=completed_from_on,
        completed_to_on=completed_to_on,
        employment=employment,
        due_within_days=due_within_days,
    )
    placed = [] if placed_as_of is None else [Enrolment.placed_on <= placed_as_of]
    asked = asked.newest(Enrolment.counted_on, completed_from_on, completed_to_on).newest(Enrolment.placed_on, placed_as_of)
    return await _page(session, wanted.where(*work, *certified, *counted, *placed), asked)


async def _page(session: web.Session, wanted: Any, asked: pages.Asked) -> wire.Page[schemas.EnrolmentOut]:
    return wire.Page[schemas.EnrolmentOut].model_validate(
        await pages.page(session, wanted, Enrolment.id, asked, schemas.EnrolmentOut.model_validate)
    )


@router.operation("GET", ONE, may=READERS, summary="报名记录")
async def get(enrolment_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> schemas.EnrolmentPaper:
    return await reading.as_of(session, call, enrolment_id, as_of) if as_of else await reading.get(session, call, enrolment_id)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一条报名的办理经过,新的在前", errors=[errors.InvalidCursor])
async def list_history(
    enrolment_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    await reading.get(session, call, enrolment_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, enrolment_id, asked))


@router.operation(
    "PATCH",
    ONE,
    may=ENROLLERS,
    summary="退出班级,或登记外部平台的编号",
    errors=[errors.InvalidState, errors.StaleVersion],
    paper=steps.matched,
)
async def change(enrolment_id: UUID, body: schemas.EnrolmentChange, session: web.Session, call: web.Caller) -> schemas.EnrolmentPaper:
    return await steps.change(session, call, enrolment_id, body)


@router.operation(
    "POST",
    f"{ONE}:readmit",
    may=ENROLLERS,
    summary="退出的学员重新入班",
    errors=[errors.InvalidState, errors.StaleVersion, ClassFull],
    paper=steps.readmissible,
)
async def readmit(enrolment_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> schemas.EnrolmentPaper:
    return await steps.readmit(session, call, enrolment_id, body.reason)


@router.operation(
    "POST",
    f"{ONE}/employment",
    may=ENROLLERS,
    summary="记录就业去向",
    status=201,
    errors=[DuplicateEmployment],
    paper=reading.get,
    rules=rules.EMPLOYMENT,
)
async def record_employment(
    enrolment_id: UUID, body: schemas.EmploymentIn, session: web.Session, call: web.Caller
) -> schemas.EmploymentOut:
    return await operations.record_employment(session, call, enrolment_id, body)


@router.operation(
    "POST",
    f"{ONE_WORK}:correct",
    may=ENROLLERS,
    summary="更正或撤销一条就业去向",
    errors=[DuplicateEmployment],
    paper=operations.standing_work,
)
async def correct_employment(
    enrolment_id: UUID, employment_id: UUID, body: schemas.EmploymentCorrected, session: web.Session, call: web.Caller
) -> schemas.EmploymentKept:
    return await operations.correct_employment(session, call, enrolment_id, employment_id, body)


@router.operation("GET", ONE_WORK, may=READERS, summary="一条就业去向,更正过的也可")
async def get_employment(
    enrolment_id: UUID, employment_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None
) -> schemas.EmploymentPaper:
    return await reading.one_work(session, call, enrolment_id, employment_id, as_of)


@router.operation("GET", f"{ONE_WORK}/history", may=READERS, summary="一条就业去向的办理经过", errors=[errors.InvalidCursor])
async def list_employment_history(
    enrolment_id: UUID, employment_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    found = await reading.work_history(session, call, enrolment_id, employment_id, asked)
    return wire.Page[history.HistoryEntry].model_validate(found)


@router.operation("GET", f"{ONE}/employment", may=READERS, summary="就业去向", errors=[errors.InvalidCursor])
async def list_employment(enrolment_id: UUID, session: web.Session, call: web.Caller, asked: Works) -> wire.Page[schemas.EmploymentOut]:
    wanted, work_id = await reading.employments(session, call, enrolment_id)
    return wire.Page[schemas.EmploymentOut].model_validate(
        await pages.page(session, wanted, work_id, asked, schemas.EmploymentOut.model_validate)
    )
