"""Trade filings (工种备案): trades outside the occupational dictionary that the prefecture has on file, by the number that classes name."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db, keeping, seeking


class TradeFiling(db.Versioned, Row):
    """From `from_on` to `until_on`, both days counted in (None: still), and not from `withdrawn_on` on. `beside_occupation_code`: the occupation that the
    trade is another name or a part of; None: it stands beside none. One number stands once among those not withdrawn."""

    __tablename__ = "trade_filings"

    number: Mapped[str] = mapped_column(Text)
    trade_name: Mapped[str] = mapped_column(Text)
    beside_occupation_code: Mapped[str | None] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    document: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    parts: Mapped[list[str]] = seeking.parts("number", "trade_name")

    __table_args__ = (
        Index("trade_filings_number_key", "number", unique=True, postgresql_where=text("withdrawn_on IS NULL")),
        CheckConstraint("until_on >= from_on", name="until_on"),
        CheckConstraint("withdrawn_on >= from_on", name="withdrawn_on"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_whole"),
        Index("trade_filings_by_number_idx", "number", "id"),
        Index("trade_filings_from_on_idx", "from_on", "id"),
        Index("trade_filings_beside_occupation_code_idx", "beside_occupation_code", "id"),
        Index("trade_filings_parts_idx", "parts", postgresql_using="gin"),
        Index("trade_filings_number_part_idx", "number", postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"}),
        Index("trade_filings_trade_name_idx", "trade_name", postgresql_using="gin", postgresql_ops={"trade_name": "gin_trgm_ops"}),
        {"info": keeping.only("withdrawn_on", "withdrawn_reason", "version", until="old.withdrawn_on IS NOT NULL")},
    )
