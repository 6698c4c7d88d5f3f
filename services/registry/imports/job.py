"""The registry's imports, and the job that reads them."""

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import SheetKind
from services.registry.imports import batch, keeping
from services.registry.imports.tables import Import
from shared.access import Call
from shared.sheet_jobs import beside, running
from shared.sheets import Reading
from shared.web import Kernel

OF_A_CLASS: Final = (SheetKind.ROSTER, SheetKind.SIGN_IN)
# After each part of a sheet: where the planner takes the people for none (a sheet was only tried, and its rows were cleared away), whoever is asked for by id
# would be sought along some other index, through all people each time. Then they are counted; else this is one look at the catalogue.
TAKE_STOCK: Final = text("SELECT take_stock_of_trainees()")


async def _keep(
    session: AsyncSession, call: Call, kernel: Kernel, row: Import, reading: Reading[Any], progress: running.Progress
) -> running.Kept:
    async def told(done: int) -> None:
        await session.execute(TAKE_STOCK)
        await progress(done)

    if row.kind in OF_A_CLASS:
        return await batch.keep(session, call, kernel, row, reading, told)
    return await keeping.keep_lists(session, call, kernel.vault, row, reading.rows, told)


IMPORTS: Final = running.Intake(Import, "import", "services.registry.app", batch.read, _keep, traced=("kind", "mode"))


async def work(kernel: Kernel) -> None:
    await beside.work(kernel, IMPORTS)
