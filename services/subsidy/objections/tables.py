"""Objections (异议) raised against public notices."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import ObjectionStatus
from services.subsidy.metadata import Row
from shared import db, keeping


class Objection(db.Versioned, Row):
    """Who objects may stay unnamed; name and contact are encrypted. Raised in time it stands against approval; accepted it stops the clock as well."""

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
    in_time: Mapped[bool] = mapped_column(comment="before the notice was over")
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_on: Mapped[date | None] = mapped_column(comment="to be dismissed or upheld by then")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        db.one_of("status", ObjectionStatus),
        CheckConstraint("status <> 'accepted' OR (accepted_at IS NOT NULL AND due_on IS NOT NULL)", name="accepted"),
        Index("objections_notice_id_idx", "notice_id", "id"),
        Index("objections_claim_id_idx", "claim_id", "id"),
        Index("objections_status_idx", "status", "id"),
        Index("objections_received_at_idx", "received_at", "id"),
        Index("objections_due_on_idx", "due_on", "id"),
        {
            "info": keeping.only(
                "status", "accepted_at", "due_on", "decided_at", "decision_reason", "version", until="old.status IN ('dismissed', 'upheld')"
            )
        },
    )
