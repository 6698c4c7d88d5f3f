"""What can be done with the ratings (办学评估) of an institution, one a year."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.ratings.schemas import RatingIn, RatingOut
from services.registry.institutions.ratings.tables import Rating
from shared import db, deeds, pages
from shared.access import Call


async def rate(session: AsyncSession, call: Call, institution_id: UUID, body: RatingIn) -> RatingOut:
    await institutions.find(session, call, institution_id)
    rating = Rating(id=db.new_id(), institution_id=institution_id, year=body.year, result=body.result)
    session.add(rating)
    await session.flush()
    said = {"year": body.year, "result": body.result}
    await deeds.record(session, call, "institution.rated", institution_id, details=said, event=False)
    return RatingOut.model_validate(rating)


async def list_ratings(session: AsyncSession, call: Call, institution_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await institutions.find(session, call, institution_id)
    wanted = select(Rating.id, Rating.year, Rating.result).where(Rating.institution_id == institution_id)
    return await pages.page(session, wanted, Rating.id, asked, RatingOut.model_validate)
