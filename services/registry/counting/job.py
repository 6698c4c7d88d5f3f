"""Counts classes again whose figures something was written to, a second after it: a board that is asked for before counts those few itself.

`python -m services.registry.counting.job` counts all of them anew, and looks at what triggers keep of people and enrolments, in the database that
DATABASE_URL names, and says and mends what differs.
"""

import asyncio
import sys
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Uuid, any_, delete, func, insert, literal, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.registry.counting import facts
from services.registry.counting.tables import FIGURES, KEPT, LATER, OF_CLASS, DueRecount
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import conditions
from services.registry.training.enrolments.tables import Enrolment
from shared import db, tallies, telemetry
from shared.web import Kernel

EVERY_SECONDS: Final = 1.0
CLASSES_AT_ONCE: Final = 200
LOCK: Final = 7_304
DUE = db.table(DueRecount)
COUNTED: Final = ("class_id", "under", "code", *OF_CLASS, *FIGURES, "began", "settled_on", *LATER, "terms")


async def keep_counted(kernel: Kernel) -> None:
    """Counts for as long as the process lives; what was counted by terms that are no longer the county's first of all."""
    asked = False
    while True:
        try:
            asked = asked or await _ask_for_other_terms(kernel.engine)
            while await recount(kernel.engine):
                pass
        except Exception as error:  # the database may be away: the next round tries again
            telemetry.log.warning("classes_not_counted", error=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)


async def recount(engine: AsyncEngine, at_most: int = CLASSES_AT_ONCE) -> int:
    """Counts some of the classes that are due; answers how many. One process at a time, so that what was counted later stands."""
    alone = select(func.pg_try_advisory_xact_lock(LOCK))
    first = select(DUE.c.id).order_by(DUE.c.id).limit(at_most).scalar_subquery()
    async with engine.begin() as connection:
        if not await connection.scalar(select(select(DUE.c.id).exists())) or not await connection.scalar(alone):
            return 0
        due = await connection.scalars(delete(DUE).where(DUE.c.id.in_(first)).returning(DUE.c.class_id))
        ids = sorted(set(due))
        class_ids = literal(ids, ARRAY(Uuid))
        await connection.execute(delete(KEPT).where(KEPT.c.class_id == any_(class_ids)))
        await connection.execute(insert(KEPT).from_select(COUNTED, _counted(TrainingClass.id == any_(class_ids))))
        return len(ids)


def _counted(of: Any) -> Select[Any]:
    """By all that is known, each class by the terms of its plan."""
    each = (
        facts.figures(of & theirs, terms, literal(date.max, Date)).add_columns(literal(str(terms)).label("terms"))
        for terms, theirs in facts.terms_of_classes()
    )
    rows = union_all(*each).subquery("rows")
    return select(*(rows.c[name] for name in COUNTED))


async def _ask_for_other_terms(engine: AsyncEngine) -> bool:
    """A county's plan may call other things employed or certified than it did when classes were counted."""
    ours = [str(terms) for terms, _ in facts.terms_of_classes()]
    other = select(KEPT.c.class_id).where(KEPT.c.under == "", KEPT.c.terms.not_in(ours))
    async with engine.begin() as connection:
        await connection.execute(insert(DUE).from_select(["class_id"], other))
    return True


async def differing(connection: AsyncConnection) -> list[dict[str, Any]]:
    """The classes of whose figures what is kept is not what is there, of those that are not due."""
    kept = select(*(KEPT.c[name] for name in COUNTED))
    there = _counted(true())
    rows = union_all(kept.except_all(there), there.except_all(kept)).subquery("rows")
    due = select(DUE.c.class_id)
    wanted = select(rows.c.class_id, func.count().label("rows")).where(rows.c.class_id.not_in(due)).group_by(rows.c.class_id)
    return [dict(row) for row in (await connection.execute(wanted.order_by(rows.c.class_id))).mappings()]


async def mend(engine: AsyncEngine) -> list[dict[str, Any]]:
    """Counts anew what differs; answers it."""
    async with engine.begin() as connection:
        if wrong := await differing(connection):
            await connection.execute(insert(DUE), [{"class_id": each["class_id"]} for each in wrong])
    while await recount(engine):
        pass
    return wrong


async def untrue(connection: AsyncConnection) -> dict[str, list[UUID]]:
    """The people of whom it is not kept whether they ever completed a class, the enrolments of which it is not kept where they belong."""
    people = select(Trainee.id).where(Trainee.merged_into.is_(None), Trainee.trained != conditions.trained())
    said = conditions.kept().subquery("said")
    differs = or_(*(getattr(Enrolment, name).is_distinct_from(said.c[name]) for name in conditions.KEPT))
    enrolments = select(Enrolment.id).join(said, said.c.id == Enrolment.id).where(differs)
    found = {"trained": people.order_by(Trainee.id), "enrolments": enrolments.order_by(Enrolment.id)}
    return {what: list(await connection.scalars(wanted)) for what, wanted in found.items()}


async def keep(engine: AsyncEngine) -> dict[str, list[UUID]]:
    """Looks at them anew; answers them."""
    async with engine.begin() as connection:
        wrong = await untrue(connection)
        for what, ids in wrong.items():
            await connection.execute(select(getattr(func, f"keep_{what}")(ids)))
    return wrong


async def _mend(engine: AsyncEngine) -> dict[str, list[Any]]:
    return {KEPT.name: await mend(engine), **await keep(engine)}


if __name__ == "__main__":
    sys.exit(asyncio.run(tallies.mending(_mend)))
