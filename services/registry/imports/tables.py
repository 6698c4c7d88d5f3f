"""Imports (表格导入): the uploaded sheet, encrypted, and what became of each of its rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db


class Import(db.Versioned, Row):
    """A job. `leased_until` (the database's clock) says until when a running one belongs to the process that took it; `attempts` counts who took it,
    so that a process that lost its lease can no longer finish. `caller` is on whose behalf the rows are kept."""

    __tablename__ = "imports"

    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institutions.id"))
    list_status: Mapped[str | None] = mapped_column(Text)
    list_source: Mapped[str | None] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    caller: Mapped[dict[str, Any]] = mapped_column(JSONB)
    owner_institution_id: Mapped[UUID | None]
    owner_region_code: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, int] | None] = mapped_column(JSONB)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    header_rows: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("kind IN ('roster', 'sign_in', 'teachers', 'status_records')", name="kind"),
        CheckConstraint("mode IN ('validate', 'commit')", name="mode"),
        CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name="status"),
        Index("imports_waiting_idx", "id", postgresql_where=text("status IN ('queued', 'running')")),
        Index("imports_class_id_idx", "class_id", "id"),
        Index("imports_owner_institution_id_idx", "owner_institution_id", "id"),
    )
