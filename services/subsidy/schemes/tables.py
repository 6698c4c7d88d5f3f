"""The terms that two administrators publish: proposed by one, approved by another, never edited afterwards."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import TermsStatus
from services.subsidy.metadata import Row
from shared import db, keeping


class ProposedTerms(db.Versioned, Row):
    """One block of terms for a scheme, as JSON of the keys that the terms files have."""

    __tablename__ = "scheme_terms"
    __table_args__ = (
        db.one_of("status", TermsStatus),
        CheckConstraint("(status = 'published') = (approved_at IS NOT NULL)", name="approved"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        Index("scheme_terms_scheme_idx", "scheme", "id"),
        Index("scheme_terms_published_key", "scheme", "in_force_from", unique=True, postgresql_where=text("status = 'published'")),
        {
            "info": keeping.only(
                "status",
                "approved_by",
                "approved_by_name",
                "approved_by_person_id",
                "approved_at",
                "withdrawn_by",
                "withdrawn_by_name",
                "withdrawn_at",
                "version",
                until="old.status IN ('published', 'withdrawn')",
            )
        },
    )

    scheme: Mapped[str] = mapped_column(Text)
    in_force_from: Mapped[date]
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    hash: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(Text)
    proposed_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    proposed_by_person_id: Mapped[UUID | None]
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    approved_by_person_id: Mapped[UUID | None]
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
