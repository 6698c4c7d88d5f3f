"""What enterprises said of their technical workers in a year (规上企业调研)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import SurveyWillingness
from services.registry.metadata import Row
from shared import db, keeping


class EnterpriseSurvey(Row):
    """One a year and enterprise. `needs`, `plan`: by occupation or trade, how many people. What was told wrongly is voided and told anew: `corrects`."""

    __tablename__ = "enterprise_surveys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    year: Mapped[int]
    surveyed_on: Mapped[date]
    technical_workers: Mapped[int]
    certified_workers: Mapped[int]
    willingness: Mapped[str] = mapped_column(Text)
    needs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    plan: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    note: Mapped[str | None] = mapped_column(Text)
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("enterprise_surveys.id"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("enterprise_surveys_year_key", "institution_id", "year", unique=True, postgresql_where=text("voided_at IS NULL")),
        db.one_of("willingness", SurveyWillingness),
        CheckConstraint("certified_workers BETWEEN 0 AND technical_workers", name="certified_workers"),
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
        Index("enterprise_surveys_institution_id_idx", "institution_id", "id"),
        Index("enterprise_surveys_by_year_idx", "year", "id"),
        Index("enterprise_surveys_surveyed_on_idx", "surveyed_on", "id"),
        {"info": keeping.only("voided_at", "void_reason", until="old.voided_at IS NOT NULL")},
    )
