"""Statistics of placements reconciled: random histories counted by hand, day after day, with nothing of the service but its answers."""

import calendar
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, update

from services.eastwest.placements.tables import Placement
from shared import clock, db
from tests.conftest import Service
from tests.eastwest.neighbours import USCC, Neighbours, evidence, key, order

DAY, FIRST, NOW = timedelta(days=1), date(2025, 5, 1), "2026-06-01T09:00:00+08:00"
DAYS = ("2025-05-20", "2025-07-31", "2025-08-15", "2025-10-01", "2025-12-31", "2026-05-31")
HISTORIES, BREAK_DAYS = 240, 15
FACTORY, MARKET, GUIYANG = (
    {"name": "佛山市南海区某五金厂", "uscc": None, "district_code": "440605"},
    {"name": "佛山市禅城区某市场", "uscc": None, "district_code": "440604"},
    {"name": "贵阳市某厂", "uscc": None, "district_code": "520102"},
)
ORDERS = (
    ("A", {"name": "佛山甲厂", "district_code": "440606"}),
    ("B", FACTORY),
    ("C", {"name": "凯里某电子厂", "district_code": "522601"}),
)


def month_after(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days(first: date, last: date) -> set[date]:
    return {first + n * DAY for n in range((last - first).days + 1)}


@dataclass
class Stay:
    began: date
    left: date | None = None
    away: set[date] = field(default_factory=set)


@dataclass
class Placed:
    id: UUID
    person: UUID
    order: int
    class_id: UUID | None
    arranged: dict[str, Any] | None
    told: list[dict[str, Any]]

    def facts(self, as_of: date) -> list[dict[str, Any]]:
        """What had happened by then, moved where it was corrected, without what was taken back."""
        gone = {each["corrects"] for each in self.told if each["kind"] == "cancelled"}
        moved = {each["corrects"]: each["effective_on"] for each in self.told if each["kind"] == "corrected"}
        plain = [each for each in self.told if each["kind"] not in ("cancelled", "corrected") and each["external_ref"] not in gone]
        stand = [each | {"on": date.fromisoformat(moved.get(each["external_ref"], each["effective_on"]))} for each in plain]
        return sorted((each for each in stand if each["on"] <= as_of), key=lambda each: each["on"])

    def stays(self, as_of: date) -> list[Stay]:
        """Day after day: who is at work and leaves is gone; who is gone and begins, or goes on elsewhere in the city, is back."""
        found: list[Stay] = []
        facts = self.facts(as_of)
        for day in sorted({each["on"] for each in facts}):
            kinds = {each["kind"] for each in facts if each["on"] == day and each.get("employer") != GUIYANG}
            leaves = "left" in kinds or any(each["on"] == day and each.get("employer") == GUIYANG for each in facts)
            at_work = bool(found) and found[-1].left is None
            back = "started" in kinds or ("employer_changed" in kinds and bool(found))
            if at_work and leaves:
                found[-1].left = day
            elif not at_work and not back:
                continue
            if back and (not found or found[-1].left is not None):
                between = days(found[-1].left + DAY, day - DAY) if found and found[-1].left else set()
                if found and len(between) <= BREAK_DAYS:
                    found[-1].left = None
                    found[-1].away |= between
                else:
                    found.append(Stay(day))
                if leaves and not at_work:
                    found[-1].left = day
        return found

    def verdict(self, as_of: date) -> str:
        """Once met it stays met: so each earlier day on which something happened, or months were over, is looked at too."""
        ends = {month_after(stay.began, 3) for stay in self.stays(as_of)} | {each["on"] for each in self.facts(as_of)}
        told = [self.verdict_on(day) for day in sorted(day for day in ends | {as_of} if day <= as_of)]
        return "met" if "met" in told else told[-1] if told else "on_track"

    def verdict_on(self, as_of: date) -> str:
        proved = set()
        for each in self.facts(as_of):
            for paper in each.get("evidence", ()):
                proved |= days(date.fromisoformat(paper["covers_from_on"]), date.fromisoformat(paper["covers_to_on"]))
        verdicts = []
        for stay in self.stays(as_of):
            edges = [month_after(stay.began, n) for n in range(4)]
            over = [days(one, other - DAY) - stay.away <= proved for one, other in pairwise(edges) if other <= as_of]
            if stay.left is not None and stay.left < edges[3]:
                verdicts.append("broken")
            else:
                verdicts.append("unproven" if not all(over) else "met" if len(over) == 3 else "on_track")
        return "met" if "met" in verdicts else verdicts[-1] if verdicts else "on_track"

    def employer(self, as_of: date) -> dict[str, Any]:
        told = [each["employer"] for each in self.facts(as_of) if each.get("employer")]
        return dict(told[-1] if told else self.arranged or ORDERS[self.order][1])


def history(random: Random, n: int) -> list[dict[str, Any]]:
    """At most one fact of a kind that moves somebody a day, so that no order within a day decides."""
    start = FIRST + random.randrange(150) * DAY

    def told(ref: str, kind: str, on: date, **more: Any) -> dict[str, Any]:
        return {"external_ref": f"{n}-{ref}", "kind": kind, "effective_on": str(on)} | more

    facts = [told("s", "started", start, **({"employer": MARKET} if random.random() < 0.2 else {}))] if random.random() < 0.95 else []
    for k in range(3):
        first, last = month_after(start, k), month_after(start, k + 1) - random.choice([1, 1, 1, 1, 1, 3]) * DAY
        if random.random() < 0.85:
            on = last + random.choice([0, 0, 1, 30, 100]) * DAY
            facts.append(told(f"p{k}", "present", on, evidence=evidence(str(first), str(last), random.choice("CDE"))))
    if random.random() < 0.35:
        gone = start + random.choice([random.randrange(1, 110), 100]) * DAY
        facts.append(told("l", "left", gone))
        if random.random() < 0.6:
            facts.append(told("b", "started", gone + random.choice([1, 2, 15, 16, 17, 40]) * DAY))
    if random.random() < 0.3:
        facts.append(
            told("e", "employer_changed", start + random.randrange(111, 140) * DAY, employer=random.choice([FACTORY, MARKET, GUIYANG]))
        )
    if random.random() < 0.2 and facts:
        facts.append(told("c", "corrected", start + random.randrange(20) * DAY, corrects=random.choice(facts)["external_ref"]))
    elif random.random() < 0.1 and facts:
        facts.append(told("x", "cancelled", date(2026, 5, 1), corrects=random.choice(facts)["external_ref"]))
    return facts


class Seen(NamedTuple):
    """A placement as of a day."""

    person: UUID
    stay: Stay | None
    verdict: str


def by_hand(placed: list[Placed], as_of: date, orders: list[str]) -> dict[str, dict[str | None, dict[str, Any]]]:
    """By every way to divide them, the counts of each group; undivided under None."""
    groups: dict[str, dict[str | None, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for each in placed:
        stay, employer = next(reversed(each.stays(as_of)), None), each.employer(as_of)
        seen = Seen(each.person, stay, each.verdict(as_of))
        groups["order"][orders[each.order]].append(seen)
        groups["class"][each.class_id and str(each.class_id)].append(seen)
        groups["district"][employer["district_code"]].append(seen)
        groups["month"][stay and f"{stay.began:%Y-%m}"].append(seen)
        groups["employer"][employer["name"]].append(seen)
        groups["all"][None].append(seen)
    return {by: {code: counted(each) for code, each in theirs.items()} for by, theirs in groups.items()}


def counted(seen: list[Seen]) -> dict[str, Any]:
    begun = [(each, each.stay) for each in seen if each.stay]
    left = sum(stay.left is not None for _, stay in begun)
    verdicts = Counter(each.verdict for each, _ in begun)
    return {
        "placements": len(seen),
        "arranged": len(seen) - len(begun),
        "working": len(begun) - left,
        "left": left,
        "started": len(begun),
        "retention": {each: verdicts[each] for each in ("met", "on_track", "unproven", "broken")},
        "people_retained": len({each.person for each, _ in begun if each.verdict == "met"}),
    }


async def test_statistics_are_what_counting_by_hand_says(eastwest: Service, others: Neighbours) -> None:
    random = Random(14)
    partner = eastwest.as_("partner", at=NOW)
    made = [
        (await partner.post("/v1/orders", json=order(number, employer=who | {"uscc": USCC}, posts=200))).json() for number, who in ORDERS
    ]
    classes = [others.training_class(), others.training_class(), None]
    people = [others.person(n) for n in range(HISTORIES * 3 // 4)]
    pairs = random.sample([(who, of) for who in people for of in range(len(ORDERS))], HISTORIES)
    placed = [
        Placed(db.new_id(), who, of, random.choice(classes), MARKET if random.random() < 0.15 else None, history(random, n))
        for n, (who, of) in enumerate(pairs)
    ]
    async with eastwest.kernel.writing.begin() as session:
        paper = {"version": 1, "external_refs": [], "entered_by": "x", "entered_at": clock.now(), "partner": made[0]["partner"]}
        named = [
            {"id": each.id, "trainee_id": each.person, "order_id": UUID(made[each.order]["id"]), "employer": each.arranged}
            for each in placed
        ]
        await session.execute(insert(Placement), [paper | {"class_id": each.class_id} | of for each, of in zip(placed, named, strict=True)])
    facts = [fact | {"placement_id": str(each.id)} for each in placed for fact in each.told]
    random.shuffle(facts)
    for start in range(0, len(facts), 500):
        body = {"mode": "commit", "atomic": "all", "items": facts[start : start + 500]}
        answer = await partner.post("/v1/placement-updates:batch", json=body, headers=key())
        assert answer.json()["summary"]["created"] == len(body["items"]), answer.text[:2000]
    await compare(partner, placed, [each["id"] for each in made])
    async with eastwest.kernel.writing.begin() as session:
        await session.execute(update(Placement).values(proved_on=None))
    await compare(partner, placed, [each["id"] for each in made], DAYS[2:4])


async def compare(partner: Any, placed: list[Placed], numbers: list[str], on: tuple[str, ...] = DAYS) -> None:
    seen: Counter[str] = Counter()
    for day in on:
        right = by_hand(placed, date.fromisoformat(day), numbers)
        for by in ("order", "class", "district", "month", "employer"):
            told = (await partner.get(f"/v1/statistics/placements?as_of={day}&by={by}")).json()
            groups = {each["code"]: {name: each[name] for name in right["all"][None]} for each in told["groups"]}
            assert groups == right[by], (day, by)
            assert {name: told[name] for name in right["all"][None]} == right["all"][None], day
        seen.update({name: 1 for name, number in right["all"][None]["retention"].items() if number})
    assert set(seen) == {"met", "on_track", "unproven", "broken"}
