"""What people's placements bring to boards, counted from what they are: of those who have just changed, and of all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.known.conditions import ALIASES
from services.eastwest.known.operations import TRAINED, Trained
from services.eastwest.orders.tables import Order
from services.eastwest.placements import conditions, facts, rules
from services.eastwest.placements.tables import Placement
from shared.months import months_after

JUDGED_AT_ONCE = 2_000
Figures = Mapping[str, Any]  # a row


class Stay(NamedTuple):
    """At work on a placement, as of a day."""

    placement_id: UUID
    class_id: UUID | None
    started_on: date
    left_on: date | None
    met_on: date | None


async def figures(session: AsyncSession, who: Collection[UUID], late: Trained, as_of: date = date.max) -> list[Figures]:
    """Rows of `PlacementFigures` of these people, as merged, by what is known of days up to `as_of`. `late`: what the registry has said just now."""
    if not who:
        return []
    kept, person = conditions.proved(as_of), ALIASES.kept(Placement.trainee_id).label("who")
    wanted = (
        select(person, Placement.id, Placement.class_id, kept.started_on.label("started_on"), kept.left_on.label("left_on"))
        .add_columns(kept.met_on.label("met_on"), kept.to_judge.label("to_judge"))
        .join(Order, Order.id == Placement.order_id)
        .where(ALIASES.among(Placement.trainee_id, who), Placement.started_on.is_not(None), conditions.in_partner_city())
    )
    rows = (await session.execute(wanted)).all()
    judged = await _judged(session, [row.id for row in rows if row.to_judge], as_of)
    stays: dict[UUID, list[Stay]] = defaultdict(list)
    for row in rows:
        started_on, left_on, met_on = judged.get(row.id, (row.started_on, row.left_on, row.met_on))
        if started_on is not None:
            stays[row.who].append(Stay(row.id, row.class_id, started_on, left_on, met_on))
    known = select(TRAINED.c.trainee_id, TRAINED.c.completed_on, TRAINED.c.region_code).where(TRAINED.c.trainee_id.in_(stays))
    told = {row.trainee_id: (row.completed_on, row.region_code) for row in await session.execute(known)} if stays else {}
    told |= {each: (said.completed_on, said.region_code) for each, said in late.items()}
    found: list[Figures] = []
    for each, theirs in stays.items():
        trained_on, town = told.get(each, (None, None))
        found += [row | {"trainee_id": each, "region_code": town} for row in _figures(theirs, trained_on)]
    return found


async def _judged(session: AsyncSession, ids: list[UUID], as_of: date) -> dict[UUID, tuple[date | None, date | None, date | None]]:
    found = {}
    for start in range(0, len(ids), JUDGED_AT_ONCE):
        for placement_id, told in (await facts.retentions(session, ids[start : start + JUDGED_AT_ONCE], as_of)).items():
            found[placement_id] = (told.started_on, told.left_on, told.met_on)
    return found


def _figures(stays: list[Stay], trained_on: date | None) -> Iterator[dict[str, Any]]:
    """One person's, from the first that was met on."""
    met_before_on = trained_before_on = None
    underway: list[tuple[date, Stay]] = []
    for stay in sorted(stays, key=lambda each: (each.met_on or date.max, each.placement_id)):
        trained = trained_on is not None and trained_on < stay.started_on
        if stay.met_on is not None:
            yield _row(stay, stay.met_on, True, trained, met_before_on, trained_before_on)
            met_before_on = stay.met_on
            trained_before_on = stay.met_on if trained else trained_before_on
        elif trained and stay.left_on is None:
            underway.append((months_after(stay.started_on, rules.here().months), stay))
    if underway:
        due_on, stay = min(underway)
        yield _row(stay, due_on, False, True, met_before_on, trained_before_on)


def _row(
    stay: Stay, counts_on: date, met: bool, trained: bool, met_before_on: date | None, trained_before_on: date | None
) -> dict[str, Any]:
    before = {"met_before_on": met_before_on, "trained_before_on": trained_before_on}
    return {"placement_id": stay.placement_id, "class_id": stay.class_id, "counts_on": counts_on, "met": met, "trained": trained, **before}
