"""A training of years is claimed for year by year, its advance comes back from who leaves, and one employer is given no more than the limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

from shared import db
from tests.conftest import Start
from tests.subsidy.claims.world import World, a_person, a_world, codes
from tests.subsidy.reassessments.story import Told

WORKER = [{"code": "enterprise_employee", "since_on": "2025-01-01", "until_on": None}]
COURSE = {
    "channel": "apprenticeship",
    "occupation_code": "6-18-02-04",
    "trade_name": None,
    "trade_filing_no": None,
    "level": "senior",
    "starts_on": "2025-05-01",
    "ends_on": "2027-04-30",
    "hours": 400,
    "status": "in_progress",
}
RATE = {"basis_status": "confirmed", "document": "示例〔2025〕7号", "clause": "三", "in_force_from": "2025-05-01"}
YEARLY = RATE | {"yuan_per_person": "6000.00", "years_paid_at_most": 2, "advance_percent": 50}


@asynccontextmanager
async def under(start: Start, scheme: str, **figures: Any) -> AsyncIterator[World]:
    """A world in which two administrators have published a rate for the scheme."""
    async with a_world(start) as world:
        shown = (await world.as_("officer").get(f"/v1/schemes/{scheme}")).json()["terms"]["block"]
        block = {name: value for name, value in shown.items() if name != "other_basis"} | figures
        proposed = await world.as_("admin", person_id=str(db.new_id())).post(f"/v1/schemes/{scheme}/terms", json=block)
        assert proposed.status_code == 201, proposed.text
        approved = await world.as_("admin", person_id=str(db.new_id())).post(f"{proposed.headers['location']}:approve")
        assert approved.status_code == 200, approved.text
        yield world


def an_apprentice(**changed: Any) -> dict[str, Any]:
    return a_person(outcome="enrolled", categories=WORKER, half_days=[{"on": "2025-05-06", "half_days": 2}], **changed)


async def claimed(world: World, class_id: str, on: str, scheme: str = "apprenticeship") -> dict[str, Any]:
    """Submitted on that day."""
    at = f"{on}T09:00:00+08:00"
    made = await world.as_("institution", at=at).post(
        "/v1/claims", json=world.body(class_id, scheme=scheme), headers={"Idempotency-Key": str(db.new_id())}
    )
    assert made.status_code == 201, made.text
    return await world.step("institution", "submit", made.json(), at=at)


async def test_each_year_is_claimed_for_in_advance_and_settled_when_it_is_over(start: Start) -> None:
    async with under(start, "apprenticeship", **YEARLY) as world:
        class_id = world.open_class([an_apprentice(), an_apprentice()], **COURSE)
        first = await claimed(world, class_id, "2025-05-06")
        assert (first["amount"], first["lines"][0]["calculation"]) == ("6000.00", "第 1 年预付 1 人 × 6000.00 元 × 50% = 3000.00 元")
        again = await claimed(world, class_id, "2025-06-06")
        assert again["amount"] == "0.00" and "此前已申领 3000.00 元,计 0.00 元" in again["lines"][0]["calculation"]
        second = await claimed(world, class_id, "2026-05-01")
        assert second["amount"] == "12000.00", "what is left of the first year, and the second year's advance"
        made, people = world.classes[class_id]
        made |= {"status": "completed", "half_days_held": 100}
        people[0]["outcome"], people[1]["outcome"] = "completed", "absent"
        last = await claimed(world, class_id, "2027-04-30")
        assert [line["trainee_id"] for line in last["lines"]] == [people[0]["trainee_id"]] and last["amount"] == "3000.00"
        elsewhere = world.open_class([people[0] | {"enrolment_id": str(db.new_id())}], **COURSE, number="KL-PX-2025-000002")
        other = await claimed(world, elsewhere, "2027-05-06")
        assert "already_subsidised" in codes(other["lines"][0]), "the level is paid for once"


async def test_who_leaves_after_the_advance_gives_it_back(start: Start) -> None:
    async with under(start, "apprenticeship", **YEARLY) as world:
        told = Told(world)
        told.people = [an_apprentice(), an_apprentice()]
        told.class_id = world.open_class(told.people, **COURSE)
        claim = await claimed(world, told.class_id, "2025-05-06")
        for role, action in (("officer", "review"), ("reviewer", "confirm"), ("finance", "approve")):
            claim = await world.step(
                role, action, claim, at="2025-05-20T09:00:00+08:00" if action == "approve" else "2025-05-06T09:00:00+08:00"
            )
        batch = await told.batch("payment-batches", {"fund_id": world.fund_id, "claim_ids": [claim["id"]]}, 201)
        await told.pay(await told.batch(f"payment-batches/{batch['id']}:export", None, version=batch["version"]))
        told.people[1]["outcome"] = "withdrawn"
        await told.hears("class.changed")
        [recovery] = await told.recoveries()
        one = (await world.as_("finance").get(f"/v1/recoveries/{recovery['id']}")).json()
        assert (one["amount"], [each["trainee_id"] for each in one["persons"]]) == ("3000.00", [told.people[1]["trainee_id"]])
        told.class_.update(status="completed", half_days_held=100)
        told.people[0]["outcome"] = "completed"
        await told.hears("class.changed")
        assert len(await told.recoveries()) == 1, "that the other completes changes nothing for the advance"


async def test_one_employer_is_given_no_more_than_the_limit_also_by_two_claims_at_once(start: Start) -> None:
    capped = RATE | {"yuan_per_person": "1000.00", "yuan_per_employer_at_most": "3500.00"}
    async with under(start, "upskill", **capped) as world:
        days = {"starts_on": "2025-05-01", "ends_on": "2025-05-03", "status": "completed", "channel": "upskill", "hours": 24}
        half_days = [{"on": str(date(2025, 5, 1) + timedelta(days=each)), "half_days": 2} for each in range(3)]

        def a_class(number: str) -> str:
            people = [a_person(categories=WORKER, half_days=half_days) for _ in range(2)]
            return world.open_class(people, **COURSE | days, number=number)

        classes = [a_class(f"KL-PX-2025-00000{each}") for each in range(1, 3)]
        answers = await asyncio.gather(*(claimed(world, class_id, "2025-05-20", "upskill") for class_id in classes))
        assert sorted(claim["amount"] for claim in answers) == ["1500.00", "2000.00"]
        [cut] = [line for claim in answers for line in claim["lines"] if line["amount"] == "500.00"]
        assert cut["calculation"] == "1 人 × 1000.00 元 = 1000.00 元,本单位累计至多 3500.00 元,尚余 500.00 元,计 500.00 元"
        third = await claimed(world, a_class("KL-PX-2025-000003"), "2025-05-21", "upskill")
        assert (third["amount"], [line["verdict"] for line in third["lines"]]) == ("0.00", ["eligible", "eligible"])
