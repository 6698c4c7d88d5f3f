"""Counts for a plan's board: every counting asked for, in a fixed number of reading."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.counting import conditions, facts, reading
from services.registry.counting.facts import Terms
from services.registry.counting.schemas import (
    By,
    ClassSet,
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
    TrainedPerson,
)
from services.registry.counting.tables import FIGURES
from services.registry.institutions.institutions.tables import Institution
from services.registry.reference import policy as reference
from shared import codes as labels

OF_EACH_INSTITUTION: dict[str, Callable[[], Select[Any]]] = {
    "training_share": reading.training_share,
    "frontline_share": reading.frontline_share,
    "partner_enterprises": reading.partner_enterprises,
}
CLASSES_THEMSELVES: Final = ("order_classes", "demonstration_classes")
OF_CLASSES: Final = ("person_times", "certified_share", "employed_share", "placed_share", *CLASSES_THEMSELVES)
COUNTED_OF: Final = {"placed_share": "ordered", **dict.fromkeys(CLASSES_THEMSELVES, "classes")}  # else people who completed them
SHOWN: Final = 100  # of classes and institutions that are judged one by one: the worst, and as many of which nothing can be said
SUMMED: Final = ("classes", "attended", *FIGURES, "from_the_past", "open", "ordered")


async def count(session: AsyncSession, asked: CountsIn) -> CountsOut:
    """One answer for each counting, in the order asked."""
    counted: dict[str, CountOut] = {}
    for terms, countings in _by_terms([each for each in asked.countings if each.measure in OF_CLASSES]).items():
        counted |= {answer.key: answer for answer in await _of_classes(session, asked, terms, countings)}
    for measure, countings in _by_measure([each for each in asked.countings if each.measure not in OF_CLASSES]).items():
        if measure in OF_EACH_INSTITUTION:
            rows = await _rows(session, countings, OF_EACH_INSTITUTION[measure](), conditions.asked_with(countings, asked.as_of))
            answers = [of_institutions(each, rows[each.key], asked.by) for each in countings]
        else:
            rows = await _rows(session, countings, reading.brands(asked.by), conditions.asked_with(countings, asked.as_of))
            answers = [_of_groups(each, rows[each.key], asked.by) for each in countings]
        counted |= {answer.key: answer for answer in answers}
    await _add_underway(session, asked, counted)
    answers = [counted[each.key] for each in asked.countings]
    codes = {group.code for answer in answers for group in answer.groups if group.code is not None}
    return CountsOut(counts=answers, names=await _names(session, asked.by, codes))


async def _rows(
    session: AsyncSession, of: Sequence[CountingIn], statement: Select[Any], asked_with: Mapping[str, Any]
) -> dict[str, list[Any]]:
    """By the key of the counting."""
    found: dict[str, list[Any]] = {each.key: [] for each in of}
    for row in await session.execute(statement, asked_with):
        found[row.key].append(row)
    return found


def _by_terms(countings: Sequence[CountingIn]) -> dict[Terms, list[CountingIn]]:
    """What a counting does not say is as the county's plan says."""
    sorted_out: dict[Terms, list[CountingIn]] = defaultdict(list)
    for each in countings:
        ours = facts.terms_between(each.from_on, each.to_on)[0]
        terms = Terms(
            tuple(each.certified_kinds) or ours.certified_kinds,
            tuple(each.employed_kinds) or ours.employed_kinds,
            each.employed_within_months or ours.employed_within_months,
        )
        sorted_out[terms].append(each)
    return sorted_out


async def _of_classes(session: AsyncSession, asked: CountsIn, terms: Terms, countings: Sequence[CountingIn]) -> list[CountOut]:
    """What is added up of classes. Whoever has several categories is in each group: the groups are no sum, and the whole is counted by itself."""
    said, *kept = await _what_is_kept(session, terms, countings, asked.as_of)
    groups = await _rows(session, countings, reading.counted(asked.by, *kept), said)
    if asked.by == "region" and (themselves := [each for each in countings if each.measure in CLASSES_THEMSELVES]):
        only = {"countings": [each for each in said["countings"] if each["measure"] in CLASSES_THEMSELVES]}
        groups |= await _rows(session, themselves, reading.counted("town", *kept), said | only)
    whole = await _rows(session, countings, reading.counted("none", *kept), said) if asked.by == "category" else groups
    shown: dict[str, list[Any]] = {}
    if of_orders := [each for each in countings if each.measure == "placed_share"]:
        some = tuple(bool(each.programmes) for each in of_orders)
        shown = await _rows(session, of_orders, reading.placed_by_class(some, *kept, SHOWN), said | conditions.one_by_one(of_orders))
    return [_summed(each, whole[each.key], groups[each.key], shown.get(each.key, ()), asked.by) for each in countings]


async def _what_is_kept(
    session: AsyncSession, terms: Terms, countings: Sequence[CountingIn], as_of: date
) -> tuple[dict[str, Any], bool, Terms | None]:
    """What statements are given; whether figures are kept by these terms, and whether some classes are counted anew by them."""
    kept = all(terms == theirs for theirs in facts.terms_between(*conditions.days(countings)))
    said = conditions.asked_with(countings, as_of, terms.employed_within_months)
    fresh = list(await session.scalars(reading.touched(kept), said))
    return said | {"fresh": fresh}, kept, terms if fresh or not kept else None


def _summed(counting: CountingIn, rows: Sequence[Any], groups: Sequence[Any], classes: Sequence[Any], by: By) -> CountOut:
    """The whole is the sum of its groups: they are disjoint, and together everything. Only person-times are divided by category."""
    columns = dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True)) if rows else {}
    tally = TallyOut(**_tally(counting.measure, {name: sum(columns.get(name, ())) for name in SUMMED}))
    divided: list[GroupOut] = []
    if by != "none" and (by != "category" or counting.measure == "person_times"):
        of_any = COUNTED_OF.get(counting.measure, "completed")
        each = ((row.code, _tally(counting.measure, row._mapping)) for row in groups if getattr(row, of_any))
        divided = [GroupOut(code=code, numerator=told["numerator"], denominator=told.get("denominator")) for code, told in each]
    if counting.measure != "placed_share":
        return CountOut(key=counting.key, tallies=[tally], groups=divided)
    of_each = [
        TallyOut(numerator=row.numerator, denominator=row.denominator, class_id=row.class_id, class_name=row.class_name) for row in classes
    ]
    left_out = sum(row.attended for row in rows) - len(classes) if classes else 0
    return CountOut(key=counting.key, tallies=of_each, whole=tally if left_out else None, left_out=left_out, groups=divided)


def _tally(measure: str, of: Mapping[str, int]) -> dict[str, int]:
    match measure:
        case "placed_share":
            return {"numerator": of["placed"], "denominator": of["ordered"]}
        case "certified_share":
            return {"numerator": of["certified"], "denominator": of["completed"], "denominator_enrolled": of["enrolled"]}
        case "employed_share":
            pending = of["open"]
            return {
                "numerator": of["employed"],
                "denominator": of["completed"] - pending,
                "denominator_enrolled": of["enrolled"] - pending,
                "pending": pending,
                "already_employed": of["already_employed"],
            }
        case "demonstration_classes" | "order_classes":
            return {"numerator": of["classes"], "completed": of["completed"]}
    return {
        "numerator": of["completed"],
        "certified": of["certified"],
        **({"imported": of["from_the_past"]} if of["from_the_past"] else {}),
    }


async def _add_underway(session: AsyncSession, asked: CountsIn, counted: dict[str, CountOut]) -> None:
    """What may still come, where it is asked for: in the last days of a period alone."""
    late = [
        each for each in asked.countings if each.until_on and each.measure in ("person_times", "demonstration_classes", "order_classes")
    ]
    if not late:
        return
    found = {row.key: row for row in await session.execute(reading.underway(), conditions.asked_with(late, asked.as_of))}
    for each in late:
        row = found.get(each.key)
        counted[each.key].tallies[0].underway = 0 if row is None else row.people if each.measure == "person_times" else row.classes


async def order_trained(session: AsyncSession, asked: TrainedAsked) -> TrainedFacts:
    people = (await session.execute(conditions.registered(asked.trainee_ids))).all()
    days = {row[0]: row[1] for row in await session.execute(conditions.order_trained([row[1] for row in people]))}
    return TrainedFacts(people={id_: TrainedPerson(completed_on=days.get(who), region_code=town) for id_, who, town in people})


async def counted_classes(session: AsyncSession, asked: CountsIn) -> CountedClasses:
    """Money is spent on classes: which of them stand behind each counting. What became of their people later does not matter."""
    sets: dict[tuple[str, ...], list[UUID]] = defaultdict(list)
    for terms, countings in _by_terms(asked.countings).items():
        said, *kept = await _what_is_kept(session, terms, countings, asked.as_of)
        for row in await session.execute(reading.classes_behind(*kept), said):
            sets[tuple(row.keys)] += row.class_ids
    return CountedClasses(sets=[ClassSet(keys=list(keys), class_ids=ids) for keys, ids in sets.items() if keys])


def _by_measure(countings: Sequence[CountingIn]) -> dict[str, list[CountingIn]]:
    """Brands and dishes are counted by one statement; what each institution reports by one each."""
    sorted_out: dict[str, list[CountingIn]] = defaultdict(list)
    for each in countings:
        sorted_out["brands" if each.measure == "dishes" else each.measure].append(each)
    return sorted_out


def _of_groups(counting: CountingIn, rows: Sequence[Any], by: By) -> CountOut:
    """The whole is the sum of its groups. A brand has no place, only a department; nothing that is no person has a category."""
    if by == "category" or (counting.measure in ("brands", "dishes") and by not in ("department", "month")):
        by = "none"
    groups = [GroupOut(code=row.code, numerator=row.numerator) for row in rows]
    return CountOut(
        key=counting.key, tallies=[TallyOut(numerator=sum(row.numerator for row in rows))], groups=groups if by != "none" else []
    )


def of_institutions(counting: CountingIn, rows: Sequence[Any], by: By) -> CountOut:
    """A tally for each institution, or for the worst of very many; the groups add up those whose denominator is known."""
    based = sorted((row for row in rows if row.denominator), key=lambda row: row.numerator / row.denominator)
    worst = {row.institution_id for row in (*based[:SHOWN], *[row for row in rows if not row.denominator][:SHOWN])}
    tallies = [
        TallyOut(
            numerator=row.numerator,
            denominator=row.denominator,
            institution_id=row.institution_id,
            institution_name=row.institution_name,
            year=row.year,
        )
        for row in rows
        if row.institution_id in worst
    ]
    left_out = len(rows) - len(tallies)
    known = [row for row in rows if row.denominator is not None]
    whole = TallyOut(numerator=sum(row.numerator for row in known), denominator=sum(row.denominator for row in known)) if left_out else None
    groups: dict[str | None, GroupOut] = {}
    for row in rows:
        if by not in ("region", "zone", "institution") or (row.denominator is None and counting.measure == "training_share"):
            continue
        code = _group_of(row, by)
        seen = groups.get(code)
        denominator = row.denominator if seen is None or seen.denominator is None else seen.denominator + row.denominator
        groups[code] = GroupOut(code=code, numerator=row.numerator + (seen.numerator if seen else 0), denominator=denominator)
    return CountOut(key=counting.key, tallies=tallies, whole=whole, left_out=left_out, groups=list(groups.values()))


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
                select(Institution.id, Institution.name).where(Institution.id == any_(literal([UUID(code) for code in codes], ARRAY(Uuid))))
            )
            return [NameOut(code=str(institution_id), name=name) for institution_id, name in found]
    return []
