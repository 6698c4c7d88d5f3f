"""Since when who completed a class works is kept with the enrolment, by kind, in the transaction of whatever changes it."""

import asyncio
import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update

from services.registry.counting import job
from services.registry.people.known.tables import KnownPlacement
from services.registry.people.trainees.tables import Trainee
from services.registry.training.enrolments.tables import WORKED, Employment, Enrolment
from shared import clock, db
from tests.conftest import Service, Start
from tests.registry.counting import registered
from tests.registry.counting.test_figures import ENDED, TRUE, City, city, waiting
from tests.waiting import until

DAY = timedelta(days=1)
KINDS = ["employer", "flexible", "self_employed", "farming"]


async def kept(registry: Service, enrolment_id: UUID) -> dict[str, date]:
    """By kind; what is kept of all is what looking anew says."""
    columns = [getattr(Enrolment, name) for name in WORKED]
    async with registry.kernel.engine.connect() as connection:
        assert await job.untrue(connection) == TRUE
        row = (await connection.execute(select(*columns).where(Enrolment.id == enrolment_id))).one()
    return {name.removesuffix("_on"): day for name, day in zip(WORKED, row, strict=True) if day}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("from_on", "until_on", "counts"),
    [
        pytest.param(ENDED + DAY, None, True, id="begun-after-the-class"),
        pytest.param(ENDED + DAY, ENDED + DAY, True, id="begun-after-it-and-over"),
        pytest.param(ENDED - DAY, ENDED + DAY, True, id="gone-on-the-day-after"),
        pytest.param(ENDED - DAY, ENDED, False, id="over-with-the-class"),
    ],
)
async def test_work_is_kept_that_begins_after_the_class_or_goes_on(
    start: Start, kind: str, from_on: date, until_on: date | None, counts: bool
) -> None:
    async with start("registry") as registry:
        here = await city(registry, random.Random(0))
        await registered.work(registry, here.enrolments[0], from_on, until_on, kind)
        assert await kept(registry, here.enrolments[0]) == ({kind: from_on} if counts else {})
        assert await kept(registry, here.enrolments[1]) == {}


async def test_work_is_kept_as_it_is_told_taken_back_and_told_again(start: Start) -> None:
    async with start("registry") as registry:
        here = await city(registry, random.Random(0))
        one = here.enrolments[0]
        (who, of), (other, _) = [await City(registry, [], [each], here.chance).one() for each in here.enrolments[:2]]
        first, second = ENDED + DAY, ENDED + 2 * DAY
        work = {"id": db.new_id(), "enrolment_id": one, "kind": "employer", "from_on": second, "grade": "B", "recorded_at": clock.now()}
        placed = {"id": db.new_id(), "order_id": db.new_id(), "order_number": "1", "class_id": of, "learnt_at": clock.now()}
        absent = {"outcome": "absent", "counted_on": None, "counted_region_code": None}
        completed = {"outcome": "completed", "counted_on": ENDED, "counted_region_code": registered.SANKESHU}
        this, placement = Enrolment.id == one, KnownPlacement.id == placed["id"]
        changes: list[tuple[Any, dict[str, date]]] = [
            (insert(Employment).values(work), {"employer": second}),
            (insert(KnownPlacement).values(placed | {"trainee_id": who, "told_of": who, "started_on": first}), {"employer": first}),
            (update(KnownPlacement).values(left_on=ENDED, started_on=ENDED).where(placement), {"employer": second}),
            (update(KnownPlacement).values(left_on=first).where(placement), {"employer": ENDED}),
            (update(KnownPlacement).values(trainee_id=other).where(placement), {"employer": second}),
            (update(Trainee).values(merged_into=other).where(Trainee.id == who), {"employer": ENDED}),
            (update(Enrolment).values(counted_on=first).where(this), {"employer": second}),
            (update(Enrolment).values(absent).where(this), {}),
            (update(Enrolment).values(completed).where(this), {"employer": ENDED}),
            (update(Trainee).values(merged_into=None).where(Trainee.id == who), {"employer": second}),
            (update(Employment).values(voided_at=clock.now(), void_reason="误报").where(Employment.id == work["id"]), {}),
            (insert(Employment).values(work | {"id": db.new_id(), "corrects": work["id"], "kind": "farming"}), {"farming": second}),
            (update(KnownPlacement).values(trainee_id=who).where(placement), {"farming": second, "employer": ENDED}),
            (delete(KnownPlacement).where(placement), {"farming": second}),
        ]
        for number, (change, then) in enumerate(changes):
            await here.run(change)
            assert await kept(registry, one) == then, number


async def test_who_finds_work_while_their_class_is_completed_is_not_without(start: Start) -> None:
    """Whichever of the two is written first."""
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校")
        class_id = await registered.training_class(registry, school, ends_on=ENDED)
        enrolled = await registered.people(registry, class_id, 2, counted_on=None, outcome="absent")
        here = City(registry, [class_id], enrolled, random.Random(0))
        completed = {"outcome": "completed", "counted_on": ENDED, "counted_region_code": registered.SANKESHU}
        for one, work_first in zip(enrolled, (True, False), strict=True):
            work = {"id": db.new_id(), "enrolment_id": one, "kind": "flexible", "from_on": ENDED, "grade": "B", "recorded_at": clock.now()}
            both = [insert(Employment).values(work), update(Enrolment).values(completed).where(Enrolment.id == one)]
            first, second = both if work_first else reversed(both)
            async with registry.kernel.engine.begin() as writing:
                await writing.execute(first)
                meanwhile = asyncio.create_task(here.run(second))
                await until(lambda: waiting(registry))
            await meanwhile
            assert await kept(registry, one) == {"flexible": ENDED}


async def test_a_plan_that_counts_some_kinds_alone_finds_the_first_of_these(start: Start) -> None:
    async with start("registry") as registry:
        here = await city(registry, random.Random(0))
        one, after = here.enrolments[0], ENDED + 9 * DAY
        await registered.work(registry, one, ENDED + DAY, kind="flexible")
        await registered.work(registry, one, after, kind="farming")

        async def found(kinds: str, as_of: date) -> int:
            asked = {"employed_as_of": str(as_of), "employed_within_months": "6", "employed_kinds": kinds}
            return len((await registry.as_("officer").get("/v1/enrolments", params=asked)).json()["items"])

        assert [await found("employer,farming", day) for day in (after - DAY, after)] == [0, 1]
        assert [await found("flexible,farming", day) for day in (ENDED, ENDED + DAY)] == [0, 1]
        assert await found("employer,self_employed", after) == 0


async def test_what_is_not_kept_of_work_is_told_and_mended(start: Start) -> None:
    async with start("registry") as registry:
        here = await city(registry, random.Random(0))
        await here.run(update(Enrolment).values(farming_on=ENDED).where(Enrolment.id == here.enrolments[0]))
        assert await job.keep(registry.kernel.engine) == {"trained": [], "enrolments": [here.enrolments[0]]}
        assert await kept(registry, here.enrolments[0]) == {}
