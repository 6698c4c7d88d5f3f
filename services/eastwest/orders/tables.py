"""Orders (订单): posts that an employer in the partner city wants filled, and the standard of the post."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.eastwest.codes import OrderStatus
from services.eastwest.metadata import Row
from shared import db, seeking


class Order(db.Versioned, Row):
    """`partner` null: entered by an officer for the partner city's office as a whole."""

    __tablename__ = "orders"

    partner: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    employer_name: Mapped[str] = mapped_column(Text)
    employer_uscc: Mapped[str] = mapped_column(Text)
    employer_district_code: Mapped[str] = mapped_column(Text)
    occupation_code: Mapped[str] = mapped_column(Text)
    posts: Mapped[int]
    ordered_on: Mapped[date]
    certificate_kind: Mapped[str] = mapped_column(Text)
    certificate_occupation_code: Mapped[str] = mapped_column(Text)
    certificate_level: Mapped[str | None] = mapped_column(Text)
    standard_set_on: Mapped[date]
    standard_text: Mapped[str | None] = mapped_column(Text)
    wage_from_yuan: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    wage_to_yuan: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    conditions: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="groups of posts by sex and age, lodging, meals, shift, contract_form"
    )
    until_on: Mapped[date | None]
    external_refs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    status: Mapped[str] = mapped_column(Text, default="open")
    close_reason: Mapped[str | None] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    parts: Mapped[list[str]] = seeking.parts("number", "employer_name")

    __table_args__ = (
        UniqueConstraint("partner", "number", name="orders_number_key", postgresql_nulls_not_distinct=True),
        CheckConstraint("posts > 0", name="posts"),
        CheckConstraint("wage_to_yuan >= wage_from_yuan", name="wages"),
        CheckConstraint("until_on >= ordered_on", name="until_on"),
        db.one_of("status", OrderStatus),
        Index("orders_status_idx", "status", "id"),
        Index("orders_employer_uscc_idx", "employer_uscc", "id"),
        Index("orders_ordered_on_idx", "ordered_on", "id"),
        Index("orders_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("orders_number_idx", "number", "id"),
        Index("orders_entered_at_idx", "entered_at", "id"),
        Index("orders_parts_idx", "parts", postgresql_using="gin"),
        Index("orders_number_part_idx", "number", postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"}),
        Index("orders_employer_name_part_idx", "employer_name", postgresql_using="gin", postgresql_ops={"employer_name": "gin_trgm_ops"}),
    )
