"""Counts for a plan's board: people placed and people retained."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from services.eastwest import clients
from services.eastwest.counting.schemas import By, CountingIn, CountOut, CountsIn, CountsOut, GroupOut, TallyOut
from services.eastwest.placements import conditions, reading, rules
from services.eastwest.placements.conditions import Proved
from services.eastwest.placements.tables import Placement
from shared.access import Call
from shared.months import months_after
from shared.web import Kernel

Judged = tuple[Any, Proved]
Trained = Mapping[UUID, date]  # by person, the day on which they had completed an order class


async def count(call: Call, kernel: Kernel, asked: CountsIn) -> CountsOut:
    """Each person once a counting, by the town they are registered in."""
    judged: list[Judged] = []
    async with kernel.reading() as session:
        async for rows, proved in reading.judged(session, _looked_at(asked.countings), asked.as_of):
            judged += [(row, proved[row.id]) for row in rows]
    towns: dict[UUID, str | None] = {}
    if asked.by == "region":
        people = (await clients.names(kernel, call, trainee_ids={row.trainee_id for row, _ in judged})).trainees
        towns = {each: person.region_code for each, person in people.items()}
    trained: Trained = {}
    if any(each.after_order_class for each in asked.countings):
        trained = await clients.order_trained(kernel, call, {row.trainee_id for row, _ in judged})
    return CountsOut(counts=[_count(each, judged, towns, trained, asked) for each in asked.countings])


def _looked_at(countings: Sequence[CountingIn]) -> Select[Any]:
    """Those at work in the partner city; where nothing but retention is asked for, those of whom no proof is wanting, unless what is under way is asked for too."""
    wanted = conditions.with_order().where(Placement.started_on.is_not(None), conditions.in_partner_city())
    if all(each.measure == "retained_people" and each.until_on is None for each in countings):
        return wanted.where(Placement.proof_due_on.is_(None))
    return wanted


def _count(counting: CountingIn, judged: Sequence[Judged], towns: Mapping[UUID, str | None], trained: Trained, asked: CountsIn) -> CountOut:
    if counting.measure == "retained_people":
        return _retained(counting, judged, towns, trained, asked)
    people: dict[UUID | None, set[UUID]] = defaultdict(set)
    for row, found in judged:
        if found.started_on is not None and counting.from_on <= found.started_on <= counting.to_on:
            people[row.class_id].add(row.trainee_id)
    of_each = set[UUID]().union(*people.values())
    return CountOut(key=counting.key, tallies=_tallies(people), groups=_groups(asked.by, {each: towns.get(each) for each in of_each}))


def _retained(
    counting: CountingIn, judged: Sequence[Judged], towns: Mapping[UUID, str | None], trained: Trained, asked: CountsIn
) -> CountOut:
    """Whoever was retained on one of the days; where it is asked for, only those whom an order class had trained before they began."""
    met: dict[UUID, date] = {}
    of_classes: dict[UUID | None, set[UUID]] = defaultdict(set)
    others, underway = set[UUID](), set[UUID]()
    for row, found in judged:
        if counting.after_order_class and not reading.trained_before(trained.get(row.trainee_id), found.started_on):
            others |= {row.trainee_id} if _met(counting, found) else set()
        elif _met(counting, found) and found.met_on:
            met[row.trainee_id] = min(found.met_on, met.get(row.trainee_id, found.met_on))
            of_classes[row.class_id].add(row.trainee_id)
        elif counting.until_on and found.started_on and found.left_on is None and found.met_on is None:
            underway |= {row.trainee_id} if months_after(found.started_on, rules.here().months) <= counting.until_on else set()
    if asked.by == "class":
        return CountOut(key=counting.key, tallies=_tallies(of_classes), groups=[])
    tally = TallyOut(numerator=len(met))
    if counting.after_order_class:
        tally.others = len(others - met.keys())
    if counting.until_on:
        tally.underway = len(underway - met.keys())
    of = {each: f"{on:%Y-%m}" for each, on in met.items()} if asked.by == "month" else {each: towns.get(each) for each in met}
    return CountOut(key=counting.key, tallies=[tally], groups=_groups(asked.by, of))


def _tallies(people: Mapping[UUID | None, set[UUID]]) -> list[TallyOut]:
    return [TallyOut(numerator=len(found), class_id=class_id) for class_id, found in sorted(people.items(), key=lambda each: str(each[0]))]


def _met(counting: CountingIn, found: Proved) -> bool:
    return found.met_on is not None and counting.from_on <= found.met_on <= counting.to_on


def _groups(by: By, of: Mapping[UUID, str | None]) -> list[GroupOut]:
    """What each group has; `of`: under which each person stands."""
    if by in ("none", "class"):
        return []
    return [GroupOut(code=code, numerator=number) for code, number in sorted(Counter(of.values()).items(), key=lambda each: each[0] or "")]
