"""What registry told: who was merged into whom, and when whom was on the blacklist. The registry remains the source."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.metadata import Row
from shared import keeping


class MergedTrainee(Row):
    """Whom an id stands for, of people registered twice."""

    __tablename__ = "merged_trainees"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kept_id: Mapped[UUID]

    __table_args__ = (Index("merged_trainees_kept_id_idx", "kept_id"), {"info": keeping.DELETABLE})


class KnownBlacklisting(Row):
    """Days for which an institution is on the blacklist: its money is on hold."""

    __tablename__ = "known_blacklistings"
    __table_args__ = {"info": keeping.DELETABLE}

    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date | None]
