"""Trainees (学员), the categories they belong to over time, and who has seen them.

Numbers are kept three ways: encrypted and bound to the row, as a keyed digest to find equal ones by, and as the mask that is shown.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, DateTime, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import IdType, RetirementTrack, Sex
from services.registry.metadata import Referenced, Row
from shared import db, indexing, keeping, seeking, tallies

# Who was registered before likeness had keys: filled in by a job of the duplicates.
WITHOUT_LIKENESS = text("number_frame_key IS NULL AND length(id_number_masked) = 18 OR phone_key IS NULL AND phone IS NOT NULL")


class Trainee(db.Versioned, Referenced, Row):
    """`merged_into` names the trainee that a twice registered person goes on as, in one step. A number is one person's: that of a merged one leads to
    whom they go on as, until that one is given it (`holds_number` false). `trained`: whether they ever completed a class, under whichever id; triggers of
    enrolments and merges keep it. `earlier_names`: one a line, the latest first; `known_as`: what a person is looked for by. `employments`: for whom they
    worked when, both days counted in, null: not known since when, or still; `employer_id` is the employer of the latest that goes on. `history_key`: what
    the values of the person's history are encrypted under, from the first change on. A person whom nothing counts on may go; whom anything counts on, its
    foreign keys keep."""

    __tablename__ = "trainees"

    name: Mapped[str] = mapped_column(Text)
    earlier_names: Mapped[str] = mapped_column(Text, default="", server_default="")
    known_as: Mapped[str] = mapped_column(Text, Computed("name || chr(10) || earlier_names", persisted=True))
    parts: Mapped[list[str]] = seeking.parts("name", "earlier_names")
    id_type: Mapped[str] = mapped_column(Text)
    id_number: Mapped[bytes] = mapped_column(LargeBinary)
    id_number_key: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    id_number_masked: Mapped[str] = mapped_column(Text)
    sex: Mapped[str] = mapped_column(Text)
    birth_on: Mapped[date]
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_masked: Mapped[str | None] = mapped_column(Text)
    phone_key: Mapped[bytes | None] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    number_frame_key: Mapped[bytes | None] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    region_code: Mapped[str] = mapped_column(Text)
    village: Mapped[str | None] = mapped_column(Text)
    education: Mapped[str | None] = mapped_column(Text)
    employer_id: Mapped[UUID | None] = mapped_column(ForeignKey("institutions.id"))
    employments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    bank_account: Mapped[bytes | None] = mapped_column(LargeBinary)
    bank_account_key: Mapped[bytes | None] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    bank_account_masked: Mapped[str | None] = mapped_column(Text)
    retirement_track: Mapped[str | None] = mapped_column(Text)
    history_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("trainees.id"))
    holds_number: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    trained: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index("trainees_id_number_key", "id_number_key", unique=True, postgresql_where=text("holds_number")),
        db.one_of("id_type", IdType),
        db.one_of("sex", Sex),
        db.one_of("retirement_track", RetirementTrack),
        CheckConstraint("merged_into <> id", name="merged_into"),
        CheckConstraint("holds_number OR merged_into IS NOT NULL", name="holds_number"),
        Index("trainees_parts_idx", "parts", postgresql_using="gin"),
        Index("trainees_known_as_idx", "known_as", postgresql_using="gin", postgresql_ops={"known_as": "gin_trgm_ops"}),
        Index("trainees_name_birth_idx", "name", "birth_on", "id"),
        Index("trainees_phone_key_idx", "phone_key", "id"),
        Index("trainees_number_frame_key_idx", "number_frame_key", "name", "id"),
        Index("trainees_without_likeness_idx", "id", postgresql_where=WITHOUT_LIKENESS),
        Index("trainees_registered_at_idx", "registered_at", "id"),
        Index("trainees_trained_idx", "trained", "id"),
        Index("trainees_region_code_idx", "region_code", "id"),
        Index("trainees_village_idx", "village", "id"),
        Index("trainees_employer_id_idx", "employer_id"),
        Index("trainees_employments_idx", "employments", postgresql_using="gin", postgresql_ops={"employments": "jsonb_path_ops"}),
        Index("trainees_merged_into_idx", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index("trainees_bank_account_key_idx", "bank_account_key"),
        Index("trainees_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        {"info": keeping.DELETABLE},
    )


tallies.tally(Trainee, "region_code", "trained", counted="merged_into IS NULL")


class TraineeCategory(Row):
    """A category (人员类别) a person had from `since_on` to `until_on`, both days counted in; None: still. `merged_from`: of whom it was stated before they
    were merged into this one, until it is stated anew."""

    __tablename__ = "trainee_categories"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    code: Mapped[str] = mapped_column(Text)
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    proof: Mapped[str | None] = mapped_column(Text)
    merged_from: Mapped[UUID | None] = mapped_column(ForeignKey("trainees.id"))

    __table_args__ = (
        UniqueConstraint("trainee_id", "code", "since_on", name="trainee_categories_since_key"),
        CheckConstraint("until_on >= since_on", name="until_on"),
        Index("trainee_categories_code_idx", "code", "trainee_id"),
        Index("trainee_categories_proof_idx", "proof", postgresql_where=text("proof IS NOT NULL")),
        {"info": keeping.DELETABLE},
    )


class TraineeSighting(Row):
    """An institution that registered a person, presented their full number, or has them in a class: from then on it sees them. `merged_from`: whom it
    saw before they were merged into this one; such a row goes when they are two again."""

    __tablename__ = "trainee_sightings"

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"), primary_key=True)
    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    how: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    merged_from: Mapped[UUID | None] = mapped_column(ForeignKey("trainees.id"))

    __table_args__ = (
        CheckConstraint("how IN ('registered', 'presented', 'enrolled')", name="how"),
        Index("trainee_sightings_institution_id_idx", "institution_id", "trainee_id"),
        {"info": {"rows": keeping.Rows((), deleted=True)}},
    )
