"""What follows the registry, for as long as the process lives: who was merged into whom; and which school held the class of placements that were
entered before that was kept."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final
from uuid import UUID

from sqlalchemy import case, select, update

from services.eastwest import clients
from services.eastwest.known.conditions import ALIASES
from services.eastwest.placements.tables import Placement
from shared import aliases, errors, following
from shared.http_client import Neighbour
from shared.web import Kernel

AT_A_TIME: Final = 500
SECONDS_UNTIL_ASKED_AGAIN: Final = 30


def merges(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow(kernel, kernel.neighbours["registry"].apart())


async def _follow(kernel: Kernel, registry: Neighbour) -> None:
    try:
        fetch, taking_in, letting_go = (
            following.feed_of(registry, kernel.own_call),
            aliases.taking_in(ALIASES, "trainee"),
            aliases.letting_go(ALIASES, "trainee"),
        )
        await following.follow(kernel.engine, "registry", fetch, taking_in, letting_go, aliases.joining("trainee"))
    finally:
        await registry.close()


async def schools(kernel: Kernel) -> None:
    """Ends once every placement that names a class has been asked about."""
    after: UUID | None = None
    while True:
        try:
            after = await learn_schools(kernel, after)
        except (errors.Unavailable, errors.UpstreamTimeout, errors.UpstreamFailed):
            await asyncio.sleep(SECONDS_UNTIL_ASKED_AGAIN)
        else:
            if after is None:
                return


async def learn_schools(kernel: Kernel, after: UUID | None) -> UUID | None:
    """Of some placements after this one; answers the last of them, None where there are no more."""
    unknown = (Placement.institution_id.is_(None), Placement.class_id.is_not(None))
    wanted = select(Placement.id, Placement.class_id).where(*unknown, *([] if after is None else [Placement.id > after]))
    async with kernel.reading() as session:
        rows = (await session.execute(wanted.order_by(Placement.id).limit(AT_A_TIME))).all()
    if not rows:
        return None
    classes = (await clients.names(kernel, kernel.own_call(), class_ids={row.class_id for row in rows})).classes
    if classes:
        schools = case({each: known.institution_id for each, known in classes.items()}, value=Placement.class_id)
        learnt = update(Placement).where(Placement.id.in_([row.id for row in rows]), Placement.class_id.in_(classes), unknown[0])
        async with kernel.writing.begin() as session:
            await session.execute(learnt.values(institution_id=schools).execution_options(synchronize_session=False))
    return UUID(str(rows[-1].id))
