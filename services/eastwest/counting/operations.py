"""Counts for a plan's board: people placed and people retained."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.eastwest import clients
from services.eastwest.counting import conditions, reading
from services.eastwest.counting.schemas import CountingIn, CountOut, CountsIn, CountsOut, GroupOut, TallyOut
from services.eastwest.known import operations as known
from shared.access import Call
from shared.web import Kernel

Rows = Mapping[str, Sequence[Any]]


async def count(call: Call, kernel: Kernel, asked: CountsIn) -> CountsOut:
    """Each person once a counting, by the town they are registered in."""
    late = await known.of_the_due(kernel, call) if any(each.after_order_class for each in asked.countings) else {}
    counted = conditions.counted(asked.countings, asked.as_of)
    found: dict[str, Rows] = {}
    async with kernel.reading() as session:
        judged = await reading.of_the_judge(session, conditions.looked_at(asked.countings), asked.as_of)
        for name in _needed(asked):
            rows: dict[str, list[Any]] = defaultdict(list)
            for row in await session.execute(getattr(conditions, name)(counted), judged | conditions.of_the_late(late)):
                rows[row.key].append(row)
            found[name] = rows
    people = {row.who for rows in found.get("who", {}).values() for row in rows}
    towns = (await clients.names(kernel, call, trainee_ids=people)).trainees if people else {}
    groups = {key: _towns(rows, {each: person.region_code for each, person in towns.items()}) for key, rows in found.get("who", {}).items()}
    groups |= {
        key: [GroupOut(code=row.code, numerator=row.people) for row in sorted(rows, key=_code)]
        for key, rows in found.get("by_month", {}).items()
    }
    return CountsOut(counts=[_count(each, asked, found, groups.get(each.key, [])) for each in asked.countings])


def _needed(asked: CountsIn) -> list[str]:
    """The statements that the answer takes."""
    classes = asked.by == "class" or any(each.measure == "placed_people" for each in asked.countings)
    return ["totals", *(["by_class"] if classes else []), *({"region": ["who"], "month": ["by_month"]}.get(asked.by, []))]


def _count(counting: CountingIn, asked: CountsIn, found: Mapping[str, Rows], groups: list[GroupOut]) -> CountOut:
    if counting.measure == "placed_people" or asked.by == "class":
        rows = sorted(found["by_class"].get(counting.key, ()), key=lambda row: str(row.class_id))
        return CountOut(key=counting.key, tallies=[TallyOut(numerator=row.people, class_id=row.class_id) for row in rows], groups=groups)
    [row] = found["totals"].get(counting.key) or [None]
    tally = TallyOut(numerator=row.people if row else 0)
    if counting.after_order_class:
        tally.others = row.others if row else 0
    if counting.until_on:
        tally.underway = row.underway if row else 0
    return CountOut(key=counting.key, tallies=[tally], groups=groups)


def _towns(rows: Sequence[Any], town_of: Mapping[UUID, str | None]) -> list[GroupOut]:
    counted = Counter(town_of.get(row.who) for row in rows)
    return [GroupOut(code=code, numerator=number) for code, number in sorted(counted.items(), key=lambda each: each[0] or "")]


def _code(row: Any) -> str:
    return row.code or ""
