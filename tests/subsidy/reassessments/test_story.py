"""New facts find old claims, whatever changed and wherever the money is; and when they change back, so does what they did."""

import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import func, update

from services.subsidy.claims.tables import DueReassessment
from services.subsidy.reassessments.job import run_due
from shared import db
from tests.conftest import AWAY, Start
from tests.subsidy.claims.world import AFTER_NOTICE, a_person, a_world, key
from tests.subsidy.reassessments.story import FACTS, PENSION, Told, attendance, codes, overlap, pension


@contextlib.asynccontextmanager
async def told(start: Start) -> AsyncIterator[Told]:
    async with a_world(start) as world:
        yield Told(world)


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("status", ["submitted", "in_notice"])
async def test_an_open_claim_is_held_with_the_finding_until_the_facts_are_as_before(start: Start, fact: str, status: str) -> None:
    async with told(start) as at:
        claim = await at.claim(status)
        await run_due(at.world.subsidy.kernel)
        event, change, code = FACTS[fact]
        before = {**at.people[0]}, {**at.class_, "institution": {**at.class_["institution"]}}
        change(at.class_, at.people[0])
        await at.hears(event)
        held = await at.seen(claim)
        concerned = held["lines"] if fact == "a listing on the class's day" else held["lines"][:1]
        assert held["hold"]["code"] == ("institution_blacklisted" if code == "institution_blacklisted" else "facts_changed")
        assert {line["verdict"] for line in concerned} == {"held"} and held["amount"] == ("0.00" if len(concerned) == 2 else "180.00")
        assert all("facts_changed" in codes(line) and (code in codes(line) or not code) for line in concerned)
        assert held["lines"][0]["amount"] == ("60.00" if fact == "fewer days" else "180.00")
        at.people[0].update(before[0])
        at.class_.update(before[1])
        await at.hears(event)
        freed = await at.seen(claim)
        assert (freed["hold"], freed["amount"], freed["lines"]) == (None, claim["amount"], claim["lines"])
        steps = [(each["action"], each["actor"]) for each in freed["decisions"] if each["role"] == "service"]
        assert steps == [("hold", "subsidy"), ("release", "subsidy")]
        assert (await at.kept(), await at.due()) == (2, 0)


@pytest.mark.parametrize("status", ["approved", "exported"])
async def test_money_that_is_set_aside_stops_before_the_bank(start: Start, status: str) -> None:
    async with told(start) as at:
        claim = await at.claim(status)
        pension(at.class_, at.people[0])
        await at.hears("status_record.received")
        held = await at.seen(claim)
        assert (held["hold"]["code"], held["status"], held["amount"]) == ("facts_changed", "approved", "360.00")
        assert [(line["verdict"], "status_excluded" in codes(line)) for line in held["lines"]] == [("eligible", True), ("eligible", False)]
        if status == "approved":
            body = {"fund_id": at.world.fund_id, "claim_ids": [claim["id"]]}
            answer = await at.world.as_("finance", at=AFTER_NOTICE).post("/v1/payment-batches", json=body, headers=key())
            assert (answer.status_code, answer.json()["code"]) == (409, "claim_on_hold")
        assert await at.recoveries() == []


async def test_what_goes_out_while_it_is_held_is_proposed_to_be_asked_back(start: Start) -> None:
    async with told(start) as at:
        claim = await at.claim("exported")
        pension(at.class_, at.people[0])
        await at.hears("status_record.received")
        [batch] = (await at.world.as_("finance", at=AFTER_NOTICE).get("/v1/payment-batches")).json()["items"]
        shown = (await at.world.as_("finance", at=AFTER_NOTICE).get(f"/v1/payment-batches/{batch['id']}")).json()
        await at.pay(shown)
        await run_due(at.world.subsidy.kernel)
        paid = await at.seen(claim)
        assert (paid["status"], paid["hold"]) == ("paid", None)
        [proposal] = await at.recoveries()
        assert proposal["amount"] == "180.00"


@pytest.mark.parametrize("fact", FACTS)
async def test_of_what_was_paid_a_recovery_is_proposed_until_the_facts_are_as_before(start: Start, fact: str) -> None:
    async with told(start) as at:
        claim = await at.claim("paid")
        event, change, _ = FACTS[fact]
        before = {**at.people[0]}, {**at.class_, "institution": {**at.class_["institution"]}}
        change(at.class_, at.people[0])
        await at.hears(event)
        [proposal] = await at.recoveries()
        assert proposal["amount"] == {"fewer days": "120.00", "a listing on the class's day": "360.00"}.get(fact, "180.00")
        assert (await at.seen(claim))["status"] == "paid"
        await at.hears(event)
        assert [each["id"] for each in await at.recoveries()] == [proposal["id"]], "told once"
        at.people[0].update(before[0])
        at.class_.update(before[1])
        await at.hears(event)
        assert await at.recoveries() == [] and [each["id"] for each in await at.recoveries("withdrawn")] == [proposal["id"]]
        assert (await at.seen(claim))["lines"] == claim["lines"]


@pytest.mark.parametrize("action", ["accept", "dismiss"])
async def test_what_a_person_decided_on_a_proposal_stays(start: Start, action: str) -> None:
    async with told(start) as at:
        claim = await at.claim("paid")
        pension(at.class_, at.people[0])
        await at.hears("status_record.received")
        [proposal] = await at.recoveries()
        shown = (await at.world.as_("finance", at=AFTER_NOTICE).get(f"/v1/recoveries/{proposal['id']}")).json()
        assert [(each["trainee_id"], each["amount"]) for each in shown["persons"]] == [(at.people[0]["trainee_id"], "180.00")]
        role, body = ("finance", None) if action == "accept" else ("reviewer", {"reason": "社保已更正"})
        answer = await at.world.as_(role, at=AFTER_NOTICE).post(f"/v1/recoveries/{proposal['id']}:{action}", json=body, headers=key())
        assert answer.status_code == 200, answer.text
        assert (await at.seen(claim))["status"] == ("recovering" if action == "accept" else "paid")
        await at.hears("status_record.received")
        assert await at.recoveries() == []
        at.people[0]["statuses"] = []
        await at.hears("status_record.voided")
        assert len(await at.recoveries("recovering" if action == "accept" else "dismissed")) == 1
        at.people[0]["statuses"] = [PENSION]
        await at.hears("status_record.received")
        again = [] if action == "accept" else ["180.00"]
        assert [each["amount"] for each in await at.recoveries()] == again, "it was gone, and is there again"
        if action == "dismiss":
            [proposal] = await at.recoveries()
            path = f"/v1/recoveries/{proposal['id']}:dismiss"
            assert (await at.world.as_("reviewer", at=AFTER_NOTICE).post(path, json=body, headers=key())).status_code == 200
        at.people[0]["statuses"] = [PENSION, PENSION | {"source": "另一经办机构"}]
        await at.hears("status_record.received")
        assert [each["amount"] for each in await at.recoveries()] == again, "what refuses it for something else is new"


async def test_a_line_that_was_accepted_with_a_reason_stays_so_for_what_was_seen(start: Start) -> None:
    async with told(start) as at:
        claim = await at.claim("reviewed")
        overlap(at.class_, at.people[0])
        await at.hears("attendance.overlapped")
        held = await at.seen(claim)
        body = {"trainee_id": at.people[0]["trainee_id"], "outcome": "accept", "reason": "签到簿已核对"}
        accepted = await at.world.step("reviewer", "resolve", held, body)
        assert (accepted["hold"], accepted["amount"]) == (None, "360.00")
        await at.hears("attendance.overlapped")
        assert (await at.seen(claim))["version"] == accepted["version"]
        pension(at.class_, at.people[0])
        await at.hears("status_record.received")
        again = await at.seen(claim)
        assert (again["hold"]["code"], again["lines"][0]["verdict"]) == ("facts_changed", "held")


async def test_a_hold_on_approved_money_that_a_reviewer_released_is_not_set_again(start: Start) -> None:
    async with told(start) as at:
        claim = await at.claim("approved")
        pension(at.class_, at.people[0])
        await at.hears("status_record.received")
        freed = await at.world.step("reviewer", "release", await at.seen(claim), {"comment": "另一人的记录"})
        await at.hears("status_record.received")
        assert (await at.seen(claim))["version"] == freed["version"]


async def test_facts_that_would_pay_more_are_told_and_pay_nothing_by_themselves(start: Start) -> None:
    async with told(start) as at:
        attendance(at.class_, at.people[0])
        claim = await at.claim("paid")
        assert claim["amount"] == "240.00"
        at.people[0]["half_days"] = a_person()["half_days"]
        await at.hears("attendance.recorded")
        await at.hears("attendance.recorded")
        first, other = claim["lines"]
        assert ((await at.seen(claim))["lines"], await at.recoveries()) == ([first | {"more_due_amount": "120.00"}, other], [])
        assert (await at.kept("told"), await at.kept()) == (1, 1)
        trail = (await at.world.as_("auditor").get("/v1/audit", params={"subject": claim["id"]})).json()["items"]
        [entry] = [each for each in trail if each["action"] == "claim.reassessed"]
        assert entry["details"]["lines"][0]["amount"] == "180.00" and entry["details"]["facts_hash_before"] == claim["facts_hash"]


async def test_facts_that_raise_the_amount_again_after_a_recovery_are_told_once(start: Start) -> None:
    async with told(start) as at:
        whole = at.people[0]["half_days"]
        claim = await at.claim("paid")
        attendance(at.class_, at.people[0])
        await at.hears("attendance.corrected")
        [proposal] = await at.recoveries()
        await at.batch(f"recoveries/{proposal['id']}:accept", None)
        await at.batch(f"recoveries/{proposal['id']}:confirm", {"received_on": "2025-05-20", "voucher_no": "V1"})
        await at.hears("attendance.corrected")
        assert (await at.kept("told"), proposal["amount"]) == (0, "120.00")
        at.people[0]["half_days"] = whole
        for _ in range(2):
            await at.hears("attendance.corrected")
        assert (await at.kept("told"), await at.recoveries()) == (1, [])
        trail = (await at.world.as_("auditor").get("/v1/audit", params={"subject": claim["id"]})).json()["items"]
        line = next(each for each in trail if each["details"].get("outcome") == "told")["details"]["lines"][0]
        assert (line["amount_before"], line["amount"]) == ("60.00", "180.00")


async def test_what_a_person_asked_back_for_reasons_of_their_own_is_no_news(start: Start) -> None:
    async with told(start) as at:
        claim = await at.claim("paid")
        asked = {"persons": [{"trainee_id": at.people[0]["trainee_id"], "amount": "60.00"}]}
        await at.world.step("finance", "recover", claim, asked, AFTER_NOTICE)
        await at.hears("trainee.changed")
        assert await at.kept() == 0


async def test_the_same_event_twice_and_one_that_says_nothing_new_do_nothing(start: Start) -> None:
    async with told(start) as at:
        claim, event_id = await at.claim("submitted"), db.new_id()
        for _ in range(2):
            await at.event("trainee.changed", event_id)
        assert await at.due() == 1
        await at.event("trainee.changed", fields=["phone"])
        assert await at.due() == 1
        assert (await run_due(at.world.subsidy.kernel), await at.due()) == (1, 0)
        for fields, due in ((["name"], 0), (["kind"], 1)):  # whether it must be designated goes by its kind
            await at.event("institution.changed", institution_id=at.world.school_id, fields=fields)
            assert await at.due() == due
        await run_due(at.world.subsidy.kernel)
        assert ((await at.seen(claim))["version"], await at.kept()) == (claim["version"], 0)


async def test_nothing_is_lost_while_the_registry_is_away(start: Start) -> None:
    async with told(start) as at:
        claim = await at.claim("submitted")
        pension(at.class_, at.people[0])
        await at.event("status_record.received")
        neighbour = at.world.subsidy.kernel.neighbours["registry"]
        there, neighbour.transport = neighbour.transport, AWAY
        await run_due(at.world.subsidy.kernel)
        assert (await at.due(), (await at.seen(claim))["hold"]) == (1, None)
        neighbour.transport = there
        async with at.world.subsidy.kernel.writing.begin() as session:
            await session.execute(update(DueReassessment).values(look_at=func.now()))
        await run_due(at.world.subsidy.kernel)
        assert (await at.due(), (await at.seen(claim))["hold"]["code"]) == (0, "facts_changed")


async def test_a_claim_that_changes_while_the_registry_is_asked_is_asked_for_again(start: Start) -> None:
    async with told(start) as at:
        claim = await at.claim("submitted")
        pension(at.class_, at.people[0])
        neighbour, asked = at.world.subsidy.kernel.neighbours["registry"], []
        there = neighbour.transport
        assert isinstance(there, httpx.AsyncBaseTransport)

        async def meanwhile(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/internal/v1/claim-facts":
                asked.append(request)
                if len(asked) == 1:
                    await at.world.step("officer", "review", claim)
            return await there.handle_async_request(request)

        neighbour.transport = httpx.MockTransport(meanwhile)
        await at.hears("status_record.received")
        held = await at.seen(claim)
        assert (held["status"], held["hold"]["code"], await at.kept()) == ("reviewed", "facts_changed", 1)
        assert len(asked) >= 2, "what was asked before the claim changed is not what it is judged by"


@pytest.mark.parametrize("status", ["draft", "returned", "rejected", "withdrawn"])
async def test_what_is_not_before_the_office_is_judged_when_it_is_submitted(start: Start, status: str) -> None:
    async with told(start) as at:
        await at.claim(status)
        pension(at.class_, at.people[0])
        await at.event("status_record.received")
        assert await at.due() == 0


async def test_a_returned_claim_that_is_submitted_again_is_judged_and_no_more_held_for_it(start: Start) -> None:
    async with told(start) as at:
        claim = await at.claim("submitted")
        pension(at.class_, at.people[0])
        await at.hears("status_record.received")
        returned = await at.world.step("officer", "return", await at.seen(claim), {"reason": "请核对"})
        again = await at.world.step("institution", "submit", returned)
        assert (again["hold"], [line["verdict"] for line in again["lines"]]) == (None, ["refused", "eligible"])
        at.people[0]["statuses"] = []
        await at.hears("status_record.voided")
        assert [line["verdict"] for line in (await at.seen(claim))["lines"]] == ["refused", "eligible"], "told, not given by itself"


async def test_every_claim_is_looked_at_once_more_when_it_goes_into_notice(start: Start) -> None:
    """A fact that came between the registry's answer and the claim's own row concerns no claim that is there."""
    async with told(start) as at:
        claim = await at.claim("reviewed")
        pension(at.class_, at.people[0])
        await at.world.step("reviewer", "confirm", claim)
        await run_due(at.world.subsidy.kernel)
        assert (await at.seen(claim))["hold"]["code"] == "facts_changed"


async def test_two_listings_of_days_find_the_classes_of_these_days(start: Start) -> None:
    async with told(start) as at:
        await at.claim("submitted")
        await at.event("institution.suspended", from_on="2025-04-11")
        assert await at.due() == 0
        await at.event("institution.suspended", from_on="2025-04-10", until_on="2025-04-12")
        assert await at.due() == 1


async def test_who_gave_back_all_has_used_nothing_up(start: Start) -> None:
    """A record came, the money was recovered, and the record was taken back: in another order of arrival the person would have been paid."""
    async with told(start) as at:
        claim = await at.claim("paid")
        all_of_it, part_of_it = (
            {"trainee_id": each["trainee_id"], "amount": yuan} for each, yuan in zip(at.people, ("180.00", "60.00"), strict=True)
        )
        opened = (await at.world.step("finance", "recover", claim, {"persons": [all_of_it, part_of_it]}, AFTER_NOTICE))["recovery"]
        assert {line["verdict"] for line in (await at.world.draft(at.class_id))["lines"]} == {"refused"}
        for amount, voucher, verdicts in (("239.99", "V1", ["refused", "refused"]), ("0.01", "V2", ["eligible", "refused"])):
            received = {"received_on": "2025-05-20", "voucher_no": voucher, "amount": amount}
            await at.batch(f"recoveries/{opened['id']}:confirm", received)
            again = await at.world.draft(at.class_id)
            assert [line["verdict"] for line in again["lines"]] == verdicts
            for line in again["lines"]:
                [said] = [each for each in line["findings"] if each["code"] == "already_subsidised"]
                assert said["effect"] == ("refuse" if line["verdict"] == "refused" else "note")
                assert ("180.00 元,已全部追回" in said["seen"]) is (line["verdict"] == "eligible")
