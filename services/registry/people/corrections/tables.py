"""Corrections (更正申请) that were asked for, and what became of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import CorrectionStatus
from services.registry.metadata import Row
from shared import db, keeping

DECIDED = ("status", "decided_by", "decided_at", "decision_reason", "version")


class TraineeCorrection(db.Versioned, Row):
    """A change of one field that someone asked for, and what the officer decided. `proposed` is encrypted: it may be a number; categories stand as JSON. It
    goes with what is erased of the person. `attachments`: what the person signed, where it is asked `on_behalf` of them; whoever else sees the person does
    not read it."""

    __tablename__ = "trainee_corrections"

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    field: Mapped[str] = mapped_column(Text)
    proposed: Mapped[bytes] = mapped_column(LargeBinary)
    proposed_masked: Mapped[str] = mapped_column(Text)
    seen: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB, comment="the categories as they were when these were proposed")
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="open")
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_person: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    on_behalf: Mapped[bool] = mapped_column(server_default=false())
    attachments: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        db.one_of("status", CorrectionStatus),
        Index("trainee_corrections_trainee_id_idx", "trainee_id", "id"),
        Index("trainee_corrections_open_idx", "id", postgresql_where=text("status = 'open'")),
        {"info": {"rows": keeping.Rows(DECIDED, deleted=True, settled=("old.status <> 'open'", DECIDED))}},
    )
