"""Yearly reports (年度报告) of institutions."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db


class YearlyReport(Row):
    """What an institution reports of a year. Funds in yuan: `extracted`, what was set aside for training out of `wages`;
    `social_training_income`, earned by training that nobody subsidises."""

    __tablename__ = "yearly_reports"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    year: Mapped[int]
    enrolled_students: Mapped[int | None]
    training_funds: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    training_funds_frontline: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    partner_enterprises: Mapped[int | None]
    wages: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    extracted: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    social_training_income: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("institution_id", "year", name="yearly_reports_year_key"),
        Index("yearly_reports_by_year_idx", "year", "id"),
        Index("yearly_reports_reported_at_idx", "reported_at", "id"),
    )
