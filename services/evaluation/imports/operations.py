"""Taking a sheet in: the upload is kept, encrypted, and a job reads it (`job`); whoever uploaded it asks what became of it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.assessments import reading as assessments
from services.evaluation.assessments import steps
from services.evaluation.assessments.policy import INSTITUTION
from services.evaluation.codes import CertificateSheetKind
from services.evaluation.imports import job, schemas, visibility
from services.evaluation.imports.tables import CertificateImport
from shared import errors, pages
from shared.access import Call
from shared.sheet_jobs import uploads
from shared.sheet_jobs.schemas import ImportStatus
from shared.web import Kernel

# Who may do by a request what the sheet does.
MAY: Final[Mapping[str, frozenset[str]]] = {
    CertificateSheetKind.CERTIFICATES: frozenset({"officer"}),
    CertificateSheetKind.RESULTS: INSTITUTION,
}
WHOSE: Final = {
    CertificateSheetKind.CERTIFICATES: "其他机构发的证书由经办人员登记。",
    CertificateSheetKind.RESULTS: "成绩由评价机构为本机构的评价批次录入。",
}
KEEPERS: Final = frozenset[str]().union(*MAY.values())


async def receive(session: AsyncSession, call: Call, kernel: Kernel, form: schemas.CertificateImportIn) -> schemas.CertificateImportOut:
    """Keeps the upload and queues its reading."""
    if call.actor.role not in MAY[form.kind]:
        raise errors.Forbidden(WHOSE[form.kind])
    if form.assessment_id is not None:
        if form.kind != CertificateSheetKind.RESULTS:
            fix = f"导入 {form.kind} 时没有该字段,请删除。"
            raise errors.Invalid(faults=[errors.Fault("unknown_field", "/assessment_id", fix=fix)])
        await (
            steps.begin(session, call, form.assessment_id, "results")
            if form.mode == "commit"
            else assessments.find(session, call, form.assessment_id)
        )
    content = await uploads.content_of(form.file)
    made = CertificateImport(
        **uploads.queued(call, form.file.filename, form.mode),
        kind=form.kind,
        assessment_id=form.assessment_id,
        owner_institution_id=call.actor.institution_id,
    )
    await uploads.keep(session, call, kernel, job.IMPORTS, made, content, {"kind": form.kind})
    return paper(made)


def listed(
    call: Call, *, kind: list[CertificateSheetKind] | None, status: list[ImportStatus] | None, assessment_id: list[UUID] | None
) -> Select[Any]:
    wanted = uploads.listed(job.IMPORTS).where(visibility.rows(call.actor))
    equal = {CertificateImport.kind: kind, CertificateImport.status: status, CertificateImport.assessment_id: assessment_id}
    return pages.where(wanted, equal)


async def find(session: AsyncSession, call: Call, import_id: UUID) -> CertificateImport:
    return await uploads.find(session, job.IMPORTS, import_id, visibility.rows(call.actor))


def paper(row: CertificateImport) -> schemas.CertificateImportOut:
    return schemas.CertificateImportOut.model_validate({**schemas.shown(row), "errors": row.errors, "notes": row.notes})
