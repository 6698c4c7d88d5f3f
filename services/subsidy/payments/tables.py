"""Payment batches (拨付批次) and their payments: one payment for each claim and payee, never twice."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import BatchStatus, Payee, PaymentStatus
from services.subsidy.metadata import Row
from shared import county, db, keeping


class PaymentBatch(db.Versioned, Row):
    """What goes to the bank at one time, from one fund. `settled` counts the payments the bank has answered, well or ill."""

    __tablename__ = "payment_batches"

    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of the policy clock at creation; part of the number")
    number: Mapped[str] = mapped_column(Text, db.paper_number(county.here().series("FK")))
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("funds.id"))
    status: Mapped[str] = mapped_column(Text)
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    payment_count: Mapped[int]
    settled: Mapped[int]
    external_refs: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    created_by: Mapped[str] = mapped_column(Text)
    created_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    exported_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("number", name="payment_batches_number_key"),
        db.one_of("status", BatchStatus),
        CheckConstraint("settled BETWEEN 0 AND payment_count", name="settled"),
        CheckConstraint("(status = 'confirmed') = (settled = payment_count)", name="confirmed"),
        Index("payment_batches_fund_id_idx", "fund_id", "id"),
        Index("payment_batches_status_idx", "status", "id"),
        Index(
            "payment_batches_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
        ),
        Index("payment_batches_created_at_idx", "created_at", "id"),
        Index("payment_batches_amount_yuan_idx", "amount_yuan", "id"),
    )


class Payment(Row):
    """`account` is the payee's account as it was when the batch was made, encrypted for this row."""

    __tablename__ = "payments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("payment_batches.id"))
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    payee_kind: Mapped[str] = mapped_column(Text)
    payee_id: Mapped[UUID]
    payee_name: Mapped[str] = mapped_column(Text)
    account: Mapped[bytes] = mapped_column(LargeBinary)
    account_masked: Mapped[str] = mapped_column(Text)
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, comment="why the bank did not pay")
    voucher_no: Mapped[str | None] = mapped_column(Text)
    paid_on: Mapped[date | None]

    __table_args__ = (
        db.one_of("payee_kind", Payee),
        db.one_of("status", PaymentStatus),
        CheckConstraint("amount_yuan > 0", name="amount_yuan"),
        CheckConstraint("(status = 'paid') = (paid_on IS NOT NULL)", name="paid_on"),
        Index("payments_once_key", "claim_id", "payee_id", unique=True, postgresql_where=text("status IN ('pending', 'exported', 'paid')")),
        Index("payments_batch_id_idx", "batch_id", "id"),
        Index("payments_payee_id_idx", "payee_id"),
        {
            "info": keeping.only(
                "status", "reason", "voucher_no", "paid_on", until="old.status IN ('paid', 'failed', 'bounced', 'cancelled')"
            )
        },
    )
