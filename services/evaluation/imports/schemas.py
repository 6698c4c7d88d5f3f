"""Imports on the wire."""

from typing import Any
from uuid import UUID

from fastapi import UploadFile
from pydantic import ConfigDict, Field

from services.evaluation.codes import CertificateSheetKind
from shared import batches, names, wire
from shared.sheet_jobs import schemas


class CertificateImportIn(wire.In):
    """The form of an upload. `assessment_id`: the batch whose results the sheet holds, where it is one batch's."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    kind: CertificateSheetKind
    file: UploadFile
    mode: batches.Mode = Field(default="commit", description="方式:validate 只检查,不保存")
    assessment_id: UUID | None = Field(default=None, description="成绩表:评价批次编号;不填则按表中批次编号,或考生尚未锁定的批次")


class CertificateImportListed(schemas.Listed):
    kind: CertificateSheetKind
    assessment_id: UUID | None
    assessment_number: names.AssessmentNumber = None


class CertificateImportOut(CertificateImportListed):
    errors: list[schemas.RowError]
    notes: schemas.Notes


def shown(row: Any) -> dict[str, Any]:
    """The row as it is shown in a list."""
    return schemas.shown(row, CertificateImportListed, "/v1/certificate-imports")
