"""Public notices (公示) of claims."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.metadata import Row
from shared import county, db, keeping


class Notice(db.Versioned, Row):
    """What is shown, and in `earlier` what was shown before. `stopped_on`: since when an accepted objection holds the clock. A closed notice is no longer
    public."""

    __tablename__ = "notices"

    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of posting; part of the number")
    number: Mapped[str] = mapped_column(Text, db.paper_number(county.here().series("GS")))
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    scheme: Mapped[str] = mapped_column(Text)
    institution: Mapped[str | None] = mapped_column(Text, comment="name")
    class_name: Mapped[str | None] = mapped_column(Text)
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="masked name, amount, result, added_on")
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb"), comment="amount, lines, until_on and the day on which that was replaced"
    )
    open_objections: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="raised in time and not dismissed")
    posted_on: Mapped[date]
    from_on: Mapped[date]
    until_on: Mapped[date]
    stopped_on: Mapped[date | None]
    concluded_on: Mapped[date | None] = mapped_column(comment="the claim was approved on it")
    closed_on: Mapped[date | None] = mapped_column(comment="the claim left the notice without approval")

    __table_args__ = (
        UniqueConstraint("number", name="notices_number_key"),
        CheckConstraint("posted_on < from_on AND from_on <= until_on", name="days"),
        CheckConstraint("open_objections >= 0", name="open_objections"),
        CheckConstraint("num_nonnulls(concluded_on, closed_on) < 2", name="one_end"),
        Index("notices_claim_id_key", "claim_id", unique=True, postgresql_where=text("closed_on IS NULL")),
        Index("notices_until_on_idx", "until_on", "id"),
        Index("notices_posted_on_idx", "posted_on", "id"),
        Index("notices_days_idx", text("daterange(posted_on, until_on, '[]'::text)"), postgresql_using="gist"),
        Index("notices_stopped_idx", "id", postgresql_where=text("stopped_on IS NOT NULL")),
        {
            "info": keeping.only(
                "amount_yuan", "lines", "earlier", "until_on", "stopped_on", "open_objections", "concluded_on", "closed_on", "version"
            )
        },
    )
