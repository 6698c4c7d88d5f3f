"""Says of placements that were kept before it was asked on which days their months came to be proved."""

import asyncio
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select, text

from services.eastwest.placements import facts, rules, steps
from services.eastwest.placements.policy.retention import kept
from services.eastwest.placements.tables import Placement
from shared import telemetry
from shared.web import Kernel

AT_A_TIME: Final = 500
SECONDS_UNTIL_TRIED_AGAIN: Final = 30
_SAY: Final = text("""
    UPDATE placements SET proved_on = CAST(n.proved_on AS date[])
    FROM unnest(CAST(:ids AS uuid[]), CAST(:proved_on AS text[])) AS n (id, proved_on)
    WHERE placements.id = n.id AND placements.proved_on IS NULL
""")


async def prove(kernel: Kernel) -> None:
    """Ends once every placement has been asked about."""
    after: UUID | None = None
    while True:
        try:
            after = await prove_some(kernel, after)
        except Exception as error:  # the database may be away: tried again
            telemetry.log.warning("months_not_proved", error=type(error).__name__)
            await asyncio.sleep(SECONDS_UNTIL_TRIED_AGAIN)
        else:
            if after is None:
                return


async def prove_some(kernel: Kernel, after: UUID | None = None) -> UUID | None:
    """Of some placements after this one; answers the last of them, None where there are no more. Of one that is written to now it is said by who writes."""
    unsaid = select(Placement.id).where(Placement.proved_on.is_(None), Placement.started_on.is_not(None))
    if after is not None:
        unsaid = unsaid.where(Placement.id > after)
    async with kernel.writing.begin() as session:
        ids = list(await session.scalars(unsaid.order_by(Placement.id).limit(AT_A_TIME).with_for_update(skip_locked=True)))
        told = await facts.of_placements(session, ids)
        proved_on = [steps.array(kept(told.get(each, ()), date.max, rules.here()).proved_on) for each in ids]
        if ids:
            await session.execute(_SAY, {"ids": ids, "proved_on": proved_on})
    return ids[-1] if ids else None
