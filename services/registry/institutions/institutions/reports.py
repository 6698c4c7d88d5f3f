"""Ratings (办学评估) and yearly reports of an institution, one of each a year."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions import operations
from services.registry.institutions.institutions.schemas import RatingIn, RatingOut, YearlyFigures, YearlyReportIn, YearlyReportOut
from services.registry.institutions.institutions.tables import Rating, YearlyReport
from shared import audit, db, errors, pages
from shared.access import Call


async def rate(session: AsyncSession, call: Call, institution_id: UUID, body: RatingIn) -> RatingOut:
    await operations.find(session, call, institution_id)
    rating = Rating(id=db.new_id(), institution_id=institution_id, year=body.year, result=body.result)
    session.add(rating)
    await session.flush()
    await audit.record(session, call, "institution.rated", "institution", institution_id, {"year": body.year, "result": body.result})
    return RatingOut.model_validate(rating)


async def list_ratings(session: AsyncSession, call: Call, institution_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await operations.find(session, call, institution_id)
    wanted = select(Rating.id, Rating.year, Rating.result).where(Rating.institution_id == institution_id)
    return await pages.page(session, wanted, Rating.id, asked, RatingOut.model_validate)


async def report(session: AsyncSession, call: Call, institution_id: UUID, body: YearlyReportIn) -> YearlyReportOut:
    await operations.find(session, call, institution_id)
    _reasonable(body)
    made = YearlyReport(id=db.new_id(), institution_id=institution_id, reported_at=call.now, **body.model_dump())
    session.add(made)
    await session.flush()
    return await _recorded(session, call, made)


async def correct_report(session: AsyncSession, call: Call, institution_id: UUID, year: int, body: YearlyFigures) -> YearlyReportOut:
    """The year's figures as they now stand; 404 where the year was never reported."""
    await operations.find(session, call, institution_id)
    _reasonable(body)
    reported = await session.scalar(
        select(YearlyReport).where(YearlyReport.institution_id == institution_id, YearlyReport.year == year).with_for_update()
    )
    if reported is None:
        raise errors.NotFound(f"{year} 年还没有年度报告。请用 POST 报送。")
    for name, value in body.model_dump().items():
        setattr(reported, name, value)
    reported.reported_at = call.now
    await session.flush()
    return await _recorded(session, call, reported)


async def list_reports(session: AsyncSession, call: Call, institution_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await operations.find(session, call, institution_id)
    wanted = select(YearlyReport).where(YearlyReport.institution_id == institution_id)
    return await pages.page(session, wanted, YearlyReport.id, asked, lambda row: YearlyReportOut.model_validate(row[0]))


async def _recorded(session: AsyncSession, call: Call, report: YearlyReport) -> YearlyReportOut:
    await audit.record(session, call, "institution.reported", "institution", report.institution_id, {"year": report.year})
    return YearlyReportOut.model_validate(report)


def _reasonable(body: YearlyFigures) -> None:
    whole, part = body.training_funds, body.training_funds_frontline
    if whole is not None and part is not None and part > whole:
        fault = errors.Fault(
            "invalid_value",
            pointer="/training_funds_frontline",
            seen=f"{part:.2f}",
            allowed=f"不超过 {whole:.2f}",
            fix="其中用于一线职工的经费不能超过总额。",
        )
        raise errors.Invalid(faults=[fault])
