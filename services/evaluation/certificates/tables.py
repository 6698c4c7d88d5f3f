"""Certificates: those minted here from an assessment, and those of other issuers registered with proof. And the serials of the numbers minted."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from services.evaluation.codes import CertificateKind
from services.evaluation.metadata import Row
from shared import db, indexing, keeping, seeking, tallies


class Certificate(db.Versioned, Row):
    """`number` is what is shown: an ID number inside it (operating permits have one) is masked. `number_key`, a keyed digest of the whole, is compared.

    A certificate without `assessment_id` is another issuer's. `prints`: each time it was printed, the last one counts; of outside certificates the name
    that is on them. Empty where the name was not kept.
    """

    __tablename__ = "certificates"

    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    number_key: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    trainee_id: Mapped[UUID] = mapped_column()
    holder_id: Mapped[UUID | None] = query_expression()  # whom `trainee_id` means now; read with a single paper
    occupation_code: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    issued_on: Mapped[date]
    issuer: Mapped[str] = mapped_column(Text)
    issuer_institution_id: Mapped[UUID | None]
    filing_id: Mapped[UUID | None] = mapped_column(ForeignKey("filings.id"))
    assessment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessments.id"))
    class_id: Mapped[UUID | None]
    skill_standard_id: Mapped[UUID | None] = mapped_column(comment="what the special skill was examined by")
    skill_standard_name: Mapped[str | None] = mapped_column(Text, comment="as it was called when the certificate was registered")
    school_id: Mapped[UUID | None] = mapped_column(comment="that taught the class")
    employer_id: Mapped[UUID | None] = mapped_column(comment="the holder's, when it was issued or registered")
    exam_held_on: Mapped[date | None]
    proof: Mapped[str | None] = mapped_column(Text)
    external_refs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    prints: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"), comment="name, printed_on, reason")
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str | None] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    parts: Mapped[list[str]] = seeking.parts("number", numbers_alone=True)

    __table_args__ = (
        UniqueConstraint("kind", "number_key", name="certificates_number_key"),
        db.one_of("kind", CertificateKind),
        CheckConstraint("assessment_id IS NULL OR number ~ '^[YS][0-9]{21}$'", name="minted_number"),
        CheckConstraint(
            "num_nulls(assessment_id, filing_id, exam_held_on, issuer_institution_id) IN (0, 4) AND (assessment_id IS NULL) = (proof IS NOT NULL)",
            name="origin",
        ),
        Index(
            "certificates_of_assessment_key", "assessment_id", "trainee_id", unique=True, postgresql_where=text("assessment_id IS NOT NULL")
        ),
        CheckConstraint(
            "num_nulls(skill_standard_id, skill_standard_name) IN (0, 2) AND (skill_standard_id IS NULL OR kind = 'special_skill')",
            name="skill_standard",
        ),
        Index("certificates_skill_standard_id_idx", "skill_standard_id", "id"),
        Index("certificates_trainee_id_idx", "trainee_id", "id"),
        Index("certificates_number_key_idx", "number_key"),
        Index("certificates_issuer_institution_id_idx", "issuer_institution_id", "id"),
        Index("certificates_school_id_idx", "school_id", "id"),
        Index("certificates_employer_id_idx", "employer_id", "id"),
        Index("certificates_filing_id_idx", "filing_id", "id"),
        Index("certificates_class_id_idx", "class_id", "trainee_id"),
        Index("certificates_issuer_issued_on_idx", "issuer", "issued_on"),
        Index("certificates_revoked_idx", "id", postgresql_where=text("revoked_on IS NOT NULL")),
        Index("certificates_issued_on_idx", "issued_on", "id"),
        Index("certificates_registered_at_idx", "registered_at", "id"),
        Index("certificates_parts_idx", "parts", postgresql_using="gin"),
        Index("certificates_number_part_idx", "number", postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"}),
        Index(
            "certificates_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}
        ),
        {"info": keeping.only("external_refs", "prints", "revoked_on", "revoked_reason", "version")},
    )


tallies.tally(Certificate, "kind", "revoked_on")


class CertificateSerial(Row):
    """The last serial handed out to a body in a year at a level. It moves in the transaction that mints, so that no number is left out."""

    __tablename__ = "certificate_serials"

    prefix: Mapped[str] = mapped_column(Text, primary_key=True)
    year_and_level: Mapped[str] = mapped_column(Text, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)

    __table_args__ = (CheckConstraint("last > 0", name="last"),)
