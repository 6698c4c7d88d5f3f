"""Counts for a plan's board: people retained."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from services.eastwest.counting import conditions, facts
from services.eastwest.counting.schemas import CountingIn, CountOut, CountsIn, CountsOut, GroupOut, TallyOut
from services.eastwest.known import operations as known
from shared.access import Call
from shared.web import Kernel


async def count(call: Call, kernel: Kernel, asked: CountsIn) -> CountsOut:
    """Each person once a counting, by the town they are registered in."""
    says_registry = asked.by == "region" or any(each.after_order_class for each in asked.countings)
    late = await known.of_the_due(kernel, call) if says_registry else {}
    found: dict[str, list[Any]] = defaultdict(list)
    async with kernel.reading() as session:
        underway = any(each.until_on for each in asked.countings)
        touched = (await session.execute(conditions.touched(underway), {"as_of": asked.as_of})).all()
        who = {row[1] for row in touched} | late.keys()
        fresh = who | {row[0] for row in touched}
        said = conditions.asked_with(asked.countings, asked.as_of, fresh, await facts.figures(session, who, late, asked.as_of))
        statement = conditions.by_class() if asked.by == "class" else conditions.counted(asked.by)
        for row in await session.execute(statement, said):
            found[row.key].append(row)
    return CountsOut(counts=[_count(each, asked, found[each.key]) for each in asked.countings])


def _count(counting: CountingIn, asked: CountsIn, rows: Sequence[Any]) -> CountOut:
    if asked.by == "class":
        of_classes = [TallyOut(numerator=row.people, class_id=row.class_id) for row in sorted(rows, key=lambda row: str(row.class_id))]
        return CountOut(key=counting.key, tallies=of_classes, groups=[])
    ours = "trained" if counting.after_order_class else "people"
    tally = TallyOut(numerator=sum(getattr(row, ours) for row in rows))
    if counting.after_order_class:
        tally.others = sum(row.people for row in rows) - tally.numerator
    if counting.until_on:
        tally.underway = sum(row.underway for row in rows)
    groups = [GroupOut(code=row.code, numerator=getattr(row, ours)) for row in rows if getattr(row, ours)]
    divided = sorted(groups, key=lambda each: each.code or "") if asked.by in ("region", "month") else []
    return CountOut(key=counting.key, tallies=[tally], groups=divided)
