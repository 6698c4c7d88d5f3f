"""Work that was offered to people before, during and after their training (岗位推荐)."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import JobOfferResult, JobOfferStage
from services.registry.metadata import Row
from shared import db, keeping

SETTLED = ("result", "reason", "settled_at", "version")


class JobOffer(db.Versioned, Row):
    """A post offered to who is in a class, and what they said to it. `reason`: why it was accepted or declined. `wage_yuan`: a month."""

    __tablename__ = "job_offers"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    stage: Mapped[str] = mapped_column(Text)
    employer: Mapped[str] = mapped_column(Text)
    occupation_code: Mapped[str | None] = mapped_column(Text)
    wage_yuan: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    offered_on: Mapped[date]
    result: Mapped[str] = mapped_column(Text, default=JobOfferResult.OPEN)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        db.one_of("stage", JobOfferStage),
        db.one_of("result", JobOfferResult),
        CheckConstraint("wage_yuan > 0", name="wage_yuan"),
        CheckConstraint("(result = 'open') = (settled_at IS NULL)", name="settled_at"),
        CheckConstraint("result <> 'declined' OR reason IS NOT NULL", name="reason"),
        Index("job_offers_enrolment_id_idx", "enrolment_id", "id"),
        Index("job_offers_by_offered_on_idx", "enrolment_id", "offered_on", "id"),
        {"info": {"rows": keeping.Rows(SETTLED, settled=("old.result <> 'open'", SETTLED))}},
    )
