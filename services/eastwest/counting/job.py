"""Counts people again to whose placements something was written, a second after it: a board that is asked for before counts those few itself.

`python -m services.eastwest.counting.job` counts all of them anew, in the database that DATABASE_URL names, and says and mends what differs.
"""

import asyncio
import os
import sys
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from services.eastwest.counting import facts
from services.eastwest.counting.conditions import DUE
from services.eastwest.counting.tables import KEPT, TOLD
from services.eastwest.known.conditions import ALIASES
from services.eastwest.placements.tables import Placement
from shared import db, telemetry
from shared.web import Kernel

EVERY_SECONDS: Final = 1.0
PEOPLE_AT_ONCE: Final = 500
LOCK: Final = 7_305


async def keep_counted(kernel: Kernel) -> None:
    """Counts for as long as the process lives."""
    while True:
        try:
            while await recount(kernel.engine):
                pass
        except Exception as error:  # the database may be away: the next round tries again
            telemetry.log.warning("placements_not_counted", error=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)


async def recount(engine: AsyncEngine, at_most: int = PEOPLE_AT_ONCE) -> int:
    """Counts some of the people that are due; answers how many. One process at a time, so that what was counted later stands."""
    first = select(DUE.c.id).order_by(DUE.c.id).limit(at_most).scalar_subquery()
    async with AsyncSession(engine) as session, session.begin():
        if not await session.scalar(select(select(DUE.c.id).exists())) or not await session.scalar(
            select(func.pg_try_advisory_xact_lock(LOCK))
        ):
            return 0
        due = set(await session.scalars(delete(DUE).where(DUE.c.id.in_(first)).returning(DUE.c.trainee_id)))
        who = set((await ALIASES.resolved(session, due)).values())
        rows = await facts.figures(session, who, {})
        theirs = [row["placement_id"] for row in rows]
        await session.execute(delete(KEPT).where(or_(KEPT.c.trainee_id.in_(due | who), KEPT.c.placement_id.in_(theirs))))
        if rows:
            await db.insert_all(session, insert(KEPT), rows)
        return len(due)


async def differing(session: AsyncSession) -> list[UUID]:
    """The people of whom what is kept is not what is there, of those that are not due."""
    everyone = sorted(set(await session.scalars(select(ALIASES.kept(Placement.trainee_id)).distinct())))
    due = set(await session.scalars(select(DUE.c.trainee_id))) | set(await session.scalars(select(ALIASES.kept(DUE.c.trainee_id))))
    kept = _by_person([dict(row) for row in (await session.execute(select(*TOLD))).mappings()])
    there: dict[UUID, set[Any]] = {}
    for start in range(0, len(everyone), PEOPLE_AT_ONCE):
        there |= _by_person(await facts.figures(session, everyone[start : start + PEOPLE_AT_ONCE], {}))
    return sorted(each for each in (kept.keys() | there.keys()) - due if kept.get(each) != there.get(each))


def _by_person(rows: Collection[facts.Figures]) -> dict[UUID, set[Any]]:
    found: dict[UUID, set[Any]] = {}
    for row in rows:
        found.setdefault(row["trainee_id"], set()).add(tuple(row[column.name] for column in TOLD))
    return found


async def mend(engine: AsyncEngine) -> list[UUID]:
    """Counts anew what differs; answers it."""
    async with AsyncSession(engine) as session, session.begin():
        if wrong := await differing(session):
            await db.insert_all(session, insert(DUE), [{"trainee_id": each} for each in wrong])
    while await recount(engine):
        pass
    return wrong


async def _mend() -> int:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    wrong = await mend(engine)
    await engine.dispose()
    sys.stdout.write("\n  ".join([f"placement_figures: {len(wrong)} 处不符,已重算 differed", *map(str, wrong)]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_mend()))
