"""Finds duplicates among those who were registered before likeness had keys: fills the keys in, some people at a time, until nobody is without.

It goes on where it was left, since whom it has filled in it finds no more, and several processes at once take different people.
"""

import asyncio
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from services.registry import fields
from services.registry.people.trainees import facts
from services.registry.people.trainees.tables import WITHOUT_LIKENESS, Trainee
from shared import db, telemetry
from shared.web import Kernel

PEOPLE_A_STEP: Final = 200
PAUSE_SECONDS: Final = 0.1  # others are served meanwhile
AGAIN_SECONDS: Final = 60.0


async def find_among_known(kernel: Kernel) -> None:
    while True:
        try:
            filled = await _fill(kernel)
        except Exception as error:  # the database may be away: what was filled in stays
            telemetry.log.warning("likeness_not_filled", error=type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        if not filled:
            return
        await asyncio.sleep(PAUSE_SECONDS)


async def _fill(kernel: Kernel) -> int:
    """Fills in the next people and compares them with all others; answers how many they were."""
    wanted = select(Trainee.id, Trainee.id_number, Trainee.phone, Trainee.merged_into).where(WITHOUT_LIKENESS).order_by(Trainee.id)
    async with kernel.writing.begin() as session:
        rows = (await session.execute(wanted.limit(PEOPLE_A_STEP).with_for_update(skip_locked=True))).all()
        keys = []
        for row in rows:
            number, phone = (fields.opened(kernel.vault, "trainees", row.id, name, getattr(row, name)) for name in ("id_number", "phone"))
            keys.append({"known_id": row.id, **fields.likeness(kernel.vault, str(number), phone)})
        if keys:
            found_by: dict[str, Any] = {name: bindparam(name) for name in keys[0] if name != "known_id"}
            table = db.table(Trainee)
            await (await session.connection()).execute(update(table).where(table.c.id == bindparam("known_id")).values(found_by), keys)
            await facts.compared(session, kernel.own_call(), [row.id for row in rows if row.merged_into is None])
    return len(rows)
