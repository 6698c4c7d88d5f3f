"""Complaints (投诉) of the public about a class, a certificate or a notice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import ComplaintStatus, ComplaintSubject
from services.registry.metadata import Row
from shared import county, db, indexing, keeping


class Complaint(db.Versioned, Row):
    """Who complains may stay unnamed; name and contact are encrypted. `code_key`: the keyed digest of what the complainant asks with. `class_id`: the class
    that it is about, that its certificate came from or that its notice's claim is for; what other services keep is named as it was told. From `held_at` to `released_at` an officer holds the class's
    claims for it."""

    __tablename__ = "complaints"

    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of receipt; part of the number")
    number: Mapped[str] = mapped_column(Text, db.paper_number(county.here().series("TS")))
    code_key: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, comment="its id or number, as told")
    issuer: Mapped[str | None] = mapped_column(Text, comment="as printed on a certificate")
    certificate_id: Mapped[UUID | None] = mapped_column(comment="the certificate that was registered under this number; null: none was")
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id"))
    text: Mapped[str] = mapped_column(Text)
    name: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_masked: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_masked: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str | None] = mapped_column(Text)
    held_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    held_reason: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        db.one_of("subject_kind", ComplaintSubject),
        db.one_of("status", ComplaintStatus),
        CheckConstraint("subject_kind <> 'class' OR class_id IS NOT NULL", name="of_class"),
        CheckConstraint("subject_kind = 'certificate' OR num_nonnulls(issuer, certificate_id) = 0", name="of_certificate"),
        CheckConstraint("(status IN ('answered', 'dismissed', 'upheld')) = (answered_at IS NOT NULL)", name="answered"),
        CheckConstraint("num_nulls(answered_at, answer) IN (0, 2)", name="answer"),
        CheckConstraint("num_nulls(held_at, held_reason) IN (0, 2) AND (held_at IS NULL OR class_id IS NOT NULL)", name="held"),
        CheckConstraint("released_at IS NULL OR held_at IS NOT NULL", name="released"),
        Index("complaints_number_key", "number", unique=True),
        Index("complaints_status_idx", "status", "id"),
        Index("complaints_class_id_idx", "class_id", "id"),
        Index("complaints_subject_kind_idx", "subject_kind", "id"),
        Index("complaints_received_at_idx", "received_at", "id"),
        {"info": keeping.only("status", "accepted_at", "answered_at", "answer", "held_at", "held_reason", "released_at", "version")},
    )
