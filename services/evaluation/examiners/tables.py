"""The register of examiners (考评员、督导员、经办人员): whose card it is, for what and until when, their trainings, and who is excluded."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.metadata import Row
from shared import db, seeking


class Examiner(db.Versioned, Row):
    """A card as an officer registered it (`verified`), or as a filing named it. A filing may err: of cards not verified several names are kept."""

    __tablename__ = "examiners"

    card: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    trainee_id: Mapped[UUID | None]
    verified: Mapped[bool]
    institution_id: Mapped[UUID | None] = mapped_column(comment="whose filing named the card first")
    teams: Mapped[list[str]] = mapped_column(ARRAY(Text))
    occupations: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="codes; none: not said")
    valid_from_on: Mapped[date | None]
    valid_until_on: Mapped[date | None]
    trainings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="team, name, held_on, hours, certificate")
    exclusions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="from_on, until_on, reason")
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    parts: Mapped[list[str]] = seeking.parts("card", "name")

    __table_args__ = (
        UniqueConstraint("card", "name", name="examiners_card_name_key"),
        CheckConstraint("valid_until_on >= valid_from_on", name="validity"),
        Index("examiners_verified_card_key", "card", unique=True, postgresql_where=text("verified")),
        Index("examiners_institution_id_idx", "institution_id", "id"),
        Index("examiners_valid_until_on_idx", "valid_until_on", "id"),
        Index("examiners_registered_at_idx", "registered_at", "id"),
        Index("examiners_parts_idx", "parts", postgresql_using="gin"),
        Index("examiners_card_part_idx", "card", postgresql_using="gin", postgresql_ops={"card": "gin_trgm_ops"}),
        Index("examiners_name_part_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )
