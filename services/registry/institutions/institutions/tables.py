"""Institutions (培训机构), their designations and blacklistings as dated intervals, their teachers, ratings and yearly reports."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Numeric, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db


class Institution(db.Versioned, Row):
    """`status` says whether it takes part at all; designation and blacklist are intervals of their own."""

    __tablename__ = "institutions"

    name: Mapped[str] = mapped_column(Text)
    uscc: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    region_code: Mapped[str] = mapped_column(Text)
    above_scale: Mapped[bool]
    phone: Mapped[str | None] = mapped_column(Text)
    bank_account: Mapped[bytes | None] = mapped_column(LargeBinary)
    bank_account_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    bank_account_masked: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="active")
    status_reason: Mapped[str | None] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("uscc", name="institutions_uscc_key"),
        CheckConstraint("status IN ('active', 'suspended', 'exited')", name="status"),
        Index("institutions_name_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("institutions_kind_idx", "kind", "id"),
        Index("institutions_region_code_idx", "region_code", "id"),
    )


class Designation(Row):
    """定点资格, both days counted in. Two of one institution never share a day: it is checked under the lock on the institution's row."""

    __tablename__ = "designations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    from_on: Mapped[date]
    to_on: Mapped[date]

    __table_args__ = (
        UniqueConstraint("institution_id", "from_on", name="designations_from_on_key"),
        CheckConstraint("to_on >= from_on", name="to_on"),
    )


class Blacklisting(Row):
    """列入黑名单: to the last day `until_on`, or until repaired; free again on `reinstated_on`."""

    __tablename__ = "blacklistings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    decision_no: Mapped[str | None] = mapped_column(Text)
    hearing_on: Mapped[date | None]
    reinstated_on: Mapped[date | None]
    reinstated_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="until_on"),
        CheckConstraint("reinstated_on >= from_on", name="reinstated_on"),
        Index("blacklistings_institution_id_idx", "institution_id", "from_on"),
    )


class Teacher(db.Versioned, Row):
    """A teacher's service at one institution; the person is recognised everywhere by `id_number_key`, the same digest as a trainee's."""

    __tablename__ = "teachers"

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    name: Mapped[str] = mapped_column(Text)
    id_number: Mapped[bytes] = mapped_column(LargeBinary)
    id_number_key: Mapped[bytes] = mapped_column(LargeBinary)
    id_number_masked: Mapped[str] = mapped_column(Text)
    employment: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    qualification: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("institution_id", "id_number_key", "from_on", name="teachers_from_on_key"),
        Index("teachers_still_there_key", "institution_id", "id_number_key", unique=True, postgresql_where=text("to_on IS NULL")),
        CheckConstraint("employment IN ('full_time', 'part_time')", name="employment"),
        CheckConstraint("to_on >= from_on", name="to_on"),
        Index("teachers_id_number_key_idx", "id_number_key"),
    )


class Rating(Row):
    """The result of an assessment (办学评估), one a year."""

    __tablename__ = "ratings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    year: Mapped[int]
    result: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("institution_id", "year", name="ratings_year_key"),
        CheckConstraint("result IN ('excellent', 'qualified', 'unqualified')", name="result"),
    )


class YearlyReport(Row):
    """What an institution reports of a year. Funds in yuan."""

    __tablename__ = "yearly_reports"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    year: Mapped[int]
    enrolled_students: Mapped[int | None]
    training_funds: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    training_funds_frontline: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    partner_enterprises: Mapped[int | None]
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (UniqueConstraint("institution_id", "year", name="yearly_reports_year_key"),)
