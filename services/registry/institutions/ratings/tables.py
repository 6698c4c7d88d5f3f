"""Ratings (办学评估) of institutions."""

from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import RatingResult
from services.registry.metadata import Row
from shared import db, keeping


class Rating(Row):
    """The result of an assessment (办学评估), one a year."""

    __tablename__ = "ratings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    year: Mapped[int]
    result: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("institution_id", "year", name="ratings_year_key"),
        db.one_of("result", RatingResult),
        {"info": keeping.APPEND_ONLY},
    )
