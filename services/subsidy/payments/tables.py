"""Payment batches (拨付批次), their payments, and which lines of a claim each pays: a line is paid once, whoever its person has become since."""

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
from shared import county, db, keeping, tallies


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
    """`account` is the payee's account as it was when the batch was made, encrypted for this row; null where none was known."""

    __tablename__ = "payments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("payment_batches.id"))
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    payee_kind: Mapped[str] = mapped_column(Text)
    payee_id: Mapped[UUID]
    payee_name: Mapped[str] = mapped_column(Text)
    account: Mapped[bytes | None] = mapped_column(LargeBinary)
    account_masked: Mapped[str | None] = mapped_column(Text)
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    status: Mapped[str] = mapped_column(Text)
    left_out: Mapped[str | None] = mapped_column(Text, comment="the code of what kept it out of the bank's file")
    reason: Mapped[str | None] = mapped_column(Text, comment="why the bank did not pay, or brought it back")
    voucher_no: Mapped[str | None] = mapped_column(Text)
    paid_on: Mapped[date | None]
    returned_on: Mapped[date | None]

    __table_args__ = (
        db.one_of("payee_kind", Payee),
        db.one_of("status", PaymentStatus),
        CheckConstraint("amount_yuan > 0", name="amount_yuan"),
        CheckConstraint("(status IN ('paid', 'returned')) = (paid_on IS NOT NULL)", name="paid_on"),
        CheckConstraint("(status = 'returned') = (returned_on IS NOT NULL)", name="returned_on"),
        CheckConstraint("returned_on >= paid_on", name="returned_after_paid"),
        CheckConstraint("left_out IS NULL OR status = 'cancelled'", name="left_out"),
        CheckConstraint("num_nulls(account, account_masked) IN (0, 2)", name="account"),
        CheckConstraint("account IS NOT NULL OR status IN ('pending', 'cancelled')", name="account_known"),
        Index("payments_batch_id_idx", "batch_id", "id"),
        Index("payments_payee_id_idx", "payee_id"),
        Index("payments_claim_id_idx", "claim_id"),
        {
            "info": keeping.only(
                "status",
                "left_out",
                "reason",
                "voucher_no",
                "paid_on",
                "returned_on",
                until="old.status IN ('failed', 'bounced', 'cancelled', 'returned') OR (old.status = 'paid' AND new.status <> 'returned')",
            )
        },
    )


tallies.tally(Payment, "payee_kind")


class PaymentLine(Row):
    """A line of a claim that a payment pays, whoever its person has become since. How much of a line is sent and paid stands on the line itself."""

    __tablename__ = "payment_lines"

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    claim_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))

    __table_args__ = (
        CheckConstraint("amount_yuan > 0", name="amount_yuan"),
        Index("payment_lines_line_idx", "claim_id", "position"),
        {"info": keeping.APPEND_ONLY},
    )
