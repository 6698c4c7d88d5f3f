"""Attendance (出勤): the half-days a person signed, and records refused because the person was in another class at the same time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import HalfDay
from services.registry.metadata import Row
from shared import db, keeping

ONE_PLACE = ("trainee_id", "on", "half_day")
STANDS = text("voided_at IS NULL")


class Attendance(Row):
    """A fact: a person was in this class that half-day. A person is in one class at a time. What was told wrongly is voided, and stays; `corrects`: the
    record in whose place this one stands. `minutes` on `platform`: of online attendance alone; `counted`: whether they made a half-day when they were told."""

    __tablename__ = "attendance"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    on: Mapped[date]
    half_day: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int | None]
    platform: Mapped[str | None] = mapped_column(Text)
    counted: Mapped[bool] = mapped_column(server_default=text("true"))
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("attendance.id"))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("attendance_half_day_key", *ONE_PLACE, unique=True, postgresql_where=STANDS),
        CheckConstraint("num_nulls(minutes, platform) = 2 OR (source = 'online' AND num_nulls(minutes, platform) = 0)", name="online"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
        db.one_of("half_day", HalfDay),
        Index("attendance_class_id_idx", "class_id", "trainee_id"),
        Index("attendance_page_idx", "class_id", "id"),
        {"info": keeping.only("voided_at", "void_reason", until="old.voided_at IS NOT NULL")},
    )


class AttendanceConflict(Row):
    """A refused record: `class_id` reported the person for a half-day that `other_class_id` had already. Both classes' claims see it."""

    __tablename__ = "attendance_conflicts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    other_class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    on: Mapped[date]
    half_day: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("class_id", "trainee_id", "on", "half_day", name="attendance_conflicts_half_day_key"),
        db.one_of("half_day", HalfDay),
        Index("attendance_conflicts_other_class_id_idx", "other_class_id", "trainee_id"),
        Index("attendance_conflicts_trainee_id_idx", "trainee_id"),
        {"info": keeping.APPEND_ONLY},
    )
