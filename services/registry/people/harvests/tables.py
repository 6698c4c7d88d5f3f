"""How many numbers each person looked up, and how many they had shown in full, on a day; and when that began to look like a harvest (批量查询)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db, keeping


class Harvest(Row):
    """One person's day, or what of it came after an auditor had acknowledged what was before. `who`: the person, whatever the account; `unknown`: of the
    numbers looked up those that nobody here has. `alarmed_at`: since when it is more than the county takes for ordinary work."""

    __tablename__ = "harvests"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    who: Mapped[str] = mapped_column(Text)
    on: Mapped[date]
    actor: Mapped[str] = mapped_column(Text)
    actor_name: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    institution_id: Mapped[UUID | None]
    looked_up: Mapped[int]
    unknown: Mapped[int]
    revealed: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    alarmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    acknowledged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    acknowledged_by: Mapped[str | None] = mapped_column(Text)
    acknowledged_by_name: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("harvests_day_key", "who", "on", unique=True, postgresql_where=text("acknowledged_at IS NULL")),
        CheckConstraint("unknown <= looked_up", name="unknown"),
        CheckConstraint("num_nulls(acknowledged_at, acknowledged_by, reason) IN (0, 3)", name="acknowledged"),
        Index("harvests_alarmed_idx", "id", postgresql_where=text("alarmed_at IS NOT NULL")),
        Index("harvests_alarmed_at_idx", "alarmed_at", "id", postgresql_where=text("alarmed_at IS NOT NULL")),
        Index("harvests_first_at_idx", "first_at"),
        {"info": keeping.DELETABLE},
    )
