"""The registry's imports, and the job that reads them."""

from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import SheetKind
from services.registry.imports import batch, keeping
from services.registry.imports.tables import Import
from shared.access import Call
from shared.sheet_jobs import beside, running
from shared.sheets import Reading
from shared.web import Kernel

OF_A_CLASS: Final = (SheetKind.ROSTER, SheetKind.SIGN_IN)


async def _keep(
    session: AsyncSession, call: Call, kernel: Kernel, row: Import, reading: Reading[Any], progress: running.Progress
) -> running.Kept:
    if row.kind in OF_A_CLASS:
        return await batch.keep(session, call, kernel, row, reading, progress)
    return await keeping.keep_lists(session, call, kernel.vault, row, reading.rows, progress)


IMPORTS: Final = running.Intake(Import, "import", "services.registry.app", batch.read, _keep, traced=("kind", "mode"))


async def work(kernel: Kernel) -> None:
    await beside.work(kernel, IMPORTS)
