"""What social insurance offices say of people: insured by whom, in which month."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.eastwest.metadata import Row
from shared import db, keeping


class InsuranceRecord(Row):
    """`month`: its first day. `placement_id`: the placement that it proves, whose employer it names; null: none does."""

    __tablename__ = "insurance_records"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    source: Mapped[str] = mapped_column(Text, comment="the insurance office")
    external_ref: Mapped[str] = mapped_column(Text)
    trainee_id: Mapped[UUID]
    month: Mapped[date]
    employer_name: Mapped[str] = mapped_column(Text)
    employer_uscc: Mapped[str | None] = mapped_column(Text)
    paid_on: Mapped[date | None]
    placement_id: Mapped[UUID | None] = mapped_column(ForeignKey("placements.id"))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    posted_by: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("source", "external_ref", name="insurance_records_external_ref_key"),
        CheckConstraint("date_trunc('month', month) = month", name="month"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided"),
        Index("insurance_records_trainee_id_idx", "trainee_id", "id"),
        Index("insurance_records_month_idx", "month", "id"),
        Index("insurance_records_received_at_idx", "received_at", "id"),
        Index("insurance_records_source_idx", "source", "id"),
        Index("insurance_records_placement_id_idx", "placement_id", "id"),
        {"info": keeping.only("placement_id", "voided_at", "void_reason", until="old.voided_at IS NOT NULL")},
    )
