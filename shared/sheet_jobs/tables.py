"""An uploaded sheet in the database: the file, encrypted, and what became of each of its rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared import db


class SheetJob(db.Versioned):
    """A job. `leased_until` (the database's clock) says until when a running one belongs to the process that took it; `attempts` counts who took it,
    so that a process that lost its lease can no longer finish. `caller` is on whose behalf the rows are kept."""

    __tablename__: str

    mode: Mapped[str] = mapped_column(Text)
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
    notes: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    header_rows: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def rules(table: str) -> tuple[CheckConstraint | Index, ...]:
    """What `__table_args__` of such a table hold."""
    return (
        CheckConstraint("mode IN ('validate', 'commit')", name="mode"),
        CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name="status"),
        Index(f"{table}_status_idx", "status", "id"),
        Index(f"{table}_waiting_idx", "id", postgresql_where=text("status IN ('queued', 'running')")),
    )
