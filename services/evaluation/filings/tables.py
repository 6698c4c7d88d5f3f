"""Filings of assessment bodies (自主评价备案), and whose each certificate number prefix is."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.codes import BodyClass
from services.evaluation.codes import FilingStatus as Status
from services.evaluation.metadata import Row
from shared import county, db, keeping, seeking

COUNTY = county.here()


class Filing(db.Versioned, Row):
    """`granted` holds every decision on an occupation and level with the day it counts from; `suspensions` each stop with its days.

    `expired` is never stored: it follows from `valid_until_on`.
    """

    __tablename__ = "filings"

    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of filing; part of the number")
    number: Mapped[str] = mapped_column(Text, db.paper_number(COUNTY.series("BA")))
    institution_id: Mapped[UUID] = mapped_column()
    institution_name: Mapped[str] = mapped_column(Text, comment="the issuer's name on certificates")
    institution_kind: Mapped[str] = mapped_column(Text)
    body_class: Mapped[str] = mapped_column(Text, comment="the first character of its certificate numbers")
    scope: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="occupation_code, levels")
    staff: Mapped[dict[str, list[dict[str, Any]]]] = mapped_column(JSONB, comment="managers, assessors, supervisors")
    staff_history: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'"), comment="until_on, staff: the teams of earlier days"
    )
    materials: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    number_prefix: Mapped[str | None] = mapped_column(Text)
    external_refs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    status: Mapped[str] = mapped_column(Text)
    status_reason: Mapped[str | None] = mapped_column(Text)
    valid_from_on: Mapped[date | None]
    valid_until_on: Mapped[date | None]
    renewal_asked_on: Mapped[date | None] = mapped_column(comment="on which day the body asked for a later last day")
    looked_into_on: Mapped[date | None] = mapped_column(
        comment="on which day a reviewer last looked into what its body's work is flagged for"
    )
    granted: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    suspensions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    revoked_on: Mapped[date | None]
    submitted_by: Mapped[str | None] = mapped_column(Text, comment="person")
    checked_by: Mapped[str | None] = mapped_column(Text, comment="person")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    parts: Mapped[list[str]] = seeking.parts(db.paper_number_sql(COUNTY.series("BA")), "institution_name")

    __table_args__ = (
        UniqueConstraint("number", name="filings_number_key"),
        db.one_of("status", (each for each in Status if each is not Status.EXPIRED)),
        db.one_of("body_class", BodyClass),
        CheckConstraint(f"number_prefix ~ '^[YS][0-9]{{4}}{COUNTY.province_digits}[0-9]{{6}}$'", name="number_prefix"),
        CheckConstraint("valid_until_on >= valid_from_on", name="validity"),
        CheckConstraint(
            "status NOT IN ('accepted', 'suspended', 'revoked') OR num_nulls(valid_from_on, valid_until_on, number_prefix) = 0",
            name="accepted",
        ),
        CheckConstraint("(status = 'revoked') = (revoked_on IS NOT NULL)", name="revoked_on"),
        Index(
            "filings_institution_id_idx",
            "institution_id",
            "id",
            postgresql_include=["status", "valid_from_on", "valid_until_on", "revoked_on"],
        ),
        Index("filings_suspended_idx", "id", postgresql_where=text("suspensions <> '[]'::jsonb")),
        Index("filings_status_idx", "status", "id"),
        Index("filings_valid_until_on_idx", "valid_until_on", "valid_from_on"),
        Index("filings_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("filings_created_at_idx", "created_at", "id"),
        Index("filings_changed_at_idx", "changed_at", "id"),
        Index("filings_by_valid_until_on_idx", "valid_until_on", "id"),
        Index("filings_parts_idx", "parts", postgresql_using="gin"),
        Index("filings_number_part_idx", "number", postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"}),
        Index(
            "filings_institution_name_part_idx",
            "institution_name",
            postgresql_using="gin",
            postgresql_ops={"institution_name": "gin_trgm_ops"},
        ),
    )


class NumberPrefix(Row):
    """The first 13 characters of a body's certificate numbers. It stays the body's, through all its filings. `since_on`: from when on all are minted here."""

    __tablename__ = "number_prefixes"

    prefix: Mapped[str] = mapped_column(Text, primary_key=True)
    institution_id: Mapped[UUID] = mapped_column()
    since_on: Mapped[date]

    __table_args__ = (Index("number_prefixes_institution_id_idx", "institution_id"), {"info": keeping.APPEND_ONLY})
