"""Imports of the Foshan office's monthly sheet (表格导入): the upload, encrypted, and what became of each of its rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.eastwest.metadata import Row
from shared import db


class PlacementImport(db.Versioned, Row):
    """A job. `leased_until` (the database's clock) says until when a running one belongs to the process that took it; `attempts` counts who took it,
    so that a process that lost its lease can no longer finish. `caller` is on whose behalf the rows are kept, `office` whose sheet it is."""

    __tablename__ = "placement_imports"

    office: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    reported_on: Mapped[date]
    filename: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    caller: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(Text, default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    header_rows: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("mode IN ('validate', 'commit')", name="mode"),
        CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name="status"),
        Index("placement_imports_waiting_idx", "id", postgresql_where=text("status IN ('queued', 'running')")),
        Index("placement_imports_office_idx", "office", "id"),
    )
