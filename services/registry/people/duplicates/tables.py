"""Pairs of people who may be one person registered twice, and what an officer found."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import DuplicateVerdict
from services.registry.metadata import Row
from shared import db, keeping


class PossibleDuplicate(Row):
    """`one_id` is the smaller of the two ids. A verdict is remembered: the pair is not proposed again; a later verdict replaces it, the trail keeps both."""

    __tablename__ = "possible_duplicates"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    one_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    grounds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    verdict: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_by_name: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("one_id", "other_id", name="possible_duplicates_pair_key"),
        CheckConstraint("one_id < other_id", name="pair"),
        CheckConstraint("num_nulls(verdict, reason, decided_at, decided_by) IN (0, 4)", name="decided"),
        db.one_of("verdict", DuplicateVerdict),
        Index("possible_duplicates_other_id_idx", "other_id"),
        Index("possible_duplicates_open_idx", "found_at", "id", postgresql_where=text("verdict IS NULL")),
        {"info": keeping.DELETABLE},
    )
