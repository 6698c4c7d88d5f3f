"""Samples for call-backs (抽查回访): what was drawn from what by which seed, and what each person said."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import CallbackResult, LineVerdict
from services.subsidy.metadata import Row
from shared import db, keeping


class Sample(Row):
    """`drawn_from`: how many lines of each verdict there were to draw from."""

    __tablename__ = "claim_samples"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    filter: Mapped[dict[str, Any]] = mapped_column(JSONB)
    share: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    seed: Mapped[str] = mapped_column(Text)
    drawn_from: Mapped[dict[str, int]] = mapped_column(JSONB)
    drawn_by: Mapped[str] = mapped_column(Text)
    drawn_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    drawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        Index("claim_samples_drawn_at_idx", "drawn_at", "id"),
        {"info": keeping.APPEND_ONLY},
    )


class SampledLine(Row):
    """One person to be called, as the line stood when it was drawn. A result is told once."""

    __tablename__ = "claim_sample_lines"

    sample_id: Mapped[UUID] = mapped_column(ForeignKey("claim_samples.id"), primary_key=True)
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    trainee_id: Mapped[UUID]
    verdict: Mapped[str] = mapped_column(Text)
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    result: Mapped[str | None] = mapped_column(Text)
    called_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
    called_by: Mapped[str | None] = mapped_column(Text)
    called_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")

    __table_args__ = (
        db.one_of("verdict", LineVerdict),
        db.one_of("result", CallbackResult),
        CheckConstraint("num_nulls(result, called_on, called_by) IN (0, 3)", name="called"),
        {"info": keeping.only("result", "called_on", "note", "called_by", "called_by_name", until="old.result IS NOT NULL")},
    )
