"""Public notices (公示) of claims, and the objections (异议) raised against them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
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

from services.subsidy.metadata import Row
from shared import db


class Notice(db.Versioned, Row):
    """What was shown, as it was shown. `stopped_on`: since when an accepted objection holds the clock. A closed notice is no longer public."""

    __tablename__ = "notices"

    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of posting; part of the number")
    number: Mapped[str] = mapped_column(Text, db.paper_number("KL-GS"))
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    scheme: Mapped[str] = mapped_column(Text)
    institution: Mapped[str | None] = mapped_column(Text, comment="name")
    class_name: Mapped[str | None] = mapped_column(Text)
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="masked name, amount, result")
    posted_on: Mapped[date]
    from_on: Mapped[date]
    until_on: Mapped[date]
    stopped_on: Mapped[date | None]
    concluded_on: Mapped[date | None] = mapped_column(comment="the claim was approved on it")
    closed_on: Mapped[date | None] = mapped_column(comment="the claim left the notice without approval")

    __table_args__ = (
        UniqueConstraint("number", name="notices_number_key"),
        CheckConstraint("posted_on < from_on AND from_on <= until_on", name="days"),
        CheckConstraint("num_nonnulls(concluded_on, closed_on) < 2", name="one_end"),
        Index("notices_claim_id_key", "claim_id", unique=True, postgresql_where=text("closed_on IS NULL")),
        Index("notices_until_on_idx", "until_on", "id"),
    )


class Objection(db.Versioned, Row):
    """Who objects may stay unnamed; name and contact are encrypted. It counts from acceptance on."""

    __tablename__ = "objections"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"))
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    name: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_masked: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_masked: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_on: Mapped[date | None] = mapped_column(comment="to be dismissed or upheld by then")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("status IN ('received', 'accepted', 'dismissed', 'upheld')", name="status"),
        CheckConstraint("status <> 'accepted' OR (accepted_at IS NOT NULL AND due_on IS NOT NULL)", name="accepted"),
        Index("objections_notice_id_idx", "notice_id", "id"),
        Index("objections_claim_id_idx", "claim_id", "id"),
        Index("objections_status_idx", "status", "id"),
    )
