"""Merges as they were made: who was merged into whom, and which of them stand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db, keeping


class Merge(Row):
    """`into_id`: whom `trainee_id` was merged into then, who may have been merged further since (`trainees.merged_into` says where it ends). `ended_at`:
    since when they are two again. It goes with a person who is erased."""

    __tablename__ = "merges"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    into_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    merged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("trainee_id <> into_id", name="into_id"),
        Index("merges_standing_key", "trainee_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("merges_into_id_idx", "into_id", postgresql_where=text("ended_at IS NULL")),
        {"info": {"rows": keeping.Rows(("ended_at",), deleted=True, settled=("old.ended_at IS NOT NULL", ("ended_at",)))}},
    )
