"""What people were paid elsewhere (unemployment insurance, other counties), as other offices tell it.

A person is known by the digest of the number alone, so that payments to people who are not registered yet are kept without naming them.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Numeric, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import Level, Scheme
from services.registry.metadata import Row
from shared import db, indexing, keeping

SAME_PAYMENT = ("id_number_key", "source", "occupation_code", "trade_name", "level", "on")


class OutsidePayment(db.Versioned, Row):
    """Paid for one occupation or trade (at a level, where it has levels) as of the day `on`. `id_number_key` is the same digest as a trainee's. What was
    told wrongly is voided, and told anew. `stands_alone`: an office told it by itself, not only with the classes of past years; what is taken back of those
    leaves it."""

    __tablename__ = "outside_payments"

    id_number_key: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    scheme: Mapped[str | None] = mapped_column(Text)
    occupation_code: Mapped[str | None] = mapped_column(Text)
    trade_name: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    on: Mapped[date]
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    source: Mapped[str] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column(Text)
    stands_alone: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "outside_payments_same_key",
            *SAME_PAYMENT,
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("voided_at IS NULL"),
        ),
        db.one_of("scheme", Scheme),
        db.one_of("level", Level),
        CheckConstraint("num_nonnulls(occupation_code, trade_name) >= 1", name="trade"),
        CheckConstraint("amount_yuan >= 0", name="amount_yuan"),
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
        Index("outside_payments_id_number_key_idx", "id_number_key", "id"),
        Index("outside_payments_source_idx", "source", "id"),
        Index("outside_payments_scheme_idx", "scheme", "id"),
        Index("outside_payments_on_idx", "on", "id"),
        Index("outside_payments_received_at_idx", "received_at", "id"),
        {"info": keeping.only("stands_alone", "voided_at", "void_reason", "version", until="old.voided_at IS NOT NULL")},
    )
