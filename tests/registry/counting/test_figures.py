"""What is kept of each class for boards is what counting them all anew says, whatever happens, and on every day."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update

from services.registry.counting import job
from services.registry.counting.tables import SUMS, ClassFigures, DueRecount
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees.tables import Trainee, TraineeCategory
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Employment, Enrolment
from shared import clock, db, tallies
from tests.conftest import Service, Start
from tests.registry.counting import registered
from tests.registry.counting.asking import ask
from tests.registry.counting.registered import SANKESHU, ZHOUXI
from tests.waiting import until

ENDED = date(2025, 3, 31)
LONG_AGO = datetime(2024, 1, 1, tzinfo=clock.SHANGHAI)
TERMS = {
    "employed_within_months": 6,
    "employed_kinds": ["employer", "flexible", "self_employed", "farming"],
    "certified_kinds": ["skill_level", "special_skill", "qualification", "work_permit"],
}
TRUE: dict[str, list[UUID]] = {"trained": [], "enrolments": []}
MEASURES = ("person_times", "certified_share", "employed_share", "placed_share")
ASKED: list[dict[str, Any]] = [
    {"measure": measure, "programmes": programmes, "from_on": from_on} | TERMS
    for measure in MEASURES
    for programmes in ([], ["four.technician"])
    for from_on in ("2024-01-01", "2025-02-11")
]
ASKED += [{"measure": "demonstration_classes"} | TERMS]
ASKED += [{"measure": "order_classes", "class_trainees_at_least": number} | TERMS for number in (1, 4)]
# Amid a month and at its end; by what sums of months are told apart by, and by what they are not.
BOARDS = (
    ("2025-04-15", "region"),
    ("2025-12-31", "none"),
    ("2025-12-31", "category"),
    ("2025-09-30", "month"),
    ("2025-08-20", "institution"),
)
Change = Callable[[], Awaitable[None]]


async def boards(registry: Service) -> list[Any]:
    found = []
    for as_of, by in BOARDS:
        counts = await ask(registry, *(each | {"to_on": as_of} for each in ASKED), as_of=as_of, by=by)
        found.append([(each["tallies"], sorted(each["groups"], key=str)) for each in counts])
    return found


async def everything_is_due(registry: Service) -> None:
    async with registry.kernel.engine.begin() as connection:
        await connection.execute(insert(DueRecount).from_select(["class_id"], select(TrainingClass.id)))


async def waiting(registry: Service) -> bool:
    """Whether somebody waits for another."""
    async with registry.kernel.reading() as session:
        return bool(
            await session.scalar(
                text("SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()")
            )
        )


async def count(registry: Service) -> None:
    while await job.recount(registry.kernel.engine):
        pass


class City:
    """Four classes, of which one is to an order and in one there is nobody, their people, and what may happen to them."""

    def __init__(self, registry: Service, classes: list[UUID], enrolments: list[UUID], chance: random.Random) -> None:
        self.registry, self.classes, self.enrolments, self.chance = registry, classes, enrolments, chance

    async def run(self, *statements: Any) -> None:
        async with self.registry.kernel.engine.begin() as connection:
            for statement in statements:
                await connection.execute(statement)

    def day(self) -> date:
        return ENDED + timedelta(days=self.chance.randrange(-60, 260))

    async def one(self) -> tuple[UUID, UUID]:
        """Somebody, and the class."""
        wanted = select(Enrolment.trainee_id, Enrolment.class_id).where(Enrolment.id == self.chance.choice(self.enrolments))
        async with self.registry.kernel.reading() as session:
            who, of = (await session.execute(wanted)).one()
        return who, of

    async def a_certificate(self) -> None:
        who, of = await self.one()
        held = {"id": db.new_id(), "class_id": self.chance.choice([of, None]), "kind": "skill_level", "occupation_code": "6-31-01-03"}
        await self.run(insert(KnownCertificate).values(held | {"trainee_id": who, "told_of": who, "issued_on": self.day()}))

    async def a_revocation(self) -> None:
        await self.run(update(KnownCertificate).values(revoked_on=self.day()).where(KnownCertificate.revoked_on.is_(None)))

    async def a_placement(self) -> None:
        (who, of), began = await self.one(), self.day()
        placed = {"id": db.new_id(), "order_id": db.new_id(), "order_number": "1", "class_id": of, "learnt_at": clock.now()}
        left = self.chance.choice([None, began + timedelta(days=20)])
        await self.run(insert(KnownPlacement).values(placed | {"trainee_id": who, "told_of": who, "started_on": began, "left_on": left}))

    async def no_placement(self) -> None:
        await self.run(update(KnownPlacement).values(started_on=None, left_on=None))

    async def work(self) -> None:
        began, kinds = self.day(), ["employer", "flexible", "self_employed", "farming"]
        until_on = self.chance.choice([None, began + timedelta(days=20)])
        await registered.work(self.registry, self.chance.choice(self.enrolments), began, until_on, self.chance.choice(kinds))

    async def no_work(self) -> None:
        await self.run(update(Employment).values(voided_at=clock.now(), void_reason="误报").where(Employment.voided_at.is_(None)))

    async def a_category(self) -> None:
        await registered.category(
            self.registry, self.chance.choice(self.enrolments), self.chance.choice(["veteran", "rural_woman"]), date(2025, 1, 1)
        )

    async def no_category(self) -> None:
        await self.run(delete(TraineeCategory))

    async def a_merge(self) -> None:
        kept, *others = {(await self.one())[0] for _ in range(2)}
        await registered.merge(self.registry, None, (await self.one())[0])
        async with self.registry.kernel.reading() as session:
            free = set(await session.scalars(select(Trainee.id).where(Trainee.id.in_([kept, *others]), Trainee.merged_into.is_(None))))
            into = set(await session.scalars(select(Trainee.merged_into).where(Trainee.merged_into.is_not(None))))
        if kept in free and (gone := [each for each in others if each in free - into]):
            await registered.merge(self.registry, kept, *gone)

    async def an_outcome(self) -> None:
        one = Enrolment.id == self.chance.choice(self.enrolments)
        absent = {"outcome": "absent", "counted_on": None, "counted_region_code": None}
        completed = {"outcome": "completed", "counted_on": ENDED, "counted_region_code": self.chance.choice([SANKESHU, ZHOUXI])}
        await self.run(update(Enrolment).values(self.chance.choice([absent, completed])).where(one))

    async def another_last_day(self) -> None:
        day = self.chance.choice([ENDED, ENDED + timedelta(days=40)])
        await self.run(update(Enrolment).values(counted_on=day).where(Enrolment.counted_on.is_not(None)))

    async def another_programme(self) -> None:
        programmes = self.chance.choice([["four.technician"], ["four.chef"], []])
        await self.run(update(TrainingClass).values(programmes=programmes).where(TrainingClass.id == self.chance.choice(self.classes)))

    async def another_trade(self) -> None:
        trade = self.chance.choice(["6-31-01-03", "4-10-01-06", "4-03-02-01"])
        await self.run(update(TrainingClass).values(occupation_code=trade).where(TrainingClass.id == self.chance.choice(self.classes)))

    async def another_town(self) -> None:
        town = self.chance.choice([SANKESHU, ZHOUXI])
        await self.run(update(TrainingClass).values(region_code=town).where(TrainingClass.id == self.chance.choice(self.classes)))

    async def another_home(self) -> None:
        who, _ = await self.one()
        await self.run(update(Trainee).values(region_code=self.chance.choice([SANKESHU, ZHOUXI])).where(Trainee.id == who))

    async def a_late_enrolment(self) -> None:
        absent = {"outcome": "absent", "counted_on": None, "counted_region_code": None, "id": db.new_id(), "version": 1}
        who, _ = await self.one()
        others = select(Enrolment.id).where(Enrolment.trainee_id == who, Enrolment.class_id == self.classes[1])
        new = {"class_id": self.classes[1], "trainee_id": who, "enrolled_at": clock.now(), "changed_at": clock.now(), "external_refs": []}
        async with self.registry.kernel.reading() as session:
            there = await session.scalar(others)
        if there is None:
            await self.run(insert(db.table(Enrolment)).values(absent | new))

    async def a_first_day(self) -> None:
        one = Enrolment.id == self.chance.choice(self.enrolments)
        await self.run(update(Enrolment).values(from_on=self.chance.choice([None, ENDED])).where(one))

    async def a_leaver(self) -> None:
        left = {
            "outcome": "withdrawn",
            "counted_on": None,
            "counted_region_code": None,
            "changed_at": self.chance.choice([LONG_AGO, clock.now()]),
        }
        await self.run(update(Enrolment).values(left).where(Enrolment.id == self.chance.choice(self.enrolments)))

    async def a_demonstration(self) -> None:
        one = TrainingClass.id == self.chance.choice(self.classes)
        await self.run(update(TrainingClass).values(demonstration=~TrainingClass.demonstration).where(one))

    async def a_renamed_class(self) -> None:
        one = TrainingClass.id == self.chance.choice(self.classes)
        await self.run(update(TrainingClass).values(name=TrainingClass.name + "甲").where(one))

    async def a_reopened_class(self) -> None:
        one = TrainingClass.id == self.chance.choice(self.classes)
        now = self.chance.choice([{"status": "in_progress", "completed_people": None}, {"status": "completed", "completed_people": 1}])
        await self.run(update(TrainingClass).values(now).where(one))

    def changes(self) -> list[Change]:
        return [getattr(self, name) for name in vars(City) if name.startswith(("a_", "an_", "no_", "work", "another"))]


async def city(registry: Service, chance: random.Random) -> City:
    school = await registered.institution(registry, "甲校")
    made, enrolments = [], []
    for order, programmes, earlier, people in (
        (None, ["four.technician"], 0, 4),
        (db.new_id(), ["four.technician"], 0, 4),
        (None, ["four.chef"], 49, 4),
        (None, [], 0, 0),
    ):
        made.append(
            await registered.training_class(
                registry, school, *programmes, ends_on=ENDED - timedelta(days=earlier), order_id=order, demonstration=not people
            )
        )
        enrolments += await registered.people(registry, made[-1], people, counted_on=ENDED) if people else []
    return City(registry, made, enrolments, chance)


async def test_whatever_happens_what_is_kept_is_what_counting_anew_says(start: Start) -> None:
    """After each change alone, so that every table must tell of its own; and boards of several days are the same before and after counting."""
    async with start("registry") as registry:
        chance = random.Random(1)
        here = await city(registry, chance)
        changes = here.changes() * 3
        chance.shuffle(changes)
        for number, change in enumerate(changes):
            await change()
            told = await boards(registry) if number % 9 == 0 else None
            await count(registry)
            async with registry.kernel.engine.connect() as connection:
                assert (await job.differing(connection), await job.untrue(connection)) == ([], TRUE), change
                assert await tallies.differing(connection, SUMS.info["tallies"][0]) == [], change
            assert told is None or await boards(registry) == told, change
        told = await boards(registry)
        await everything_is_due(registry)
        assert await boards(registry) == told


async def test_on_an_earlier_day_counts_what_was_so_then(start: Start) -> None:
    """Counted afresh, as long as the class is due, and from what is kept. Of two certificates one follows the other; a third was taken back on its day."""
    async with start("registry") as registry:
        here = await city(registry, random.Random(0))
        began, took, ended = date(2025, 5, 10), date(2025, 6, 10), date(2025, 7, 10)
        who, of = await City(registry, [], [enrolment := here.enrolments[4]], here.chance).one()  # of the class that is to an order
        held = {"class_id": of, "kind": "skill_level", "occupation_code": "6-31-01-03", "trainee_id": who, "told_of": who}
        for issued_on, revoked_on in ((began, took), (took, ended), (ended, ended)):
            await here.run(insert(KnownCertificate).values(held | {"id": db.new_id(), "issued_on": issued_on, "revoked_on": revoked_on}))
        placed = {"id": db.new_id(), "order_id": db.new_id(), "order_number": "1", "class_id": of, "learnt_at": clock.now()}
        await here.run(insert(KnownPlacement).values(placed | {"trainee_id": who, "told_of": who, "started_on": took}))
        await registered.work(registry, enrolment, began)
        days = [day + timedelta(days=each) for day in (began, took, ended) for each in (-1, 0)]

        async def told() -> list[list[int]]:
            found = []
            for day in days:
                counts = await ask(registry, *({"measure": each, "to_on": str(day)} | TERMS for each in MEASURES[1:]), as_of=str(day))
                found.append([count["tallies"][0]["numerator"] for count in counts])
            return found

        afresh = await told()
        await count(registry)
        assert await told() == afresh == [[0, 0, 0], [1, 1, 0], [1, 1, 0], [1, 1, 1], [1, 1, 1], [0, 1, 1]]


async def test_what_differs_is_told_and_mended(start: Start) -> None:
    async with start("registry") as registry:
        here = await city(registry, random.Random(0))
        await count(registry)
        kept = db.table(ClassFigures)
        await here.run(update(kept).values(completed=kept.c.completed + 1).where(kept.c.class_id == here.classes[0], kept.c.under == ""))
        async with registry.kernel.engine.connect() as connection:
            assert await job.differing(connection) == [{"class_id": here.classes[0], "rows": 2}]
        assert await job.mend(registry.kernel.engine) == [{"class_id": here.classes[0], "rows": 2}]
        async with registry.kernel.engine.connect() as connection:
            assert await job.differing(connection) == []


async def test_since_when_somebody_works_away_is_kept_as_it_is_told(start: Start) -> None:
    async with start("registry") as registry:
        here = await city(registry, random.Random(0))
        sent = here.enrolments[4]  # of the class that is to an order
        (who, of), (kept, _) = [await City(registry, [], [each], here.chance).one() for each in (sent, here.enrolments[0])]
        placed = {"id": db.new_id(), "order_id": db.new_id(), "order_number": "1", "class_id": of, "learnt_at": clock.now()}
        one = KnownPlacement.id == placed["id"]
        for change, on in (
            (insert(KnownPlacement).values(placed | {"trainee_id": who, "told_of": who, "started_on": ENDED}), ENDED),
            (update(KnownPlacement).values(started_on=date(2025, 5, 1)).where(one), date(2025, 5, 1)),
            (update(KnownPlacement).values(class_id=None).where(one), None),
            (update(TrainingClass).values(order_id=placed["order_id"]).where(TrainingClass.id == of), date(2025, 5, 1)),
            (update(KnownPlacement).values(trainee_id=kept).where(one), None),
            (update(Trainee).values(merged_into=kept).where(Trainee.id == who), date(2025, 5, 1)),
            (update(Trainee).values(merged_into=None).where(Trainee.id == who), None),
            (update(KnownPlacement).values(trainee_id=who).where(one), date(2025, 5, 1)),
            (delete(KnownPlacement).where(one), None),
        ):
            await here.run(change)
            async with registry.kernel.engine.connect() as connection:
                assert await connection.scalar(select(Enrolment.placed_on).where(Enrolment.id == sent)) == on, change
                assert await job.untrue(connection) == TRUE


async def test_what_is_not_kept_of_people_and_enrolments_is_told_and_mended(start: Start) -> None:
    async with start("registry") as registry:
        here = await city(registry, random.Random(0))
        who, _ = await here.one()
        await here.run(update(Trainee).values(trained=False).where(Trainee.id == who))
        await here.run(update(Enrolment).values(placed_on=ENDED).where(Enrolment.id == here.enrolments[0]))
        assert await job.keep(registry.kernel.engine) == {"trained": [who], "enrolments": [here.enrolments[0]]}
        assert await job.keep(registry.kernel.engine) == TRUE


async def test_who_completes_a_class_while_they_are_merged_was_trained_as_whom_they_go_on(start: Start) -> None:
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校")
        class_id = await registered.training_class(registry, school, ends_on=ENDED)
        completes, *others = await registered.people(registry, class_id, 3, counted_on=None, outcome="absent")
        here = City(registry, [class_id], [completes, *others], random.Random(0))
        (old, _), (into, _) = [await City(registry, [], [each], here.chance).one() for each in (completes, others[0])]
        completed = {"outcome": "completed", "counted_on": ENDED, "counted_region_code": SANKESHU}
        async with registry.kernel.engine.begin() as merging:
            await merging.execute(update(Trainee).values(merged_into=into).where(Trainee.id == old))
            meanwhile = asyncio.create_task(here.run(update(Enrolment).values(completed).where(Enrolment.id == completes)))
            await until(lambda: waiting(registry))
        await meanwhile
        async with registry.kernel.engine.connect() as connection:
            assert await connection.scalar(select(Trainee.trained).where(Trainee.id == into))
            assert await job.untrue(connection) == TRUE
