"""Inspections of classes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import HalfDay, InspectionStatus
from services.registry.metadata import Row
from shared import db, keeping


class Inspection(db.Versioned, Row):
    """What an officer found on a visit to the class (开班检查), and what became of it. `half_day` None: the time of day was not noted. `findings`: of each item
    that was looked at whether it is met; one that is not is to be put right by `due_on`. `inspected_by_person`: None of one older than the column."""

    __tablename__ = "class_inspections"

    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    on: Mapped[date]
    half_day: Mapped[str | None] = mapped_column(Text)
    headcount: Mapped[int]
    found: Mapped[str | None] = mapped_column(Text)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    due_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(Text, server_default=InspectionStatus.CLOSED)
    reply: Mapped[str | None] = mapped_column(Text)
    replied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    returned_reason: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by_name: Mapped[str | None] = mapped_column(Text)
    closed_comment: Mapped[str | None] = mapped_column(Text)
    inspected_by: Mapped[str] = mapped_column(Text)
    inspected_by_name: Mapped[str | None] = mapped_column(Text)
    inspected_by_person: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("headcount >= 0", name="headcount"),
        CheckConstraint("status = 'closed' OR due_on IS NOT NULL", name="due_on"),
        CheckConstraint("num_nulls(reply, replied_at) IN (0, 2) AND (status <> 'answered' OR reply IS NOT NULL)", name="replied"),
        db.one_of("half_day", HalfDay),
        db.one_of("status", InspectionStatus),
        Index("class_inspections_class_id_idx", "class_id", "id"),
        Index("class_inspections_status_idx", "status", "id"),
        Index("class_inspections_on_idx", "on", "id"),
        Index("class_inspections_recorded_at_idx", "recorded_at", "id"),
        Index("class_inspections_due_on_idx", "due_on", "id"),
        {
            "info": keeping.only(
                "status",
                "due_on",
                "reply",
                "replied_at",
                "returned_reason",
                "closed_at",
                "closed_by_name",
                "closed_comment",
                "version",
                until="old.status = 'closed'",
            )
        },
    )
