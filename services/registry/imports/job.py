"""The registry's imports, and the job that reads them."""

from typing import Final

from services.registry.imports import batch
from services.registry.imports.tables import Import
from shared.sheet_jobs import beside, running
from shared.web import Kernel

IMPORTS: Final = running.Intake(Import, "import", "services.registry.app", batch.read, batch.keep, traced=("kind", "mode"))


async def work(kernel: Kernel) -> None:
    await beside.work(kernel, IMPORTS)
