"""Institutions (培训机构), and as dated intervals when one is designated, is blacklisted, or takes no part."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import InstitutionStatus, RatingResult
from services.registry.metadata import Referenced, Row
from shared import db, indexing, keeping, seeking


class Institution(db.Versioned, Referenced, Row):
    """Whether it takes part, is designated or blacklisted, are intervals of their own. `rating`, `rating_year`: its latest (`ratings`), kept by whoever
    rates it. `scale_periods` (规上), `filing_exemptions`, `marks` and `licences` are facts dated `from_on` to `until_on`, both days counted in, null: not known
    since when, or still; those of one kind never share a day."""

    __tablename__ = "institutions"

    name: Mapped[str] = mapped_column(Text)
    uscc: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    region_code: Mapped[str] = mapped_column(Text)
    industry_code: Mapped[str | None] = mapped_column(Text)
    scale_periods: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    filing_exemptions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    licences: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    phone: Mapped[str | None] = mapped_column(Text)
    rating: Mapped[str | None] = mapped_column(Text)
    rating_year: Mapped[int | None]
    bank_account: Mapped[bytes | None] = mapped_column(LargeBinary)
    bank_account_key: Mapped[bytes | None] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    bank_account_masked: Mapped[str | None] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    parts: Mapped[list[str]] = seeking.parts("name", "uscc")

    __table_args__ = (
        UniqueConstraint("uscc", name="institutions_uscc_key"),
        db.one_of("rating", RatingResult),
        CheckConstraint("num_nulls(rating, rating_year) IN (0, 2)", name="rated"),
        Index("institutions_rating_idx", "rating", "id"),
        Index("institutions_scale_periods_idx", "id", postgresql_where=text("scale_periods <> '[]'::jsonb")),
        Index("institutions_marks_idx", "marks", postgresql_using="gin", postgresql_ops={"marks": "jsonb_path_ops"}),
        Index("institutions_industry_code_idx", "industry_code", "id"),
        Index("institutions_bank_account_key_idx", "bank_account_key"),
        Index("institutions_parts_idx", "parts", postgresql_using="gin"),
        Index("institutions_name_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("institutions_kind_idx", "kind", "id"),
        Index("institutions_region_code_idx", "region_code", "id"),
        Index(
            "institutions_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
        ),
        Index("institutions_uscc_idx", "uscc", postgresql_using="gin", postgresql_ops={"uscc": "gin_trgm_ops"}),
        Index("institutions_registered_at_idx", "registered_at", "id"),
        Index("institutions_by_name_idx", "name", "id"),
    )


class Designation(Row):
    """定点资格, both days counted in. Two of one institution never share a day: it is checked under the lock on the institution's row. `reason`: why it
    begins before it was given."""

    __tablename__ = "designations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str | None] = mapped_column(Text)
    decision_no: Mapped[str | None] = mapped_column(Text)
    tender_no: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("designations_from_on_key", "institution_id", "from_on", unique=True, postgresql_include=["to_on"]),
        CheckConstraint("to_on >= from_on", name="to_on"),
        {"info": keeping.DELETABLE},
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
        {"info": keeping.only("reinstated_on", "reinstated_reason")},
    )


class Absence(Row):
    """暂停 or 退出: it takes no part from `from_on` to its last day `until_on` (None: until it comes back); free again on `reinstated_on`."""

    __tablename__ = "absences"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    kind: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    reinstated_on: Mapped[date | None]

    __table_args__ = (
        db.one_of("kind", (InstitutionStatus.SUSPENDED, InstitutionStatus.EXITED)),
        CheckConstraint("until_on >= from_on", name="until_on"),
        CheckConstraint("reinstated_on >= from_on", name="reinstated_on"),
        Index("absences_institution_id_idx", "institution_id", "from_on"),
        {"info": keeping.only("reinstated_on")},
    )
