"""Requests for erasure (删除申请), and what came of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import ErasureStatus
from services.registry.metadata import Row
from shared import db, keeping

DECIDED = ("status", "decided_by", "decided_by_name", "decided_at", "decision_reason", "erased", "kept", "holds", "version")


class ErasureRequest(db.Versioned, Row):
    """`trainee_id` is nobody's any more once the person is gone, so it refers to nothing. `proof`: the paper with which somebody asked on their behalf.
    `erased`, `kept`: which members of the person; `holds`: how many papers of each kind count on them."""

    __tablename__ = "erasure_requests"

    trainee_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    on_behalf: Mapped[bool]
    proof: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default=ErasureStatus.OPEN)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_person: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_by_name: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[str | None] = mapped_column(Text)
    erased: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    kept: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    holds: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    __table_args__ = (
        db.one_of("status", ErasureStatus),
        Index("erasure_requests_open_key", "trainee_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("erasure_requests_trainee_id_idx", "trainee_id", "id"),
        Index("erasure_requests_asked_at_idx", "asked_at", "id", postgresql_where=text("status = 'open'")),
        {"info": keeping.only(*DECIDED, until="old.status <> 'open'")},
    )
