"""Placements (输送就业), the facts reported about them, and how many each office has reported."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.eastwest.codes import EvidenceGrade, UpdateKind
from services.eastwest.metadata import Row
from shared import db, keeping, tallies

PLACED = (  # what is named anew, and what follows from the facts reported; on which order who is never changes
    "class_id",
    "institution_id",
    "certificate_id",
    "employer",
    "started_on",
    "left_on",
    "employer_now",
    "retained_on",
    "proof_wanted_on",
    "proof_due_on",
    "last_fact_on",
    "weakest_grade",
    "proved_on",
    "external_refs",
    "version",
)


class Placement(db.Versioned, Row):
    """One person on one order. `institution_id` held the class that trained them; `employer` is what was arranged (null: the order's); `started_on`, `left_on`, `employer_now` follow from the facts
    and are kept for lists and filters. `retained_on` is the day on which three months were found to be met; the first month that is not proved ends on
    `proof_due_on`, and its proof is wanting from `proof_wanted_on` on. From `last_fact_on` on, the latest day of a fact, these columns say all that the
    facts prove (`conditions.proved`). `weakest_grade` is that of all proof of the stay; null: there is none, an earlier stay was met, or nothing was reported
    since it is kept. `proved_on`: where all that is told is of one unbroken stay, on which day each month came to be proved: then the columns say what is
    proved on any day; empty: they do not; null: nobody has asked yet (`placements.job`)."""

    __tablename__ = "placements"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    trainee_id: Mapped[UUID]
    partner: Mapped[str | None] = mapped_column(Text)
    class_id: Mapped[UUID | None]
    institution_id: Mapped[UUID | None]
    certificate_id: Mapped[UUID | None]
    employer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    started_on: Mapped[date | None]
    left_on: Mapped[date | None]
    employer_now: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    retained_on: Mapped[date | None]
    proof_wanted_on: Mapped[date | None]
    proof_due_on: Mapped[date | None]
    last_fact_on: Mapped[date | None]
    weakest_grade: Mapped[str | None] = mapped_column(Text)
    proved_on: Mapped[list[date | None] | None] = mapped_column(ARRAY(Date))
    external_refs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("order_id", "trainee_id", name="placements_trainee_key"),
        CheckConstraint("left_on >= started_on", name="left_on"),
        db.one_of("weakest_grade", EvidenceGrade),
        Index("placements_trainee_id_idx", "trainee_id", "id"),
        Index("placements_partner_idx", "partner", "id"),
        Index("placements_class_id_idx", "class_id", "id"),
        Index("placements_institution_id_idx", "institution_id", "id"),
        Index("placements_schools_unknown_idx", "id", postgresql_where=text("institution_id IS NULL AND class_id IS NOT NULL")),
        Index("placements_started_on_idx", "started_on", "id"),
        Index("placements_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("placements_last_fact_on_idx", "last_fact_on", "id"),
        Index("placements_entered_at_idx", "entered_at", "id"),
        Index(
            "placements_proof_due_idx",
            "proof_due_on",
            "id",
            postgresql_include=["proof_wanted_on", "started_on", "left_on", "partner"],
            postgresql_where=text("retained_on IS NULL AND proof_due_on IS NOT NULL"),
        ),
        Index("placements_arranged_idx", "entered_at", "id", postgresql_where=text("started_on IS NULL")),
        {"info": keeping.only(*PLACED)},
    )


tallies.tally(Placement, "partner")


class Update(Row):
    """A fact (在岗情况). Never changed: a correction is another fact, and so is taking one back. `office` is whose reference it is; `sequence` counts each office's facts
    without gaps; `digest` is over the content."""

    __tablename__ = "placement_updates"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placements.id"))
    office: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger)
    external_ref: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date]
    employer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    evidence: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    corrects: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    posted_by: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("office", "external_ref", name="placement_updates_external_ref_key"),
        UniqueConstraint("office", "sequence", name="placement_updates_sequence_key"),
        db.one_of("kind", UpdateKind),
        CheckConstraint("(kind IN ('corrected', 'cancelled')) = (corrects IS NOT NULL)", name="corrects"),
        Index("placement_updates_placement_id_idx", "placement_id", "id"),
        {"info": keeping.APPEND_ONLY},
    )


class Office(Row):
    """How many facts an office has reported. Its row is locked while facts are taken in, so sequences have no gaps and references no races."""

    __tablename__ = "placement_offices"

    office: Mapped[str] = mapped_column(Text, primary_key=True)
    last_sequence: Mapped[int] = mapped_column(BigInteger)
