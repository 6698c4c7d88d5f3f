"""Inspections of classes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import HalfDay
from services.registry.metadata import Row
from shared import db, keeping


class Inspection(Row):
    """What an officer found on a visit to the class (开班检查). `half_day` None: the time of day was not noted."""

    __tablename__ = "class_inspections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    on: Mapped[date]
    half_day: Mapped[str | None] = mapped_column(Text)
    headcount: Mapped[int]
    found: Mapped[str] = mapped_column(Text)
    inspected_by: Mapped[str] = mapped_column(Text)
    inspected_by_name: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("headcount >= 0", name="headcount"),
        db.one_of("half_day", HalfDay),
        Index("class_inspections_class_id_idx", "class_id", "id"),
        {"info": keeping.APPEND_ONLY},
    )
