"""What came of judging claims anew when facts had changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import Reassessed
from services.subsidy.metadata import Row
from shared import db, keeping


class Reassessment(Row):
    """One time that new facts made a difference to a claim. What made none is not kept."""

    __tablename__ = "reassessments"
    __table_args__ = (
        db.one_of("outcome", Reassessed),
        Index("reassessments_claim_id_idx", "claim_id", "id"),
        {"info": keeping.APPEND_ONLY},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    causes: Mapped[list[dict[str, str]]] = mapped_column(JSONB, comment="type and id of the events")
    terms_hash: Mapped[str] = mapped_column(Text)
    facts_hash_before: Mapped[str] = mapped_column(Text)
    facts_hash: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="whom it is about: codes, what was seen, yuan before and now")
