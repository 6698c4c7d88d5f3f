"""What can be done with the ratings (办学评估) of an institution, one a year: told, and corrected by a new one."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.ratings import rules
from services.registry.institutions.ratings.schemas import RatingCorrected, RatingIn, RatingOut
from services.registry.institutions.ratings.tables import Rating
from shared import db, deeds, errors, pages, wire
from shared.access import Call


def standing(institution_id: UUID) -> ColumnElement[bool]:
    """Those of an institution that were not voided."""
    return (Rating.institution_id == institution_id) & Rating.voided_at.is_(None)


async def rate(session: AsyncSession, call: Call, institution_id: UUID, body: RatingIn) -> RatingOut:
    institution = await institutions.find(session, call, institution_id, lock=True)
    _refuse([*wire.faults(rules.RULES, body, call.today), *rules.of_the_kind(institution.kind)])
    made = Rating(id=db.new_id(), institution_id=institution_id, year=body.year, result=body.result)
    session.add(made)
    await _settle(session, institution)
    told = {"changes": [_change(made, old=None, new=made.result)]}
    await deeds.record(session, call, "institution.rated", institution_id, details=told, year=made.year, result=made.result)
    return RatingOut.model_validate(made)


async def find(session: AsyncSession, call: Call, institution_id: UUID, rating_id: UUID) -> Rating:
    """The rating that stands, or 404."""
    await institutions.find(session, call, institution_id)
    rating = await session.scalar(select(Rating).where(Rating.id == rating_id, standing(institution_id)))
    if rating is None:
        raise errors.NotFound("没有这次评估,或已被更正。请按评估结果列表核对。")
    return rating


async def correct(session: AsyncSession, call: Call, institution_id: UUID, rating_id: UUID, body: RatingCorrected) -> RatingOut:
    """The wrong one is voided and stays in the history; a new one stands in its place."""
    institution = await institutions.find(session, call, institution_id, lock=True)
    _refuse(wire.faults(rules.RULES, body, call.today))
    wrong = await find(session, call, institution_id, rating_id)
    wrong.voided_at, wrong.void_reason = call.now, body.reason
    await session.flush()
    right = {"year": body.year or wrong.year, "result": body.result or wrong.result}
    made = Rating(id=db.new_id(), institution_id=institution_id, corrects=wrong.id, **right)
    session.add(made)
    await _settle(session, institution)
    same_year = made.year == wrong.year
    changes = [_change(wrong, wrong.result, made.result if same_year else None)] + ([] if same_year else [_change(made, None, made.result)])
    told = {"changes": changes, "reason": body.reason}
    await deeds.record(session, call, "institution.rating_corrected", institution_id, details=told, **right)
    return RatingOut.model_validate(made)


def _change(rating: Rating, old: str | None, new: str | None) -> dict[str, Any]:
    return {"field": f"ratings/{rating.year}", "old": old, "new": new}


async def _settle(session: AsyncSession, institution: Institution) -> None:
    """Keeps the latest rating beside the institution, by which it is found."""
    await session.flush()
    latest = select(Rating.result, Rating.year).where(standing(institution.id)).order_by(Rating.year.desc()).limit(1)
    institution.rating, institution.rating_year = (await session.execute(latest)).one()
    await session.flush()


def _refuse(faults: list[errors.Fault]) -> None:
    if faults:
        raise errors.Invalid(faults=faults)


async def list_ratings(session: AsyncSession, call: Call, institution_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await institutions.find(session, call, institution_id)
    wanted = select(Rating.id, Rating.year, Rating.result, Rating.corrects).where(standing(institution_id))
    return await pages.page(session, wanted, Rating.id, asked, RatingOut.model_validate)
