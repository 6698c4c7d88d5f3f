"""What other services told: certificates people hold, and the places they were sent to. The services that told remain the source."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import keeping


class KnownCertificate(Row):
    """A certificate by the id it has in evaluation. `trainee_id` is the person as merged, `told_of` the id it was told of."""

    __tablename__ = "known_certificates"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID]
    told_of: Mapped[UUID]
    class_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text)
    occupation_code: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    issued_on: Mapped[date]
    revoked_on: Mapped[date | None]

    __table_args__ = (
        Index("known_certificates_trainee_id_idx", "trainee_id"),
        Index("known_certificates_told_of_idx", "told_of"),
        {"info": keeping.DELETABLE},
    )


class KnownPlacement(Row):
    """A placement by the id it has in eastwest, as its facts now stand: `left_on` null, still at work. `trainee_id` is the person as merged, `told_of` the
    id it was told of."""

    __tablename__ = "known_placements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID]
    told_of: Mapped[UUID]
    class_id: Mapped[UUID | None]
    order_id: Mapped[UUID]
    order_number: Mapped[str] = mapped_column(Text)
    started_on: Mapped[date | None]
    left_on: Mapped[date | None]
    weakest_grade: Mapped[str | None] = mapped_column(Text)
    learnt_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("left_on >= started_on", name="left_on"),
        Index("known_placements_trainee_id_idx", "trainee_id"),
        Index("known_placements_told_of_idx", "told_of"),
        {"info": keeping.DELETABLE},
    )
