"""Measures (通报、摘牌、停止支持) taken against an institution, a town or a department."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import MeasureKind
from services.registry.metadata import Row
from shared import county, db, keeping


class Measure(db.Versioned, Row):
    """From `from_on` to its last day `until_on` (None: without an end), both counted in, against one body. `terms_ended`: the designations that a removed
    plaque ended, as they had been."""

    __tablename__ = "measures"

    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of the decision; part of the number")
    number: Mapped[str] = mapped_column(Text, db.paper_number(county.here().series("CS")))
    kind: Mapped[str] = mapped_column(Text)
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institutions.id"))
    region_code: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    terms_ended: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by_name: Mapped[str | None] = mapped_column(Text)
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    voided_by_name: Mapped[str | None] = mapped_column(Text)
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        db.one_of("kind", MeasureKind),
        CheckConstraint("num_nonnulls(institution_id, region_code, department) = 1", name="body"),
        CheckConstraint("until_on >= from_on", name="until_on"),
        CheckConstraint("kind <> 'plaque_removed' OR (institution_id IS NOT NULL AND until_on IS NULL)", name="plaque"),
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided"),
        Index(
            "measures_from_on_key",
            "kind",
            text("coalesce(institution_id::text, region_code, department)"),
            "from_on",
            unique=True,
            postgresql_where=text("voided_at IS NULL"),
        ),
        Index("measures_institution_id_idx", "institution_id", "id"),
        Index("measures_region_code_idx", "region_code", "id"),
        Index("measures_department_idx", "department", "id"),
        Index("measures_kind_idx", "kind", "id"),
        Index("measures_from_on_idx", "from_on", "id"),
        {"info": keeping.only("voided_at", "voided_by_name", "void_reason", "version", until="old.voided_at IS NOT NULL")},
    )
