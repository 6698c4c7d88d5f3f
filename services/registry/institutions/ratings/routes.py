"""The paths of ratings (办学评估)."""

from typing import Annotated
from uuid import UUID

from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions.policy import OFFICER
from services.registry.institutions.institutions.routes import ONE, SEES
from services.registry.institutions.ratings import operations, rules
from services.registry.institutions.ratings.errors import DuplicateRating
from services.registry.institutions.ratings.schemas import RatingCorrected, RatingIn, RatingOut
from services.registry.institutions.ratings.tables import Rating
from shared import errors, pages, web, wire

router = web.Router("institutions")
Listed = Annotated[pages.Asked, pages.asking(year=Rating.year)]


@router.operation(
    "POST",
    f"{ONE}/ratings",
    may=OFFICER,
    summary="登记办学评估结果",
    status=201,
    errors=[DuplicateRating],
    paper=institutions.find,
    rules=rules.RULES,
)
async def rate(institution_id: UUID, body: RatingIn, session: web.Session, call: web.Caller) -> RatingOut:
    return await operations.rate(session, call, institution_id, body)


@router.operation(
    "POST",
    f"{ONE}/ratings/{{rating_id:uuid}}:correct",
    may=OFFICER,
    summary="更正办学评估结果",
    errors=[DuplicateRating],
    paper=operations.find,
    rules=rules.RULES,
)
async def correct(institution_id: UUID, rating_id: UUID, body: RatingCorrected, session: web.Session, call: web.Caller) -> RatingOut:
    return await operations.correct(session, call, institution_id, rating_id, body)


@router.operation("GET", f"{ONE}/ratings", may=SEES, summary="办学评估结果", errors=[errors.InvalidCursor])
async def list_ratings(institution_id: UUID, session: web.Session, call: web.Caller, asked: Listed) -> wire.Page[RatingOut]:
    return wire.Page[RatingOut].model_validate(await operations.list_ratings(session, call, institution_id, asked))
