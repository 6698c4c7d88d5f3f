"""The imports of certificates and results, and the job that reads them."""

from typing import Final

from services.evaluation.imports import batch
from services.evaluation.imports.tables import CertificateImport
from shared.sheet_jobs import beside, running
from shared.web import Kernel

IMPORTS: Final = running.Intake(
    CertificateImport, "certificate_import", "services.evaluation.app", batch.read, batch.keep, traced=("kind", "mode")
)


async def work(kernel: Kernel) -> None:
    await beside.work(kernel, IMPORTS)
