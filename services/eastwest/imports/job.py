"""The imports of the partner office's sheet, and the job that reads them."""

from typing import Final

from services.eastwest.imports import batch
from services.eastwest.imports.tables import PlacementImport
from shared.sheet_jobs import beside, running
from shared.web import Kernel

IMPORTS: Final = running.Intake(PlacementImport, "placement_import", "services.eastwest.app", batch.read, batch.keep)


async def work(kernel: Kernel) -> None:
    await beside.work(kernel, IMPORTS)
