"""What follows the registry, for as long as the process lives: who was merged into whom, and who was trained to an order; and which school held the class of
placements that were entered before that was kept."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.known import operations as known
from services.eastwest.known.conditions import ALIASES
from services.eastwest.known.operations import DUE
from services.eastwest.placements.tables import Placement
from shared import aliases, changes, errors, following, telemetry
from shared.http_client import Neighbour
from shared.web import Kernel

AT_A_TIME: Final = 500
SECONDS_UNTIL_ASKED_AGAIN: Final = 30
EVERY_SECONDS: Final = 1.0


def registry(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow(kernel, kernel.neighbours["registry"].apart())


async def _follow(kernel: Kernel, registry: Neighbour) -> None:
    try:
        fetch = following.feed_of(registry, kernel.own_call)
        await following.follow(kernel.engine, "registry", fetch, take_in, let_go, aliases.joining("trainee"))
    finally:
        await registry.close()


_merges, _parts = aliases.taking_in(ALIASES, "trainee"), aliases.letting_go(ALIASES, "trainee")


async def take_in(session: AsyncSession, events: Sequence[changes.Event]) -> None:
    await _merges(session, events)
    await _ask_again(session, events)


async def let_go(session: AsyncSession, lost: Sequence[changes.Event], earlier: Sequence[changes.Event]) -> None:
    """Whom something is no longer true of is asked about again."""
    await _parts(session, lost, earlier)
    await _ask_again(session, lost)


async def _ask_again(session: AsyncSession, events: Sequence[changes.Event]) -> None:
    """Of an enrolment about its person, of a changed person, who may have moved, of a merge about both; those alone who were placed."""
    who: set[Any] = set()
    for event in events:
        if event.type.startswith("enrolment."):
            who.add(event.data.get("trainee_id"))
        elif event.type in ("trainee.changed", "trainee.merged", "trainee.unmerged"):
            who |= {event.subject, event.data.get("merged_into"), *event.data.get("trainee_ids", ())}
    if ids := sorted({UUID(str(each)) for each in who if each}):
        placed = select(Placement.trainee_id).where(ALIASES.among(Placement.trainee_id, ids)).distinct()
        await session.execute(insert(DUE).from_select(["trainee_id"], placed))


async def trained(kernel: Kernel) -> None:
    while True:
        try:
            while await known.learn(kernel):
                pass
        except Exception as error:  # the registry or the database may be away: the next round tries again
            telemetry.log.warning("trained_not_learnt", error=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)


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
