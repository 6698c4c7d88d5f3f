"""Ratings (办学评估) of institutions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import RatingResult
from services.registry.metadata import Row
from shared import db, keeping


class Rating(Row):
    """The result of an assessment (办学评估), one a year. What was told wrongly is voided, and told anew: `corrects` names it."""

    __tablename__ = "ratings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    year: Mapped[int]
    result: Mapped[str] = mapped_column(Text)
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("ratings.id"))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ratings_year_key", "institution_id", "year", unique=True, postgresql_where=text("voided_at IS NULL")),
        db.one_of("result", RatingResult),
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
        {"info": keeping.only("voided_at", "void_reason", until="old.voided_at IS NOT NULL")},
    )
