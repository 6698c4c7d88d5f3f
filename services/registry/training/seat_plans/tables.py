"""Seat plans (培训计划分配): how many seats an institution is offered in a year's classes of a channel, and which classes have drawn on them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import Channel
from services.registry.metadata import Row
from shared import db, keeping


class SeatPlan(db.Versioned, Row):
    """`extra`: what an excellent institution is offered beside `seats`. `drawn`: by the classes that are approved, kept by whoever draws or gives back."""

    __tablename__ = "seat_plans"

    year: Mapped[int] = mapped_column(SmallInteger)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    channel: Mapped[str] = mapped_column(Text)
    seats: Mapped[int]
    extra: Mapped[int]
    drawn: Mapped[int] = mapped_column(default=0)
    document: Mapped[str | None] = mapped_column(Text)
    planned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("institution_id", "year", "channel", name="seat_plans_year_key"),
        db.one_of("channel", Channel),
        CheckConstraint("seats >= 0 AND extra >= 0", name="seats"),
        CheckConstraint("drawn BETWEEN 0 AND seats + extra", name="drawn"),
        Index("seat_plans_by_year_idx", "year", "id"),
        {"info": keeping.only("seats", "extra", "drawn", "document", "version")},
    )


class SeatDraw(Row):
    """The seats that a class has of a plan, while it is approved, held or completed."""

    __tablename__ = "seat_draws"

    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"), primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("seat_plans.id"))
    seats: Mapped[int]

    __table_args__ = (
        CheckConstraint("seats > 0", name="seats"),
        Index("seat_draws_plan_id_idx", "plan_id", "class_id"),
        {"info": {"rows": keeping.Rows((), deleted=True)}},
    )
