"""The paths of institutions (培训机构)."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.registry.institutions.institutions import moves, operations, reports, standing, teachers
from services.registry.institutions.institutions.errors import (
    AlreadyBlacklisted,
    DesignationOverlaps,
    DuplicateInstitution,
    DuplicateRating,
    DuplicateTeacher,
    DuplicateYearlyReport,
)
from services.registry.institutions.institutions.schemas import (
    Blacklisted,
    Designated,
    Explained,
    InstitutionChange,
    InstitutionIn,
    InstitutionOut,
    InstitutionPaper,
    Kind,
    RatingIn,
    RatingOut,
    StandingOut,
    TeacherChange,
    TeacherIn,
    TeacherOut,
    YearlyFigures,
    YearlyReportIn,
    YearlyReportOut,
)
from shared import access, errors, pages, web, wire
from shared.batches import Batch, BatchOut

router = web.Router("institutions")

SEES = access.STAFF | {"institution", "town", "department", "system"}
OFFICER = frozenset({"officer"})
REVIEWER = frozenset({"reviewer"})
OWN = frozenset({"officer", "institution"})
ONE = "/v1/institutions/{institution_id:uuid}"
Filter = Annotated[str | None, Query(min_length=1, max_length=100)]


@router.operation("POST", "/v1/institutions", may=OFFICER, summary="登记机构", status=201, errors=[DuplicateInstitution])
async def create(body: InstitutionIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> InstitutionPaper:
    return await operations.create(session, call, kernel, body)


@router.operation("GET", "/v1/institutions", may=SEES, summary="机构列表", errors=[errors.InvalidCursor])
async def list_institutions(
    session: web.Session, call: web.Caller, asked: pages.PageAsked, kind: Annotated[Kind | None, Query()] = None, region_code: Filter = None,
    name: Filter = None, uscc: Filter = None,
) -> wire.Page[InstitutionOut]:  # fmt: skip
    found = await operations.list_institutions(session, call, asked, kind, region_code, name, uscc)
    return wire.Page[InstitutionOut].model_validate(found)


@router.operation("GET", ONE, may=SEES, summary="一家机构,附定点和黑名单记录")
async def get(institution_id: UUID, session: web.Session, call: web.Caller) -> InstitutionPaper:
    return await operations.get(session, call, institution_id)


@router.operation("PATCH", ONE, may=OFFICER, summary="修改机构信息")
async def change(
    institution_id: UUID, body: InstitutionChange, session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> InstitutionPaper:
    return await operations.change(session, call, kernel, institution_id, body)


@router.operation("POST", f"{ONE}:designate", may=OFFICER, summary="定点", errors=[errors.InvalidState, DesignationOverlaps])
async def designate(institution_id: UUID, body: Designated, session: web.Session, call: web.Caller) -> InstitutionPaper:
    return await moves.designate(session, call, institution_id, body)


@router.operation("POST", f"{ONE}:blacklist", may=REVIEWER, summary="列入黑名单", errors=[AlreadyBlacklisted])
async def blacklist(institution_id: UUID, body: Blacklisted, session: web.Session, call: web.Caller) -> InstitutionPaper:
    return await moves.blacklist(session, call, institution_id, body)


@router.operation("POST", f"{ONE}:reinstate", may=REVIEWER, summary="移出黑名单或结束暂停", errors=[errors.InvalidState])
async def reinstate(institution_id: UUID, session: web.Session, call: web.Caller, body: Explained | None = None) -> InstitutionPaper:
    return await moves.reinstate(session, call, institution_id, body or Explained())


@router.operation("POST", f"{ONE}:suspend", may=OFFICER, summary="暂停", errors=[errors.InvalidState])
async def suspend(institution_id: UUID, session: web.Session, call: web.Caller, body: Explained | None = None) -> InstitutionPaper:
    return await moves.suspend(session, call, institution_id, body or Explained())


@router.operation("POST", f"{ONE}:exit", may=OFFICER, summary="退出,定点资格当日为最后一日", errors=[errors.InvalidState])
async def leave(institution_id: UUID, session: web.Session, call: web.Caller, body: Explained | None = None) -> InstitutionPaper:
    return await moves.leave(session, call, institution_id, body or Explained())


@router.operation("GET", f"{ONE}/standing", may=SEES, summary="某日的资质情况,逐条列出")
async def get_standing(
    institution_id: UUID, session: web.Session, call: web.Caller, on: Annotated[wire.CivilDate | None, Query(description="默认当日")] = None
) -> StandingOut:
    return await standing.standing(session, call, institution_id, on)


@router.operation("POST", f"{ONE}/teachers", may=OWN, summary="登记教师", status=201, errors=[DuplicateTeacher])
async def add_teacher(institution_id: UUID, body: TeacherIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> TeacherOut:
    return await teachers.add(session, call, kernel.vault, institution_id, body)


@router.operation("GET", f"{ONE}/teachers", may=SEES, summary="教师列表", errors=[errors.InvalidCursor])
async def list_teachers(institution_id: UUID, session: web.Session, call: web.Caller, asked: pages.PageAsked) -> wire.Page[TeacherOut]:
    return wire.Page[TeacherOut].model_validate(await teachers.list_teachers(session, call, institution_id, asked))


@router.operation("POST", f"{ONE}/teachers:batch", may=OWN, summary="批量登记教师", status=207, errors=[DuplicateTeacher])
async def take_teachers(
    institution_id: UUID, body: Batch[TeacherIn], session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> BatchOut:
    return await teachers.take_batch(session, call, kernel.vault, institution_id, body)


@router.operation("PATCH", f"{ONE}/teachers/{{teacher_id:uuid}}", may=OWN, summary="修改教师信息或结束任职", errors=[DuplicateTeacher])
async def change_teacher(institution_id: UUID, teacher_id: UUID, body: TeacherChange, session: web.Session, call: web.Caller) -> TeacherOut:
    return await teachers.change(session, call, institution_id, teacher_id, body)


@router.operation("POST", f"{ONE}/ratings", may=OFFICER, summary="登记办学评估结果", status=201, errors=[DuplicateRating])
async def rate(institution_id: UUID, body: RatingIn, session: web.Session, call: web.Caller) -> RatingOut:
    return await reports.rate(session, call, institution_id, body)


@router.operation("GET", f"{ONE}/ratings", may=SEES, summary="办学评估结果", errors=[errors.InvalidCursor])
async def list_ratings(institution_id: UUID, session: web.Session, call: web.Caller, asked: pages.PageAsked) -> wire.Page[RatingOut]:
    return wire.Page[RatingOut].model_validate(await reports.list_ratings(session, call, institution_id, asked))


@router.operation("POST", f"{ONE}/yearly-reports", may=OWN, summary="报送年度报告", status=201, errors=[DuplicateYearlyReport])
async def report(institution_id: UUID, body: YearlyReportIn, session: web.Session, call: web.Caller) -> YearlyReportOut:
    return await reports.report(session, call, institution_id, body)


@router.operation("PUT", f"{ONE}/yearly-reports/{{year}}", may=OWN, summary="更正年度报告")
async def correct_report(
    institution_id: UUID, year: Annotated[int, Path(ge=2000, le=2100)], body: YearlyFigures, session: web.Session, call: web.Caller
) -> YearlyReportOut:
    return await reports.correct_report(session, call, institution_id, year, body)


@router.operation("GET", f"{ONE}/yearly-reports", may=SEES, summary="年度报告", errors=[errors.InvalidCursor])
async def list_reports(institution_id: UUID, session: web.Session, call: web.Caller, asked: pages.PageAsked) -> wire.Page[YearlyReportOut]:
    return wire.Page[YearlyReportOut].model_validate(await reports.list_reports(session, call, institution_id, asked))
