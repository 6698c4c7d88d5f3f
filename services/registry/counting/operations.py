"""Counts for a plan's board: every counting asked for, in a fixed number of reading."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.counting import conditions, reading
from services.registry.counting.schemas import (
    By,
    CountedClasses,
    CountingIn,
    CountOut,
    CountsIn,
    CountsOut,
    GroupOut,
    NameOut,
    TallyOut,
    TrainedAsked,
    TrainedFacts,
)
from services.registry.institutions.institutions.tables import Institution
from services.registry.reference import policy as reference
from shared import codes as labels

OF_EACH_INSTITUTION: dict[str, Callable[[Sequence[CountingIn]], Select[Any]]] = {
    "training_share": reading.training_share,
    "frontline_share": reading.frontline_share,
    "partner_enterprises": reading.partner_enterprises,
}


async def count(session: AsyncSession, asked: CountsIn) -> CountsOut:
    """One answer for each counting, in the order asked."""
    if asked.by == "category":  # whoever has several is in each: the groups are no sum, and the whole is counted by itself
        whole = await count(session, asked.model_copy(update={"by": "none"}))
        return await _by_category(session, asked, whole)
    counted: dict[str, CountOut] = {}
    for measure, countings in _by_measure(asked.countings).items():
        if measure in OF_EACH_INSTITUTION:
            rows = (await session.execute(OF_EACH_INSTITUTION[measure](countings))).all()
            answers = [_of_institutions(each, [row for row in rows if row.key == each.key], asked.by) for each in countings]
        elif measure == "placed_share":
            rows = (await session.execute(reading.placed_share(countings, asked.by, asked.as_of))).all()
            answers = [_of_classes(each, [row for row in rows if row.key == each.key], asked.by) for each in countings]
        else:
            rows = (await session.execute(_statement(measure, countings, asked))).all()
            answers = [_of_groups(each, [row for row in rows if row.key == each.key], asked.by) for each in countings]
        counted |= {answer.key: answer for answer in answers}
    await _add_underway(session, asked, counted)
    answers = [counted[each.key] for each in asked.countings]
    codes = {group.code for answer in answers for group in answer.groups if group.code is not None}
    return CountsOut(counts=answers, names=await _names(session, asked.by, codes))


async def _by_category(session: AsyncSession, asked: CountsIn, whole: CountsOut) -> CountsOut:
    """Person-times by category; other measures are not divided so."""
    divided = [each for each in asked.countings if each.measure == "person_times"]
    rows = (await session.execute(reading.by_category(divided))).all() if divided else []
    for answer in whole.counts:
        answer.groups = [GroupOut(code=row.code, numerator=row.numerator) for row in rows if row.key == answer.key]
    return CountsOut(counts=whole.counts, names=await _names(session, "category", set()))


async def _add_underway(session: AsyncSession, asked: CountsIn, counted: dict[str, CountOut]) -> None:
    """What may still come, where it is asked for: in the last days of a period alone."""
    late = [
        each for each in asked.countings if each.until_on and each.measure in ("person_times", "demonstration_classes", "order_classes")
    ]
    if not late:
        return
    found = {row.key: row for row in (await session.execute(reading.underway(late, asked.as_of))).all()}
    for each in late:
        row = found.get(each.key)
        counted[each.key].tallies[0].underway = 0 if row is None else row.people if each.measure == "person_times" else row.classes


async def order_trained(session: AsyncSession, asked: TrainedAsked) -> TrainedFacts:
    found = await session.execute(conditions.order_trained(asked.trainee_ids))
    return TrainedFacts(completed_on={row[0]: row[1] for row in found})


async def counted_classes(session: AsyncSession, asked: CountsIn) -> CountedClasses:
    """Money is spent on classes: which of them stand behind each counting."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for class_id, key in await session.execute(conditions.classes_behind(asked.countings)) if asked.countings else ():
        found[class_id].append(key)
    return CountedClasses(classes=found)


def _by_measure(countings: Sequence[CountingIn]) -> dict[str, list[CountingIn]]:
    """Brands and dishes are counted by one statement; the rest by one each."""
    sorted_out: dict[str, list[CountingIn]] = defaultdict(list)
    for each in countings:
        sorted_out["brands" if each.measure == "dishes" else each.measure].append(each)
    return sorted_out


def _statement(measure: str, countings: Sequence[CountingIn], asked: CountsIn) -> Select[Any]:
    match measure:
        case "person_times":
            return reading.person_times(countings, asked.by)
        case "certified_share":
            return reading.certified_share(countings, asked.by, asked.as_of)
        case "employed_share":
            return reading.employed_share(countings, asked.by, asked.as_of)
        case "order_classes":
            return reading.order_classes(countings, asked.by)
        case "demonstration_classes":
            return reading.demonstration_classes(countings, asked.by)
    return reading.brands(countings, asked.by)


def _of_groups(counting: CountingIn, rows: Sequence[Any], by: By) -> CountOut:
    """The whole is the sum of its groups: they are disjoint, and together everything. A brand has no place, only a department."""

    def total(name: str) -> int:
        return sum(getattr(row, name) for row in rows)

    if counting.measure in ("brands", "dishes") and by not in ("department", "month"):
        by = "none"
    if counting.measure == "certified_share":
        whole = TallyOut(numerator=total("numerator"), denominator=total("completed"), denominator_enrolled=total("enrolled"))
        groups = [GroupOut(code=row.code, numerator=row.numerator, denominator=row.completed) for row in rows if row.completed]
        return CountOut(key=counting.key, tallies=[whole], groups=groups if by != "none" else [])
    if counting.measure != "employed_share":
        groups = [GroupOut(code=row.code, numerator=row.numerator) for row in rows]
        return CountOut(key=counting.key, tallies=[TallyOut(numerator=total("numerator"))], groups=groups if by != "none" else [])
    whole = TallyOut(
        numerator=total("numerator"),
        denominator=total("completed") - total("pending"),
        denominator_enrolled=total("enrolled") - total("pending"),
        pending=total("pending"),
        already_employed=total("already_employed"),
    )
    groups = [GroupOut(code=row.code, numerator=row.numerator, denominator=row.completed - row.pending) for row in rows if row.completed]
    return CountOut(key=counting.key, tallies=[whole], groups=groups if by != "none" else [])


def _of_classes(counting: CountingIn, rows: Sequence[Any], by: By) -> CountOut:
    """A tally for each class, and the same people by group."""
    classes: dict[str, TallyOut] = {}
    groups: dict[str | None, GroupOut] = {}
    for row in rows:
        of_class = classes.setdefault(row.class_id, TallyOut(numerator=0, denominator=0, class_id=row.class_id, class_name=row.class_name))
        group = groups.setdefault(row.code, GroupOut(code=row.code, numerator=0, denominator=0))
        for each in (of_class, group):
            each.numerator += row.numerator
            each.denominator += row.denominator
    return CountOut(key=counting.key, tallies=list(classes.values()), groups=list(groups.values()) if by != "none" else [])


def _of_institutions(counting: CountingIn, rows: Sequence[Any], by: By) -> CountOut:
    """A tally for each institution; the groups add up those whose denominator is known."""
    tallies = [
        TallyOut(
            numerator=row.numerator,
            denominator=row.denominator,
            institution_id=row.institution_id,
            institution_name=row.institution_name,
            year=getattr(row, "year", None),
        )
        for row in rows
    ]
    groups: dict[str | None, GroupOut] = {}
    for row in rows:
        if by not in ("region", "zone", "institution") or (row.denominator is None and counting.measure == "training_share"):
            continue
        code = _group_of(row, by)
        seen = groups.get(code)
        denominator = row.denominator if seen is None or seen.denominator is None else seen.denominator + row.denominator
        groups[code] = GroupOut(code=code, numerator=row.numerator + (seen.numerator if seen else 0), denominator=denominator)
    return CountOut(key=counting.key, tallies=tallies, groups=list(groups.values()))


def _group_of(row: Any, by: By) -> str | None:
    if by == "institution":
        return str(row.institution_id)
    return str(row.region_code) if by == "region" or row.region_code in conditions.zones() else None


async def _names(session: AsyncSession, by: By, codes: set[str]) -> list[NameOut]:
    regions = reference.lists().regions.values()
    match by:
        case "region":
            return [NameOut(code=each.code, name=each.name) for each in regions if each.is_town or each.code in codes]
        case "zone":
            return [NameOut(code=each.code, name=each.name) for each in regions if each.kind == "zone"]
        case "department":
            return [NameOut(code=code, name=code) for code in sorted(codes)]
        case "category":
            return [NameOut(code=each.code, name=each.name) for each in reference.lists().categories.values()]
        case "channel":
            return [NameOut(code=code, name=labels.label("channel", code)) for code in sorted(codes)]
        case "institution":
            found = await session.execute(
                select(Institution.id, Institution.name).where(Institution.id.in_([UUID(code) for code in codes]))
            )
            return [NameOut(code=str(institution_id), name=name) for institution_id, name in found]
    return []
