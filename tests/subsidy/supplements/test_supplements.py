"""Supplements: what facts that were put right find due beyond what was paid is told, claimed by the applicant, seen by as many eyes as any claim, paid once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared import db
from tests.conftest import Start
from tests.subsidy.appeals.test_deciding import UPHELD, appealed, decide
from tests.subsidy.claims.world import AFTER_NOTICE, PERSONS, a_world
from tests.subsidy.reassessments.story import Told

LATER = "2025-06-20T09:00:00+08:00"
BACK = "attendance.corrected"


@asynccontextmanager
async def paid_too_little(start: Start) -> AsyncIterator[tuple[Told, dict[str, Any]]]:
    """A claim paid for one day of the first person's three, whose attendance is then put right."""
    async with a_world(start) as world:
        world.fund_id = await world.fund()
        told = Told(world)
        whole = told.people[0]["half_days"]
        told.people[0]["half_days"] = whole[:1]
        claim = await told.claim("paid")
        assert [line["amount"] for line in claim["lines"]] == ["60.00", "180.00"]
        told.people[0]["half_days"] = whole
        yield told, claim


async def pay(told: Told, claim: dict[str, Any]) -> dict[str, Any]:
    """From the first review to the bank, by three more persons."""
    world = told.world
    for role, action, at in (("officer", "review", AFTER_NOTICE), ("reviewer", "confirm", AFTER_NOTICE), ("finance", "approve", LATER)):
        claim = await world.step(role, action, claim, at=at)
    batch = await told.batch("payment-batches", {"fund_id": world.fund_id, "claim_ids": [claim["id"]]}, 201)
    batch = await told.batch(f"payment-batches/{batch['id']}:export", None, version=batch["version"])
    await told.pay(batch)
    return await told.seen(claim)


async def test_what_is_due_beyond_is_told_claimed_and_paid_once(start: Start) -> None:
    async with paid_too_little(start) as (told, claim):
        world = told.world
        early = await world.act("institution", "supplement", await told.seen(claim), at=AFTER_NOTICE)
        assert (early.status_code, early.json()["code"]) == (409, "invalid_state")
        await told.hears(BACK)
        seen = await told.seen(claim)
        assert [line["more_due_amount"] for line in seen["lines"]] == ["120.00", "0.00"] and seen["amount"] == "240.00"
        school = world.as_("institution", at=AFTER_NOTICE)
        waiting = (await school.get("/v1/worklist")).json()["items"]
        assert [(each["kind"], each["action"], each["subject_id"]) for each in waiting] == [("claim_more_due", "supplement", claim["id"])]
        assert waiting[0]["since_at"] == AFTER_NOTICE.replace("+08:00", ".000+08:00")
        mine = (await school.get(f"/v1/claims/{claim['id']}")).json()["allowed_actions"]
        assert {"action": "supplement", "allowed": True, "why_not": None} in mine

        stranger = await world.act("institution", "supplement", seen, at=AFTER_NOTICE, institution_id=str(db.new_id()))
        officer = await world.act("officer", "supplement", seen, at=AFTER_NOTICE)
        assert (stranger.status_code, officer.status_code, officer.json()["code"]) == (404, 403, "not_your_claim")
        own = await world.step("institution", "supplement", seen, {"comment": "签到更正后应补"}, AFTER_NOTICE)
        [line] = own["lines"]
        assert (own["status"], own["amount"], own["supplement_of_number"]) == ("submitted", "120.00", claim["number"])
        assert line["calculation"] == "3 天 × 60.00 元 = 180.00 元,此前已核定 60.00 元,补差 120.00 元"
        assert {each["effect"] for each in line["findings"]} <= {"note"}
        assert (await world.as_("auditor").get(f"/v1/claims/{own['id']}:replay")).json()["same"] is True
        seen = await told.seen(claim)
        assert {line["more_due_amount"] for line in seen["lines"]} == {"0.00"} and seen["decisions"][-1]["other_claim_id"] == own["id"]
        twice = await world.act("institution", "supplement", seen, at=AFTER_NOTICE)
        assert (twice.status_code, twice.json()["code"]) == (409, "invalid_state")

        same = await world.act("officer", "review", own, at=AFTER_NOTICE, person_id=own["decisions"][0]["person_id"])
        assert (same.status_code, same.json()["code"]) == (409, "same_person")
        paid = await pay(told, own)
        assert (paid["status"], paid["lines"][0]["paid_amount"]) == ("paid", "120.00")
        await told.hears(BACK)
        for each in (claim, own):
            assert {line["more_due_amount"] for line in (await told.seen(each))["lines"]} == {"0.00"}
        assert await told.recoveries() == []

        told.people[0]["half_days"] = told.people[0]["half_days"][:2]  # and wrong again: what was too much is the supplement's
        await told.hears(BACK)
        [proposed] = await told.recoveries()
        assert (proposed["claim_id"], proposed["amount"]) == (own["id"], "60.00")


async def test_a_supplement_that_is_given_up_is_due_as_before(start: Start) -> None:
    async with paid_too_little(start) as (told, claim):
        await told.hears(BACK)
        own = await told.world.step("institution", "supplement", await told.seen(claim), at=AFTER_NOTICE)
        returned = await told.world.step("officer", "return", own, {"reason": "附签到表"}, AFTER_NOTICE)
        again = await told.world.step("institution", "submit", returned, at=LATER)
        assert (again["amount"], again["facts_hash"]) == ("120.00", own["facts_hash"])
        await told.world.step("institution", "withdraw", again, at=LATER)
        await told.hears(BACK)
        seen = await told.seen(claim)
        assert [line["more_due_amount"] for line in seen["lines"]] == ["120.00", "0.00"]
        anew = await told.world.step("institution", "supplement", seen, at=LATER)
        assert anew["amount"] == "120.00"


async def test_an_upheld_appeal_of_a_paid_line_is_made_up(start: Start) -> None:
    async with paid_too_little(start) as (told, claim):
        person = told.people[0]["trainee_id"]
        made = await appealed(told.world.as_("person", trainee_id=person, at=AFTER_NOTICE), claim)
        answer = await decide(told.world, made, UPHELD)
        assert (answer.status_code, answer.json()["follows"]) == (200, "supplement"), answer.text
        own = await told.seen({"id": answer.json()["new_claim_id"]})
        assert (own["status"], own["amount"], own["supplement_of_id"]) == ("submitted", "120.00", claim["id"])
        assert [(each["action"], each["role"]) for each in own["decisions"]] == [("create", "person"), ("appeal", "reviewer")]
        await told.hears(BACK)
        assert {line["more_due_amount"] for line in (await told.seen(claim))["lines"]} == {"0.00"}


async def test_an_upheld_appeal_that_finds_nothing_more_changes_nothing(start: Start) -> None:
    async with paid_too_little(start) as (told, claim):
        other = told.people[1]["trainee_id"]
        made = await appealed(told.world.as_("person", trainee_id=other, at=AFTER_NOTICE), claim)
        answer = await decide(told.world, made, UPHELD)
        assert (answer.status_code, answer.json()["follows"], answer.json()["new_claim_id"]) == (200, "nothing", None)


@pytest.mark.parametrize(("asked_back", "more"), [("10.00", "120.00"), ("60.00", "0.00")])
async def test_what_is_asked_back_whole_is_claimed_for_anew(start: Start, asked_back: str, more: str) -> None:
    """Of what is asked back in part only what was never paid is made up for."""
    async with paid_too_little(start) as (told, claim):
        await by_hand(told, claim, asked_back)
        await told.hears(BACK)
        seen = await told.seen(claim)
        assert seen["lines"][0]["more_due_amount"] == more
        answer = await told.world.act("institution", "supplement", seen, at=AFTER_NOTICE, person_id=PERSONS["institution"])
        assert (answer.status_code, answer.json().get("amount")) == ((200, more) if more != "0.00" else (409, None)), answer.text


async def by_hand(told: Told, claim: dict[str, Any], yuan: str) -> dict[str, Any]:
    """A person asks back what no new facts found."""
    body = {"persons": [{"trainee_id": told.people[0]["trainee_id"], "amount": yuan}], "reason": "重复领取"}
    answer = await told.world.step("finance", "recover", await told.seen(claim), body, LATER)
    return dict(answer["recovery"])


async def by_fewer_days(told: Told, claim: dict[str, Any]) -> dict[str, Any]:
    """New facts find one day of the first person's three, finance asks back the rest, and then the facts are as they were."""
    whole = told.people[0]["half_days"]
    told.people[0]["half_days"] = whole[:1]
    await told.hears(BACK)
    told.people[0]["half_days"] = whole
    [proposed] = await told.recoveries()
    return await told.batch(f"recoveries/{proposed['id']}:accept", None)


@pytest.mark.parametrize("returned", [False, True])
async def test_only_what_facts_asked_back_may_be_due_again(start: Start, returned: bool) -> None:
    async with a_world(start) as world:
        world.fund_id = await world.fund()
        told = Told(world)
        claim = await told.claim("paid")
        assert [line["amount"] for line in claim["lines"]] == ["180.00", "180.00"]

        async def more_due_after(recovery: dict[str, Any]) -> str:
            if returned:
                received = {"received_on": "2025-05-20", "voucher_no": recovery["id"][-12:]}
                await told.batch(f"recoveries/{recovery['id']}:confirm", received)
            await told.hears(BACK)
            return str((await told.seen(claim))["lines"][0]["more_due_amount"])

        assert await more_due_after(await by_hand(told, claim, "50.00")) == "0.00"
        refused = await world.act("institution", "supplement", await told.seen(claim), at=AFTER_NOTICE)
        assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")

        recovery = await by_fewer_days(told, claim)
        assert (recovery["amount"], await more_due_after(recovery)) == ("70.00", "70.00"), "130.00 were left, one day is worth 60.00"
        own = await world.step("institution", "supplement", await told.seen(claim), at=AFTER_NOTICE)
        assert (own["amount"], own["lines"][0]["calculation"].partition(",")[2]) == ("70.00", "此前已核定 110.00 元,补差 70.00 元")
        assert (await world.as_("auditor").get(f"/v1/claims/{own['id']}:replay")).json()["same"] is True


async def test_a_part_of_what_facts_asked_back_is_due_again_though_it_is_less_than_was_paid_once(start: Start) -> None:
    async with a_world(start) as world:
        world.fund_id = await world.fund()
        told = Told(world)
        claim = await told.claim("paid")
        assert (await by_fewer_days(told, claim))["amount"] == "120.00", "of 180.00; one day of three is left"
        for days, more in ((1, "0.00"), (2, "60.00")):
            told.people[0]["half_days"] = [{"on": f"2025-04-{8 + day:02}", "half_days": 2} for day in range(days)]
            await told.hears(BACK)
            seen = await told.seen(claim)
            assert (seen["lines"][0]["more_due_amount"], await told.recoveries(), seen["hold"]) == (more, [], None)
        last = (await world.as_("auditor").get(f"/v1/claims/{claim['id']}/reassessments")).json()["items"][0]
        assert (last["outcome"], [(each["amount_before"], each["amount"]) for each in last["lines"]]) == ("told", [("60.00", "120.00")])
        own = await world.step("institution", "supplement", seen, at=AFTER_NOTICE)
        assert (own["amount"], own["lines"][0]["calculation"].partition(",")[2]) == ("60.00", "此前已核定 60.00 元,补差 60.00 元")
        await told.hears(BACK)
        assert (await told.seen(claim))["lines"][0]["more_due_amount"] == "0.00"


async def test_what_a_person_asked_back_of_a_supplement_is_not_made_up_for(start: Start) -> None:
    async with paid_too_little(start) as (told, claim):
        await told.hears(BACK)
        own = await told.world.step("institution", "supplement", await told.seen(claim), at=AFTER_NOTICE)
        await by_hand(told, await pay(told, own), "50.00")
        await told.hears(BACK)
        for each in (claim, own):
            assert {line["more_due_amount"] for line in (await told.seen(each))["lines"]} == {"0.00"}
