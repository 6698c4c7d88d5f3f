"""The paths of yearly reports (年度报告)."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.registry.codes import InstitutionKind, YearlyFigure
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions.policy import OWN
from services.registry.institutions.institutions.routes import ONE, SEES
from services.registry.institutions.yearly_reports import operations, rules
from services.registry.institutions.yearly_reports.errors import DuplicateYearlyReport
from services.registry.institutions.yearly_reports.schemas import YearlyReportCorrected, YearlyReportIn, YearlyReportOut
from services.registry.institutions.yearly_reports.tables import YearlyReport
from shared import errors, pages, web, wire

router = web.Router("institutions")
all_router = web.Router("yearly-reports")
Listed = Annotated[pages.Asked, pages.asking(year=YearlyReport.year, reported_at=YearlyReport.reported_at)]


@router.operation(
    "POST",
    f"{ONE}/yearly-reports",
    may=OWN,
    summary="报送年度报告",
    status=201,
    errors=[DuplicateYearlyReport],
    paper=institutions.find,
    rules=rules.RULES,
)
async def report(institution_id: UUID, body: YearlyReportIn, session: web.Session, call: web.Caller) -> YearlyReportOut:
    return await operations.report(session, call, institution_id, body)


@router.operation("PUT", f"{ONE}/yearly-reports/{{year}}", may=OWN, summary="更正年度报告", rules=rules.CORRECTION_RULES)
async def correct_report(
    institution_id: UUID, year: Annotated[int, Path(ge=2000, le=2100)], body: YearlyReportCorrected, session: web.Session, call: web.Caller
) -> YearlyReportOut:
    return await operations.correct_report(session, call, institution_id, year, body)


@router.operation("GET", f"{ONE}/yearly-reports", may=SEES, summary="年度报告", errors=[errors.InvalidCursor])
async def list_reports(institution_id: UUID, session: web.Session, call: web.Caller, asked: Listed) -> wire.Page[YearlyReportOut]:
    return wire.Page[YearlyReportOut].model_validate(await operations.list_reports(session, call, institution_id, asked))


@all_router.operation("GET", "/v1/yearly-reports", may=SEES, summary="各机构的年度报告", errors=[errors.InvalidCursor])
async def list_all_reports(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    year: pages.AnyOf[Annotated[int, Query(ge=2000, le=2100)]] = None,
    institution_id: pages.AnyOf[UUID] = None,
    institution_kind: pages.AnyOf[InstitutionKind] = None,
    has: Annotated[pages.AnyOf[YearlyFigure], Query(description="填报了其中一项的")] = None,
) -> wire.Page[YearlyReportOut]:
    wanted = operations.listed(call, year=year, institution_id=institution_id, institution_kind=institution_kind, has=has)
    found = await pages.page(session, wanted, YearlyReport.id, asked, lambda row: YearlyReportOut.model_validate(row[0]))
    return wire.Page[YearlyReportOut].model_validate(found)
