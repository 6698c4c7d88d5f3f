"""Ratings on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import RatingResult
from shared import wire

Year = Annotated[int, Field(ge=2000, le=2100, examples=[2024])]


class RatingIn(wire.In):
    """The result of an assessment (办学评估)."""

    year: Year
    result: RatingResult


class RatingCorrected(wire.In):
    """What the assessment was in truth; what is left out was right."""

    year: Year | None = None
    result: RatingResult | None = None
    reason: wire.Reason


class RatingOut(wire.Out):
    """`corrects`: the rating that this one took the place of."""

    id: UUID
    year: int
    result: RatingResult
    corrects: UUID | None
