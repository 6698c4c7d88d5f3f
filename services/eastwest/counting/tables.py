"""What each stay in the partner city brings to the boards of plans, kept and added up by month; and the people to whom something has happened since."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Computed, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.eastwest.metadata import Row
from shared import db, keeping, tallies


def _month_of(day: str) -> Any:
    """Its first day."""
    return mapped_column(Computed(f"date_trunc('month', {day}::timestamp)::date", persisted=True))


class PlacementFigures(Row):
    """A placement whose three months were `met`, on `counts_on`, or that is under way to it, of people trained to an order the one whose months are over
    first, on `counts_on`. `trained`: an order class was completed before it began. On the days before, the last ones, the same person had met them already, and
    had so after an order class: whoever counts in days that begin later is counted once."""

    __tablename__ = "placement_figures"

    placement_id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID]
    class_id: Mapped[UUID | None]
    region_code: Mapped[str | None] = mapped_column(Text)
    met: Mapped[bool]
    trained: Mapped[bool]
    counts_on: Mapped[date]
    met_before_on: Mapped[date | None]
    trained_before_on: Mapped[date | None]
    month: Mapped[date] = _month_of("counts_on")
    met_before: Mapped[date | None] = _month_of("met_before_on")
    trained_before: Mapped[date | None] = _month_of("trained_before_on")

    __table_args__ = (
        Index("placement_figures_counts_on_idx", "counts_on", postgresql_include=["trainee_id", "placement_id", "met", "trained"]),
        Index("placement_figures_trainee_id_idx", "trainee_id"),
        {"info": keeping.DELETABLE},
    )


class DueRecount(Row):
    """Somebody to whose placements something was written since they were counted, in the transaction that wrote it: triggers of all tables that they are
    counted from put them here. Until they are counted again, whoever asks counts them afresh."""

    __tablename__ = "due_recounts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    trainee_id: Mapped[UUID]

    __table_args__ = ({"info": keeping.DELETABLE},)


tallies.tally(PlacementFigures, "region_code", "met", "trained", "month", "met_before", "trained_before")
KEPT: Final = db.table(PlacementFigures)
SUMS: Final = KEPT.info["tallies"][0].table
TOLD: Final = tuple(column for column in KEPT.c if column.computed is None)
