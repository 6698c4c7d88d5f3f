"""Funds (资金) and their ledger. Money is in one of three accounts, or still outside; every movement is one posting between two of them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import FundAccount, FundSource
from services.subsidy.metadata import Row
from shared import db, keeping


class Fund(db.Versioned, Row):
    """The columns are the balances of the postings, kept beside them so that a conditional UPDATE can refuse to overspend. A fund is the same where source,
    year and name are, or source, year and the first number that another platform gave it: named once, it is made once."""

    __tablename__ = "funds"

    source: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str | None] = mapped_column(Text)
    total_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    available_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    reserved_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    paid_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    external_refs: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("total_yuan = available_yuan + reserved_yuan + paid_yuan", name="balance"),
        CheckConstraint("available_yuan >= 0", name="available_yuan"),
        CheckConstraint("reserved_yuan >= 0", name="reserved_yuan"),
        CheckConstraint("paid_yuan >= 0", name="paid_yuan"),
        db.one_of("source", FundSource),
        UniqueConstraint("source", "year", "name", name="funds_name_key"),
        Index("funds_reference_key", "source", "year", text("(external_refs -> 0)"), unique=True),
        Index("funds_source_year_idx", "source", "year", "id"),
        Index("funds_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
    )


class Posting(Row):
    """One movement of money (分录). A document brings money into a fund once. A payment leaves the reserve once and comes back to it once, and what a receipt of a recovery says comes in
    once: the unique constraints see to it."""

    __tablename__ = "fund_postings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("funds.id"))
    from_account: Mapped[str] = mapped_column(Text)
    to_account: Mapped[str] = mapped_column(Text)
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    claim_id: Mapped[UUID | None] = mapped_column()
    payment_id: Mapped[UUID | None] = mapped_column()
    recovery_id: Mapped[UUID | None] = mapped_column()
    receipt_id: Mapped[UUID | None] = mapped_column()
    reason: Mapped[str | None] = mapped_column(Text)
    document_no: Mapped[str | None] = mapped_column(Text)
    posted_by: Mapped[str] = mapped_column(Text)
    posted_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("amount_yuan > 0", name="amount_yuan"),
        db.one_of("from_account", FundAccount),
        db.one_of("to_account", [each for each in FundAccount if each is not FundAccount.EXTERNAL]),
        CheckConstraint("from_account <> to_account", name="two_accounts"),
        UniqueConstraint("payment_id", "to_account", name="fund_postings_payment_key"),
        UniqueConstraint("receipt_id", name="fund_postings_receipt_key"),
        CheckConstraint("num_nulls(recovery_id, receipt_id) IN (0, 2)", name="recovered"),
        Index("fund_postings_document_key", "fund_id", "document_no", unique=True, postgresql_where=text("from_account = 'external'")),
        Index("fund_postings_fund_id_idx", "fund_id", "id"),
        Index("fund_postings_claim_id_idx", "claim_id"),
        {"info": keeping.APPEND_ONLY},
    )
