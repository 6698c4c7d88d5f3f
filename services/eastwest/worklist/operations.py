"""What waits at eastwest: the people of whom nothing proves yet that they worked this month, or a month before. For the partner that placed them."""

from datetime import date
from typing import Any, Final

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.placements import conditions, facts, visibility
from services.eastwest.placements.policy import Retention
from services.eastwest.placements.tables import Placement
from shared import clock, worklist
from shared.access import Call
from shared.web import Kernel

LOOKED_AT: Final = 300  # who began longest ago comes first; a list is cut at a hundred anyway


async def of(session: AsyncSession, call: Call, _: Kernel) -> list[worklist.Item]:
    if call.actor.role != "partner":
        return []
    at_work = (
        conditions.with_order()
        .where(
            visibility.rows(call.actor),
            Placement.retained_on.is_(None),
            Placement.started_on <= call.today,
            or_(Placement.left_on.is_(None), Placement.left_on > call.today),
        )
        .order_by(Placement.started_on, Placement.id)
        .limit(LOOKED_AT)
    )
    rows = (await session.execute(at_work)).all()
    proved = await facts.retentions(session, [row.id for row in rows], call.today)
    return [_item(row, due_on) for row in rows if (due_on := unproved_until(proved[row.id], call.today))]


def unproved_until(found: Retention, today: date) -> date | None:
    """The last day of the first month that lacks proof, up to the present month; None where every month has some.

    A month that is over lacks proof until all of it is proved, the present one until anything of it is.
    """
    for month in found.months:
        if month.from_on > today:
            break
        begun = any(proof.from_on <= month.to_on and proof.to_on >= month.from_on for proof in found.intervals)
        if not (month.proved if month.to_on < today else begun):
            return month.to_on
    return None


def _item(row: Any, due_on: date) -> worklist.Item:
    since = clock.read(f"{row.started_on}T00:00:00+08:00")
    return worklist.Item(
        kind="placement_unproven",
        action="update",
        subject_type="placement",
        subject_id=row.id,
        number=row.order_number,
        title=row.order_employer_name,
        due_on=due_on,
        since_at=since,
        link=f"/v1/placements/{row.id}",
    )


router = worklist.router(of)
