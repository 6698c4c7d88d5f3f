"""Enrolments (报名): who is in which class and how it ended; and the work they had or found (就业)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import EmploymentKind, EnrolmentOutcome, EvidenceGrade
from services.registry.metadata import Referenced, Row
from shared import db, keeping, tallies

SAME_WORK = ("enrolment_id", "kind", "employer", "from_on")
WORKED = tuple(f"{kind}_on" for kind in EmploymentKind)


class Enrolment(db.Versioned, Referenced, Row):
    """One person in one class, from `from_on`, None: from its first day. `reason`, `proof`: why an officer enrolled them after its last. A completed one is
    a person-time (人次): it counts on the class's last day, `counted_on`, in the town where the trainee was registered when the class was closed,
    `counted_region_code`. What was attended is counted by whoever takes in attendance. Triggers keep what others say of it: its class's institution and
    town, the town it counts in or else the person's, `region_code`, since when they work in the partner city on the class's order, `placed_on`, and of a completed
    one since when there is work of each kind that begins after the class or goes on after it, `employer_on` and so on."""

    __tablename__ = "enrolments"

    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    outcome: Mapped[str] = mapped_column(Text, default=EnrolmentOutcome.ENROLLED)
    days_attended: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    half_days_attended: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    counted_on: Mapped[date | None]
    counted_region_code: Mapped[str | None] = mapped_column(Text)
    institution_id: Mapped[UUID]
    class_region_code: Mapped[str] = mapped_column(Text)
    region_code: Mapped[str] = mapped_column(Text)
    placed_on: Mapped[date | None]
    employer_on: Mapped[date | None]
    flexible_on: Mapped[date | None]
    self_employed_on: Mapped[date | None]
    farming_on: Mapped[date | None]
    from_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text)
    proof: Mapped[str | None] = mapped_column(Text)
    enrolled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("class_id", "trainee_id", name="enrolments_trainee_key"),
        db.one_of("outcome", EnrolmentOutcome),
        CheckConstraint(
            "(outcome = 'completed') = (counted_on IS NOT NULL) AND (counted_on IS NULL) = (counted_region_code IS NULL)", name="counted"
        ),
        Index("enrolments_trainee_id_idx", "trainee_id", "id"),
        Index(
            "enrolments_counted_region_code_idx",
            *("counted_region_code", "counted_on", "id"),
            postgresql_include=("trainee_id", "class_id", *WORKED),  # a town's worklist reads no more
            postgresql_where=text("counted_on IS NOT NULL"),
        ),
        Index("enrolments_outcome_idx", "outcome", "id"),
        Index("enrolments_institution_id_idx", "institution_id", "id"),
        Index("enrolments_class_region_code_idx", "class_region_code", "id"),
        Index("enrolments_region_code_idx", "region_code", "id"),
        Index("enrolments_placed_on_idx", "placed_on", "id", postgresql_where=text("placed_on IS NOT NULL")),
        Index("enrolments_counted_on_idx", "counted_on", "id"),
        Index("enrolments_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("enrolments_enrolled_at_idx", "enrolled_at", "id"),
        Index("enrolments_proof_idx", "proof", postgresql_where=text("proof IS NOT NULL")),
    )


tallies.tally(Enrolment, "outcome", "institution_id")
tallies.tally(Enrolment, "outcome", "class_region_code", "region_code", named="town")


class Employment(Row):
    """Work a person had or found (就业去向), with the grade of the evidence (A social insurance … E a call). What was told wrongly is voided, and stays;
    `corrects`: the record in whose place this one stands."""

    __tablename__ = "employments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    kind: Mapped[str] = mapped_column(Text)
    employer: Mapped[str | None] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    grade: Mapped[str] = mapped_column(Text)
    proof: Mapped[str | None] = mapped_column(Text)
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("employments.id"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "employments_from_on_key",
            *SAME_WORK,
            unique=True,
            postgresql_where=text("voided_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
        db.one_of("kind", EmploymentKind),
        db.one_of("grade", EvidenceGrade),
        CheckConstraint("until_on >= from_on", name="until_on"),
        Index("employments_enrolment_id_idx", "enrolment_id", "id"),
        Index("employments_proof_idx", "proof", postgresql_where=text("proof IS NOT NULL")),
        {"info": keeping.only("voided_at", "void_reason", until="old.voided_at IS NOT NULL")},
    )
