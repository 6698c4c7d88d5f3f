"""Recoveries (追回): money of a paid claim that is asked back, and its coming in."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import RecoveryStatus
from services.subsidy.metadata import Row
from shared import db, keeping


class Recovery(db.Versioned, Row):
    """One for a claim at most."""

    __tablename__ = "recoveries"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("funds.id"))
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    external_refs: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    opened_by: Mapped[str] = mapped_column(Text)
    opened_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_on: Mapped[date | None]
    voucher_no: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("claim_id", name="recoveries_claim_id_key"),
        db.one_of("status", RecoveryStatus),
        CheckConstraint("(status = 'recovered') = (received_on IS NOT NULL)", name="received_on"),
        CheckConstraint("amount_yuan > 0", name="amount_yuan"),
        Index("recoveries_status_idx", "status", "id"),
        Index("recoveries_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("recoveries_opened_at_idx", "opened_at", "id"),
        Index("recoveries_amount_yuan_idx", "amount_yuan", "id"),
        {"info": keeping.only("status", "received_on", "voucher_no", "version", until="old.status = 'recovered'")},
    )
