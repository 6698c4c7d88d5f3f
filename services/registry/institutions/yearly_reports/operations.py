"""What can be done with the yearly reports (年度报告) of an institution, one a year; what was reported before a correction stays in its history."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import InstitutionKind, YearlyFigure
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions import visibility
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.yearly_reports import rules
from services.registry.institutions.yearly_reports.schemas import YearlyReportCorrected, YearlyReportIn, YearlyReportOut
from services.registry.institutions.yearly_reports.tables import YearlyReport
from shared import db, deeds, errors, history, pages, wire
from shared.access import Call


async def report(session: AsyncSession, call: Call, institution_id: UUID, body: YearlyReportIn) -> YearlyReportOut:
    await institutions.find(session, call, institution_id)
    if faults := wire.faults(rules.RULES, body, call.today):
        raise errors.Invalid(faults=faults)
    made = YearlyReport(id=db.new_id(), institution_id=institution_id, reported_at=call.now, **body.model_dump())
    session.add(made)
    await session.flush()
    await _record(session, call, made, "reported", {})
    return YearlyReportOut.model_validate(made)


async def correct_report(
    session: AsyncSession, call: Call, institution_id: UUID, year: int, body: YearlyReportCorrected
) -> YearlyReportOut:
    """The year's figures as they now stand; 404 where the year was never reported."""
    await institutions.find(session, call, institution_id)
    if faults := wire.faults(rules.CORRECTION_RULES, body, call.today):
        raise errors.Invalid(faults=faults)
    reported = await session.scalar(
        select(YearlyReport).where(YearlyReport.institution_id == institution_id, YearlyReport.year == year).with_for_update()
    )
    if reported is None:
        raise errors.NotFound(f"{year} 年还没有年度报告。请用 POST 报送。")
    before = _figures(reported)
    for name, value in body.model_dump(exclude={"reason"}).items():
        setattr(reported, name, value)
    reported.reported_at = call.now
    await session.flush()
    await _record(session, call, reported, "report_corrected", before, body.reason)
    return YearlyReportOut.model_validate(reported)


async def list_reports(session: AsyncSession, call: Call, institution_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await institutions.find(session, call, institution_id)
    wanted = select(YearlyReport).where(YearlyReport.institution_id == institution_id)
    return await pages.page(session, wanted, YearlyReport.id, asked, lambda row: YearlyReportOut.model_validate(row[0]))


def listed(
    call: Call,
    *,
    year: list[int] | None,
    institution_id: list[UUID] | None,
    institution_kind: list[InstitutionKind] | None,
    has: list[YearlyFigure] | None,
) -> Select[Any]:
    """The reports of all institutions that the caller sees; `has`: those that tell one of these figures."""
    wanted = select(YearlyReport).join(Institution, Institution.id == YearlyReport.institution_id).where(visibility.rows(call.actor))
    equal = {YearlyReport.year: year, YearlyReport.institution_id: institution_id, Institution.kind: institution_kind}
    told = [getattr(YearlyReport, each).is_not(None) for each in has or ()]
    return pages.where(wanted.where(or_(*told)) if told else wanted, equal)


async def _record(
    session: AsyncSession, call: Call, report: YearlyReport, what: str, before: dict[str, Any], reason: str | None = None
) -> None:
    changes = history.changes(before, {name: value for name, value in _figures(report).items() if value is not None or before})
    told = {"changes": [{**each, "field": f"yearly_reports/{report.year}/{each['field']}"} for each in changes], "reason": reason}
    await deeds.record(session, call, f"institution.{what}", report.institution_id, details=told, year=report.year)


def _figures(report: YearlyReport) -> dict[str, Any]:
    return YearlyReportOut.model_validate(report).model_dump(mode="json", include={*rules.FIGURES})
