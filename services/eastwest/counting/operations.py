"""Counts for a plan's board: people placed and people retained."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.eastwest import clients
from services.eastwest.counting.schemas import By, CountingIn, CountOut, CountsIn, CountsOut, GroupOut, TallyOut
from services.eastwest.placements import conditions, reading
from services.eastwest.placements.policy import Retention
from services.eastwest.placements.tables import Placement
from shared.access import Call
from shared.web import Kernel


async def count(call: Call, kernel: Kernel, asked: CountsIn) -> CountsOut:
    """Each person once a counting, by the town they are registered in."""
    judged: list[tuple[Any, Retention]] = []
    async with kernel.reading() as session:
        async for rows, proved in reading.judged(session, conditions.with_order().where(Placement.started_on.is_not(None)), asked.as_of):
            judged += [(row, proved[row.id]) for row in rows]
    towns: dict[UUID, str | None] = {}
    if asked.by == "region":
        people = (await clients.names(kernel, call, trainee_ids={row.trainee_id for row, _ in judged})).trainees
        towns = {each: person.region_code for each, person in people.items()}
    return CountsOut(counts=[_count(each, judged, towns, asked.by) for each in asked.countings])


def _count(counting: CountingIn, judged: Iterable[tuple[Any, Retention]], towns: dict[UUID, str | None], by: By) -> CountOut:
    people: dict[UUID | None, set[UUID]] = defaultdict(set)
    of_classes = counting.measure == "placed_people" or by == "class"
    for row, found in judged:
        on = found.met_on if counting.measure == "retained_people" else found.started_on
        if on is not None and counting.from_on <= on <= counting.to_on:
            people[row.class_id if of_classes else None].add(row.trainee_id)
    if of_classes:
        tallies = [
            TallyOut(numerator=len(found), class_id=class_id) for class_id, found in sorted(people.items(), key=lambda each: str(each[0]))
        ]
    else:
        tallies = [TallyOut(numerator=len(people[None]))]
    of_towns = Counter(towns.get(each) for each in set[UUID]().union(*people.values()))
    groups = [GroupOut(code=code, numerator=number) for code, number in sorted(of_towns.items(), key=lambda each: each[0] or "")]
    return CountOut(key=counting.key, tallies=tallies, groups=groups if by not in ("none", "class") else [])
