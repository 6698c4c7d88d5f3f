"""Recoveries (追回): money of a paid claim that is asked back of named people, and what of it has come in."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import RecoveryStatus
from services.subsidy.metadata import Row
from services.subsidy.recoveries.policy import CAUSES
from shared import db, keeping


class Recovery(db.Versioned, Row):
    """`received_yuan` is the sum of its receipts; when it reaches the amount, the recovery is done."""

    __tablename__ = "recoveries"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("funds.id"))
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    received_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2), server_default=text("0"))
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    instalments: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb"), comment="due_on and amount of each, as agreed"
    )
    external_refs: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    opened_by: Mapped[str] = mapped_column(Text)
    opened_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(
        Text, comment="who accepted or dismissed what was proposed; the service itself where facts changed back"
    )
    decided_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        db.one_of("status", RecoveryStatus),
        CheckConstraint("amount_yuan > 0", name="amount_yuan"),
        CheckConstraint("received_yuan BETWEEN 0 AND amount_yuan", name="received_yuan"),
        CheckConstraint("(status = 'recovered') = (received_yuan = amount_yuan)", name="recovered"),
        CheckConstraint("status NOT IN ('dismissed', 'withdrawn') OR decided_at IS NOT NULL", name="decided"),
        Index("recoveries_proposed_once_key", "claim_id", unique=True, postgresql_where=text("status = 'proposed'")),
        Index("recoveries_claim_id_idx", "claim_id", "id"),
        Index("recoveries_fund_id_idx", "fund_id", "id"),
        Index("recoveries_status_idx", "status", "id"),
        Index("recoveries_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("recoveries_opened_at_idx", "opened_at", "id"),
        Index("recoveries_amount_yuan_idx", "amount_yuan", "id"),
        {
            "info": keeping.only(
                "status",
                "received_yuan",
                "decided_by",
                "decided_by_name",
                "decided_at",
                "decision_reason",
                "version",
                until="old.status IN ('recovered', 'dismissed', 'withdrawn')",
            )
        },
    )


class RecoveryLine(Row):
    """What is asked back of one line of the claim."""

    __tablename__ = "recovery_lines"

    recovery_id: Mapped[UUID] = mapped_column(ForeignKey("recoveries.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    trainee_id: Mapped[UUID]
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    cause: Mapped[str | None] = mapped_column(Text, comment="what proposed it; null: a person asked for it")

    __table_args__ = (CheckConstraint("amount_yuan > 0", name="amount_yuan"), db.one_of("cause", CAUSES), {"info": keeping.APPEND_ONLY})


class Receipt(Row):
    """Money that came in for a recovery (到账). A voucher is registered once."""

    __tablename__ = "recovery_receipts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    recovery_id: Mapped[UUID] = mapped_column(ForeignKey("recoveries.id"))
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    received_on: Mapped[date]
    voucher_no: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("amount_yuan > 0", name="amount_yuan"),
        UniqueConstraint("recovery_id", "voucher_no", name="recovery_receipts_voucher_key"),
        {"info": keeping.APPEND_ONLY},
    )
