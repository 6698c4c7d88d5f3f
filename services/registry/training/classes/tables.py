"""Training classes (培训班) and their timetable."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import ClassKind, ClassStatus, Delivery, HalfDay
from services.registry.metadata import Referenced, Row
from shared import db, keeping, seeking, tallies

KIND_WHOLE = """CASE kind WHEN 'ordinary' THEN num_nonnulls(order_id, sponsor) = 0 WHEN 'order' THEN num_nonnulls(order_id, sponsor) > 0
ELSE sponsor IS NOT NULL END"""


class TrainingClass(db.Versioned, Referenced, Row):
    """`department` names the lead department that proposed it, if one did. `serial` numbers the classes of all years; gaps are no fault.
    `completed_people`: how many completed it, from the day it was closed. `filed_at`: when it was first submitted, for this first day or an earlier one;
    None, as `approved_at`: not yet, or not known of a class older than the column. `imported`: told of past years, and never claimed for. `posts`: what employers agreed to take its people for. `proposed_by`, `changed_by` (last), `submitted_by`: the persons, none of whom
    approves."""

    __tablename__ = "classes"

    serial: Mapped[int] = mapped_column(BigInteger, Identity())
    number: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    channel: Mapped[str] = mapped_column(Text)
    programmes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    occupation_code: Mapped[str | None] = mapped_column(Text)
    trade_name: Mapped[str | None] = mapped_column(Text)
    trade_filing_no: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    hours: Mapped[int]
    seats: Mapped[int]
    region_code: Mapped[str] = mapped_column(Text)
    zone_code: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default="ordinary")
    sponsor: Mapped[str | None] = mapped_column(Text)
    posts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    delivery: Mapped[str] = mapped_column(Text, server_default="on_site")
    teacher_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    order_id: Mapped[UUID | None]
    fund_source: Mapped[str | None] = mapped_column(Text)
    demonstration: Mapped[bool]
    imported: Mapped[bool] = mapped_column(server_default=text("false"))
    department: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    status_reason: Mapped[str | None] = mapped_column(Text)
    completed_people: Mapped[int | None]
    need_reason: Mapped[str | None] = mapped_column(Text)
    late_reason: Mapped[str | None] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    filed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    proposed_by: Mapped[str | None] = mapped_column(Text)
    changed_by: Mapped[str | None] = mapped_column(Text)
    submitted_by: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    parts: Mapped[list[str]] = seeking.parts("name", "number")

    __table_args__ = (
        UniqueConstraint("number", name="classes_number_key"),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("(status = 'completed') = (completed_people IS NOT NULL)", name="completed_people"),
        CheckConstraint(
            "occupation_code IS NOT NULL OR (trade_name IS NOT NULL AND (trade_filing_no IS NOT NULL OR imported))", name="trade"
        ),
        CheckConstraint("NOT imported OR status IN ('completed', 'cancelled')", name="imported_over"),
        CheckConstraint(KIND_WHOLE, name="kind_whole"),
        db.one_of("kind", ClassKind),
        db.one_of("delivery", Delivery),
        db.one_of("status", ClassStatus),
        Index("classes_institution_id_idx", "institution_id", "id"),
        Index("classes_status_idx", "status", "id"),
        Index("classes_order_id_idx", "order_id", "id"),
        Index("classes_demonstration_idx", "demonstration", "id"),
        Index("classes_imported_idx", "imported", "id"),
        Index("classes_channel_idx", "channel", "id"),
        Index("classes_region_code_idx", "region_code", "id"),
        Index("classes_zone_code_idx", "zone_code", "id"),
        Index("classes_kind_idx", "kind", "id"),
        Index("classes_delivery_idx", "delivery", "id"),
        Index("classes_department_idx", "department", "id"),
        Index("classes_ends_on_idx", "ends_on", "starts_on"),
        Index("classes_starts_on_idx", "starts_on", "id"),
        Index("classes_parts_idx", "parts", postgresql_using="gin"),
        Index("classes_name_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("classes_number_part_idx", "number", postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"}),
        Index("classes_programmes_idx", "programmes", postgresql_using="gin"),
        Index("classes_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("classes_by_ends_on_idx", "ends_on", "id"),
        Index(  # what colleges are asked for of a class that was held: read from the index alone
            "classes_counted_idx",
            "ends_on",
            postgresql_include=["institution_id", "completed_people"],
            postgresql_where=text("status = 'completed'"),
        ),
    )


tallies.tally(TrainingClass, "status", "channel", "region_code")


class ClassSession(Row):
    """One half-day of the timetable (课程表)."""

    __tablename__ = "class_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    on: Mapped[date]
    half_day: Mapped[str] = mapped_column(Text)
    hours: Mapped[int]
    topic: Mapped[str | None] = mapped_column(Text)
    teacher_id: Mapped[UUID | None] = mapped_column(ForeignKey("teachers.id"))
    place: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("class_id", "on", "half_day", name="class_sessions_half_day_key"),
        db.one_of("half_day", HalfDay),
        CheckConstraint("hours > 0", name="hours"),
        Index("class_sessions_teacher_id_idx", "teacher_id", "on"),
        {"info": keeping.DELETABLE},
    )
