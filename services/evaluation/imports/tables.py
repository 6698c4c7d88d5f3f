"""Imports of certificates and of exam results (表格导入): the upload, encrypted, and what became of each of its rows."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.codes import CertificateSheetKind
from services.evaluation.metadata import Row
from shared import db
from shared.sheet_jobs import tables


class CertificateImport(tables.SheetJob, Row):
    """`owner_institution_id`: whose upload it is, None: an office's; `assessment_id`: the batch of whose candidates all of a sheet of results is."""

    __tablename__ = "certificate_imports"

    kind: Mapped[str] = mapped_column(Text)
    assessment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessments.id"))
    owner_institution_id: Mapped[UUID | None]

    __table_args__ = (
        *tables.rules("certificate_imports"),
        db.one_of("kind", CertificateSheetKind),
        Index("certificate_imports_assessment_id_idx", "assessment_id", "id"),
        Index("certificate_imports_owner_institution_id_idx", "owner_institution_id", "id"),
        Index("certificate_imports_received_at_idx", "received_at", "id"),
    )
