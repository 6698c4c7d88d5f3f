"""What a block of terms would change for past claims, as a job works it out."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.metadata import Row
from shared import db, keeping


class WhatIf(db.Versioned, Row):
    """One question, and its answer: sums, and the classes that change most. `attempts` counts who took it, so that a process that lost its lease can no
    longer finish."""

    __tablename__ = "what_ifs"
    __table_args__ = (
        db.one_of("status", ("queued", "running", "done", "failed")),
        CheckConstraint("from_on <= to_on", name="days"),
        Index("what_ifs_scheme_idx", "scheme", "id"),
        Index("what_ifs_status_idx", "scheme", "status", "id"),
        Index("what_ifs_asked_by_idx", "scheme", "asked_by", "id"),
        Index("what_ifs_asked_at_idx", "scheme", "asked_at", "id"),
        Index("what_ifs_from_on_idx", "scheme", "from_on", "id"),
        Index("what_ifs_waiting_idx", "id", postgresql_where=text("status IN ('queued', 'running')")),
        {
            "info": keeping.only(
                "status",
                "attempts",
                "leased_until",
                "claims_done",
                "claims_total",
                "result",
                "finished_at",
                "version",
                until="old.status IN ('done', 'failed')",
            )
        },
    )

    scheme: Mapped[str] = mapped_column(Text)
    block: Mapped[dict[str, Any]] = mapped_column(JSONB)
    from_on: Mapped[date]
    to_on: Mapped[date]
    status: Mapped[str] = mapped_column(Text, default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="by the database's clock")
    claims_done: Mapped[int] = mapped_column(default=0)
    claims_total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
