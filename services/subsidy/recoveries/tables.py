"""Recoveries (追回): money of a paid claim that is asked back, and its coming in."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.metadata import Row
from shared import db


class Recovery(db.Versioned, Row):
    """One for a claim at most."""

    __tablename__ = "recoveries"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("funds.id"))
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_on: Mapped[date | None]
    voucher_no: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("claim_id", name="recoveries_claim_id_key"),
        CheckConstraint("status IN ('recovering', 'recovered')", name="status"),
        CheckConstraint("(status = 'recovered') = (received_on IS NOT NULL)", name="received_on"),
        CheckConstraint("amount_yuan > 0", name="amount_yuan"),
        Index("recoveries_status_idx", "status", "id"),
    )
