"""What is kept of placements for boards is what judging each by its facts says, whatever happens, and on every day."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.counting import facts, job
from services.eastwest.counting.tables import KEPT, SUMS
from services.eastwest.following import job as following
from services.eastwest.known import operations as known
from services.eastwest.known.tables import MergedTrainee
from services.eastwest.orders.tables import Order
from services.eastwest.placements import rules, steps
from services.eastwest.placements.policy import retention as retained
from services.eastwest.placements.policy.telling import Fact
from services.eastwest.placements.tables import Placement, Update
from shared import changes, clock, db, tallies
from shared.months import months_after
from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, order
from tests.eastwest.placements.test_proved import FIRST, history

TOWNS: Final = ("522601100", "522601101")
# From a month's first day on and from amid one, to the end of a month and amid one; with what is under way, and without.
WINDOWS: Final = (
    (FIRST, date(2025, 9, 30), date(2025, 12, 31)),
    (FIRST, date(2025, 8, 14), date(2025, 10, 20)),
    (date(2025, 5, 9), date(2025, 8, 3), None),
    (date(2025, 6, 1), date(2026, 3, 31), None),
    (date(2025, 7, 1), date(2025, 7, 31), None),
)
Change = Callable[[], Awaitable[None]]


class City:
    """Placements of some people on two orders, their facts, and what may happen to them."""

    def __init__(self, eastwest: Service, others: Neighbours, orders: list[UUID], chance: Random) -> None:
        self.eastwest, self.others, self.orders, self.chance = eastwest, others, orders, chance
        self.people = [db.new_id() for _ in range(14)]
        self.merged: dict[UUID, UUID] = {}
        self.classes = [db.new_id(), db.new_id(), None]
        self.facts: dict[UUID, list[Fact]] = {}
        self.placed: dict[UUID, tuple[UUID, UUID, UUID | None]] = {}
        self.local: set[UUID] = set()
        others.people = {str(each): {"region_code": TOWNS[0]} for each in self.people}

    async def run(self, *statements: Any) -> None:
        async with self.eastwest.kernel.writing.begin() as session:
            for statement in statements:
                await session.execute(statement)

    def who(self, trainee_id: UUID) -> UUID:
        return self.merged.get(trainee_id, trainee_id)

    async def a_placement(self) -> None:
        free = [(each, order_id) for each in self.people for order_id in self.orders]
        free = [each for each in free if each not in [(who, of) for who, of, _ in self.placed.values()]]
        if not free:
            return
        (who, order_id), placement_id, class_id = self.chance.choice(free), db.new_id(), self.chance.choice(self.classes)
        self.placed[placement_id], self.facts[placement_id] = (who, order_id, class_id), []
        paper = {"id": placement_id, "version": 1, "order_id": order_id, "trainee_id": who, "class_id": class_id, "external_refs": []}
        await self.run(insert(Placement).values(paper | {"entered_by": "x", "entered_at": clock.now()}))
        await self._tell(placement_id, history(self.chance))

    async def a_fact(self) -> None:
        if bare := [each for each, told in self.facts.items() if len(told) < 8]:
            placement_id = self.chance.choice(bare)
            last = max((each.effective_on for each in self.facts[placement_id]), default=FIRST)
            kind = self.chance.choice(["left", "started"])
            on = last + timedelta(days=self.chance.randrange(-20, 60))
            await self._tell(placement_id, [Fact(f"n{len(self.facts[placement_id])}", kind, on)])

    async def _tell(self, placement_id: UUID, told: list[Fact]) -> None:
        every = self.facts[placement_id] = [*self.facts[placement_id], *told]
        today = max((each.effective_on for each in every), default=FIRST)
        rows = [self._row(placement_id, number, each) for number, each in enumerate(every) if each in told]
        stands = update(Placement).values(steps.columns_of(retained.kept(every, today, rules.here()))).where(Placement.id == placement_id)
        await self.run(*([insert(Update).values(rows)] if rows else []), stands)

    def _row(self, placement_id: UUID, number: int, fact: Fact) -> dict[str, Any]:
        evidence = fact.evidence and [
            {"grade": each.grade, "covers_from_on": str(each.covers_from_on), "covers_to_on": str(each.covers_to_on), "paid_on": None}
            | {"ref": None}
            for each in fact.evidence
        ]
        employer = fact.employer and {"name": fact.employer.name, "uscc": None, "district_code": fact.employer.district_code}
        told = {"external_ref": fact.external_ref, "kind": fact.kind, "effective_on": fact.effective_on, "corrects": fact.corrects}
        kept = {"id": db.new_id(), "placement_id": placement_id, "office": str(placement_id), "sequence": number + 1, "digest": b""}
        return told | kept | {"employer": employer, "evidence": evidence, "received_at": clock.now(), "posted_by": "x"}

    async def a_merge(self) -> None:
        free = [each for each in self.people if each not in self.merged and each not in self.merged.values()]
        if len(free) > 6:
            old, into = self.chance.sample(free, 2)
            self.merged[old] = into
            await self.run(insert(MergedTrainee).values(id=old, kept_id=into))
            await self._told("trainee.merged", old, merged_into=str(into))

    async def no_merge(self) -> None:
        if not self.merged:
            await self.a_merge()
        if self.merged:
            old = self.chance.choice(list(self.merged))
            into = self.merged.pop(old)
            await self.run(delete(MergedTrainee).where(MergedTrainee.id == old))
            await self._told("trainee.unmerged", old, trainee_ids=[str(old), str(into)])

    async def a_training(self) -> None:
        who = self.who(self.chance.choice(self.people))
        self.others.trained[str(who)] = str(FIRST + timedelta(days=self.chance.randrange(-60, 150)))
        await self._told("enrolment.changed", db.new_id(), trainee_id=str(who))

    async def a_move(self) -> None:
        who = self.who(self.chance.choice(self.people))
        self.others.people[str(who)]["region_code"] = TOWNS[self.others.people[str(who)]["region_code"] == TOWNS[0]]
        await self._told("trainee.changed", who)

    async def another_district(self) -> None:
        one = self.orders[-1]
        self.local ^= {one}
        district = "522601" if one in self.local else "440604"
        await self.run(update(Order).values(employer_district_code=district).where(Order.id == one))

    async def another_class(self) -> None:
        placement_id = self.chance.choice(list(self.placed))
        who, order_id, _ = self.placed[placement_id]
        self.placed[placement_id] = (who, order_id, self.classes[0])
        await self.run(update(Placement).values(class_id=self.classes[0]).where(Placement.id == placement_id))

    async def _told(self, type_: str, subject: UUID, **data: Any) -> None:
        said = {"id": db.new_id(), "source": "registry", "type": type_, "time": clock.now(), "subject": subject, "sequence": "1"}
        async with self.eastwest.kernel.writing.begin() as session:
            await following._ask_again(session, [changes.Event(**said, data=data)])

    def changes(self) -> list[Change]:
        return [getattr(self, name) for name in vars(City) if name.startswith(("a_", "no_", "another"))]

    def by_hand(self, from_on: date, to_on: date, until_on: date | None) -> dict[str, Any]:
        """Each placement judged as of the window's last day."""
        days: dict[UUID, date] = {}
        every, underway, classes = set(), set(), set()
        for placement_id, (trainee_id, order_id, class_id) in self.placed.items():
            told = retained.retention(self.facts[placement_id], to_on, rules.here())
            if order_id in self.local or told.started_on is None:
                continue
            who, trained_on = self.who(trainee_id), self.others.trained.get(str(self.who(trainee_id)))
            ours = trained_on is not None and date.fromisoformat(trained_on) < told.started_on
            due_on = months_after(told.started_on, rules.here().months)
            if told.met_on and from_on <= told.met_on <= to_on:
                every.add(who)
                if ours:
                    days[who] = min(told.met_on, days.get(who, told.met_on))
                    classes.add((class_id, who))
            elif ours and told.met_on is None and told.left_on is None and until_on and due_on <= until_on:
                underway.add(who)
        towns = Counter(self.others.people[str(who)]["region_code"] for who in days)
        return {
            "none": (len(days), len(every) - len(days), len(underway - days.keys()) if until_on else None),
            "month": dict(Counter(f"{day:%Y-%m}" for day in days.values())),
            "region": dict(towns),
            "class": dict(Counter(class_id and str(class_id) for class_id, _ in classes)),
        }

    async def told(self, bys: tuple[str, ...], from_on: date, to_on: date, until_on: date | None) -> dict[str, Any]:
        counting = {"key": "x", "measure": "retained_people", "after_order_class": True, "from_on": str(from_on), "to_on": str(to_on)}
        counting["until_on"] = until_on and str(until_on)
        found: dict[str, Any] = {}
        for by in bys:
            body = {"as_of": str(to_on), "by": by, "countings": [counting]}
            answer = await self.eastwest.internal("gateway").post("/internal/v1/counts", json=body)
            assert answer.status_code == 200, answer.text
            [count] = answer.json()["counts"]
            found[by] = {each["code"]: each["numerator"] for each in count["groups"]}
            if by == "none":
                [tally] = count["tallies"]
                found[by] = (tally["numerator"], tally["others"], tally["underway"])
            elif by == "class":
                found[by] = {each["class_id"]: each["numerator"] for each in count["tallies"]}
        return found

    async def listed(self, from_on: date, to_on: date, _: date | None) -> tuple[int, int]:
        """The people of the list, trained to an order and others."""
        asked = {"met_from_on": str(from_on), "met_to_on": str(to_on), "as_of": str(to_on), "include_total": "true", "limit": "2"}
        found: list[int] = []
        for trained in ("true", "false"):
            answer = await self.eastwest.as_("officer").get("/v1/placements", params=asked | {"trained": trained})
            assert answer.status_code == 200, answer.text
            found.append(answer.json()["total"])
        return found[0], found[1] - found[0]


async def count(eastwest: Service) -> None:
    while await known.learn(eastwest.kernel):
        pass
    while await job.recount(eastwest.kernel.engine):
        pass


async def test_whatever_happens_what_is_kept_is_what_the_facts_say(eastwest: Service, others: Neighbours) -> None:
    """After each change alone, so that every table must tell of its own; and boards are the same before and after counting."""
    chance = Random(3)
    made = [UUID((await eastwest.as_("officer").post("/v1/orders", json=order(f"FS-2025-00{n}"))).json()["id"]) for n in range(3)]
    here = City(eastwest, others, made, chance)
    for _ in range(36):
        await here.a_placement()
    for _ in range(12):
        await here.a_training()
    await count(eastwest)
    told = here.changes() * 3
    chance.shuffle(told)
    seen = set()
    for number, change in enumerate(told):
        await change()
        window, bys = WINDOWS[number % len(WINDOWS)], ("none", ("month", "region", "class")[number % 3])
        right = {by: told for by, told in here.by_hand(*window).items() if by in bys}
        assert await here.told(bys, *window) == right, (change, window)
        if number % 3 == 0 or change == here.a_training:
            assert await here.listed(*window) == here.by_hand(*window)["none"][:2], (change, window)
        await count(eastwest)
        async with AsyncSession(eastwest.kernel.engine) as session:
            assert await job.differing(session) == [], change
            assert await tallies.differing(await session.connection(), KEPT.info["tallies"][0]) == [], change
        assert await here.told(bys, *window) == right, (change, window)
        if number % 3 == 0:
            assert await here.listed(*window) == here.by_hand(*window)["none"][:2], (change, window)
        seen |= {name for name, value in zip(("met", "others", "underway"), right["none"], strict=True) if value}
    assert seen == {"met", "others", "underway"} and SUMS.name == "placement_figures_tally"


async def test_what_differs_is_told_and_mended(eastwest: Service, others: Neighbours) -> None:
    made = (await eastwest.as_("officer").post("/v1/orders", json=order())).json()["id"]
    here = City(eastwest, others, [UUID(made)], Random(1))
    for _ in range(12):
        await here.a_placement()
    await count(eastwest)
    async with AsyncSession(eastwest.kernel.engine) as session:
        wrong = (await session.execute(KEPT.select().where(KEPT.c.met).limit(1))).one().trainee_id
    await here.run(update(KEPT).values(met=False).where(KEPT.c.trainee_id == wrong))
    assert await job.mend(eastwest.kernel.engine) == [wrong]
    assert await job.mend(eastwest.kernel.engine) == []


def test_whoever_was_trained_between_two_stays_has_not_counted_as_trained_before_the_second() -> None:
    first, second, third = (facts.Stay(db.new_id(), None, date(2025, month, 1), None, date(2025, month + 3, 1)) for month in (1, 5, 9))
    still = facts.Stay(db.new_id(), None, date(2025, 10, 1), None, None)
    told = [
        (each["met"], each["trained"], each["counts_on"].month, each["met_before_on"], each["trained_before_on"])
        for each in facts._figures([still, third, second, first], date(2025, 3, 1))
    ]
    assert told == [
        (True, False, 4, None, None),
        (True, True, 8, first.met_on, None),
        (True, True, 12, second.met_on, second.met_on),
        (False, True, 1, third.met_on, third.met_on),
    ]
