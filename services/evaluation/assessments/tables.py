"""Assessment batches (评价批次), their candidates with results, and the records of supervision."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.codes import AmendmentStatus, AssessmentMethod, AssessmentStatus, SupervisionMode
from services.evaluation.metadata import Row
from shared import county, db, keeping, tallies


class Assessment(db.Versioned, Row):
    """`assessors` are cards of the filing's assessors."""

    __tablename__ = "assessments"

    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of creation; part of the number")
    number: Mapped[str] = mapped_column(Text, db.paper_number(county.here().series("PJ")))
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"))
    institution_id: Mapped[UUID] = mapped_column()
    class_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    occupation_code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date]
    assessors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    modules: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"), comment="each of which is examined")
    proofs: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'"), comment="kind, name, file_id: what stands for an exam"
    )
    reason: Mapped[str | None] = mapped_column(Text, comment="why it was announced after it was held, cancelled or moved")
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'"), comment="code, pointer, detail"
    )
    external_refs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    status: Mapped[str] = mapped_column(Text)
    issued_on: Mapped[date | None]
    sat: Mapped[int | None] = mapped_column(comment="who sat it, absent ones left out; since it was locked")
    passed: Mapped[int | None] = mapped_column(comment="who of them passed")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("number", name="assessments_number_key"),
        db.one_of("method", AssessmentMethod),
        db.one_of("status", AssessmentStatus),
        CheckConstraint("(status = 'issued') = (issued_on IS NOT NULL)", name="issued_on"),
        CheckConstraint("issued_on >= held_on", name="held_on"),
        CheckConstraint("(status IN ('locked', 'issued')) = (sat IS NOT NULL) AND (sat IS NULL) = (passed IS NULL)", name="counted"),
        Index("assessments_institution_id_idx", "institution_id", "id"),
        Index("assessments_filing_id_idx", "filing_id", "id"),
        Index("assessments_status_idx", "status", "id"),
        Index("assessments_class_id_idx", "class_id", "id"),
        Index("assessments_order_id_idx", "order_id", "id"),
        Index("assessments_held_on_idx", "held_on", "id"),
        Index("assessments_issued_on_idx", "institution_id", "issued_on", postgresql_where=text("issued_on IS NOT NULL")),
        Index("assessments_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("assessments_created_at_idx", "created_at", "id"),
        Index("assessments_assessors_idx", "assessors", postgresql_using="gin"),
    )


tallies.tally(Assessment, "status")


class Candidate(Row):
    """A person who sits the exam; `passed` null: no result."""

    __tablename__ = "assessment_candidates"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(primary_key=True)
    score: Mapped[float | None] = mapped_column(Double)
    passed: Mapped[bool | None]
    absent: Mapped[bool] = mapped_column(default=False, server_default=false())
    modules: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'"), comment="name, held_on, score, passed"
    )

    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("passed IS NOT NULL OR score IS NULL", name="passed"),
        CheckConstraint("NOT absent OR (NOT passed AND score IS NULL)", name="absent"),
        Index("assessment_candidates_trainee_id_idx", "trainee_id", "assessment_id"),
        {"info": keeping.only("score", "passed", "absent", "modules")},
    )


CANDIDATES = Candidate.metadata.tables[Candidate.__tablename__]  # for rows set down many at once


class Amendment(Row):
    """Another result of a batch that is locked: proposed by one person, in force once a second one approves it. Anybody may reject it, also who proposed it."""

    __tablename__ = "assessment_amendments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"))
    trainee_id: Mapped[UUID] = mapped_column(comment="as the candidate was announced")
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="score, passed, absent, modules")
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="the result that it is to take the place of")
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(Text, comment="person")
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text, comment="person")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        db.one_of("status", AmendmentStatus),
        CheckConstraint("status = 'rejected' OR decided_by <> proposed_by", name="second_person"),
        CheckConstraint("(status IN ('approved', 'rejected')) = (decided_by IS NOT NULL)", name="decided"),
        Index(
            "assessment_amendments_proposed_key", "assessment_id", "trainee_id", unique=True, postgresql_where=text("status = 'proposed'")
        ),
        Index("assessment_amendments_assessment_id_idx", "assessment_id", "id"),
        {"info": keeping.only("status", "decided_by", "decided_at")},
    )


class Supervision(Row):
    """逢考必督: who supervised the batch, how, and what they report."""

    __tablename__ = "assessment_supervision"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"))
    supervisor: Mapped[str] = mapped_column(Text, comment="card")
    mode: Mapped[str] = mapped_column(Text)
    report: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        db.one_of("mode", SupervisionMode),
        Index("assessment_supervision_assessment_id_idx", "assessment_id", "id"),
        {"info": keeping.APPEND_ONLY},
    )
