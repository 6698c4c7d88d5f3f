"""Since when people count as trained to an order, and their towns: asked of the registry again of whom something became otherwise, and kept, so that no
board asks of all."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, delete, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.known.conditions import ALIASES
from services.eastwest.known.tables import DueAsking, TrainedPerson
from shared import db
from shared.access import Call
from shared.web import Kernel

AT_A_TIME: Final = 500
DUE, TRAINED = db.table(DueAsking), db.table(TrainedPerson)

NOT_REGISTERED: Final = clients.TrainedRead(completed_on=None, region_code=None)

Trained = Mapping[UUID, clients.TrainedRead]  # by person


async def of_the_due(kernel: Kernel, call: Call) -> Trained:
    """What the registry says of those of whom it is to be asked and has not been."""
    async with kernel.reading() as session:
        who = set(await session.scalars(select(ALIASES.kept(DUE.c.trainee_id)).distinct()))
    return await _asked(kernel, call, who) if who else {}


async def days_of(session: AsyncSession, kernel: Kernel, call: Call, who: Collection[UUID]) -> Mapping[UUID, date | None]:
    """When these people, as merged, completed one; null: never."""
    # First of whom nothing is known yet: what is learnt meanwhile is then found among what is known.
    late = set(await session.scalars(select(ALIASES.kept(DUE.c.trainee_id)).distinct())) & set(who)
    kept = select(TRAINED.c.trainee_id, TRAINED.c.completed_on).where(TRAINED.c.trainee_id == any_(literal(list(who), ARRAY(Uuid))))
    found: dict[UUID, date | None] = {row[0]: row[1] for row in await session.execute(kept)}
    return found | ({each: told.completed_on for each, told in (await _asked(kernel, call, late)).items()} if late else {})


async def learn(kernel: Kernel, at_most: int = AT_A_TIME) -> int:
    """Asks about some, and keeps what is said of those about whom no other process did; answers how many were due."""
    async with kernel.reading() as session:
        wanted = select(DUE.c.id, ALIASES.kept(DUE.c.trainee_id).label("who")).order_by(DUE.c.id).limit(at_most)
        due = {row.id: row.who for row in await session.execute(wanted)}
    if not due:
        return 0
    found = await _asked(kernel, kernel.own_call(), set(due.values()))
    async with kernel.writing.begin() as session:
        mine = await session.scalars(delete(DUE).where(DUE.c.id.in_(due)).returning(DUE.c.id))
        if rows := [{"trainee_id": who, **found[who].model_dump()} for who in sorted({due[each] for each in mine})]:
            kept = upsert(TRAINED).values(rows)
            told = {name: kept.excluded[name] for name in clients.TrainedRead.model_fields}
            await session.execute(kept.on_conflict_do_update(index_elements=["trainee_id"], set_=told))
    return len(due)


async def _asked(kernel: Kernel, call: Call, who: set[UUID]) -> dict[UUID, clients.TrainedRead]:
    found = await clients.order_trained(kernel, call, who)
    return {each: found.get(each, NOT_REGISTERED) for each in who}
