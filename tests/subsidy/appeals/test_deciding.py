"""Appeals: who makes them, who answers them, and what an upheld one comes to from every state of the claim."""

from typing import Any

import httpx
import pytest

from shared import db
from tests.conftest import Start
from tests.subsidy.claims.papers import line, papers
from tests.subsidy.claims.world import AFTER_NOTICE, PERSONS, World, a_person, a_world, codes, key

BECAUSE_OF_AGE = {"reason": "出生日期登记有误,附户口簿。"}
UPHELD = {"outcome": "upheld", "reason": "户口簿与登记不符,须核实。"}
DISMISSED = {"outcome": "dismissed", "reason": "出生日期与身份证一致。"}


async def appealed(client: httpx.AsyncClient, claim: Any, **more: Any) -> dict[str, Any]:
    answer = await client.post(f"/v1/claims/{claim['id']}/appeals", json=BECAUSE_OF_AGE | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def decide(world: World, appeal: Any, body: Any, role: str = "reviewer", person_id: str | None = None) -> httpx.Response:
    """By somebody who had no part in the claim, unless said who."""
    by = world.as_(role, at=AFTER_NOTICE, person_id=person_id or str(db.new_id()))
    return await by.post(f"/v1/claims/{appeal['claim_id']}/appeals/{appeal['id']}:decide", json=body)


async def read(world: World, claim_id: str) -> dict[str, Any]:
    return dict((await world.as_("auditor").get(f"/v1/claims/{claim_id}")).json())


async def pay(world: World, claim: Any) -> None:
    """The claim's money goes out."""
    finance = world.as_("finance", at=AFTER_NOTICE)
    made = await finance.post("/v1/payment-batches", json={"fund_id": world.fund_id, "claim_ids": [claim["id"]]}, headers=key())
    assert made.status_code == 201, made.text
    path = f"/v1/payment-batches/{made.json()['id']}"
    sent = (await finance.post(f"{path}:export", headers=key() | {"If-Match": "*"})).json()
    results = [{"payment_id": each["id"], "result": "paid"} for each in sent["payments"]]
    answer = await finance.post(f"{path}:confirm", json={"results": results}, headers=key() | {"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def too_old(**changed: Any) -> dict[str, Any]:
    return a_person(birth_on="1950-01-01", **changed)


async def test_a_person_appeals_their_line_and_somebody_without_a_part_in_it_answers(start: Start) -> None:
    async with a_world(start) as world:
        person = too_old()
        claim = await world.bring_to("reviewed", world.open_class([a_person(), person]))
        me = world.as_("person", trainee_id=person["trainee_id"])
        made = await appealed(me, claim)
        assert (made["trainee_id"], made["status"], made["due_on"]) == (person["trainee_id"], "received", "2025-05-20")
        again = await me.post(f"/v1/claims/{claim['id']}/appeals", json=BECAUSE_OF_AGE)
        assert (again.status_code, again.json()["code"]) == (409, "appeal_open")
        refused = await decide(world, made, DISMISSED, "officer", PERSONS["officer"])
        assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
        answered = await decide(world, made, DISMISSED)
        assert answered.status_code == 200, answered.text
        seen = (await me.get(f"/v1/claims/{claim['id']}/appeals/{made['id']}")).json()
        assert (seen["status"], seen["decision_reason"], seen["follows"]) == ("dismissed", DISMISSED["reason"], None)
        twice = await decide(world, made, UPHELD)
        assert (twice.status_code, twice.json()["code"]) == (409, "invalid_state")
        now = await read(world, claim["id"])
        assert (now["version"], {line["verdict"] for line in now["lines"]}) == (claim["version"], {"eligible", "refused"})
        await appealed(me, claim)  # with what is new since


@pytest.mark.parametrize(
    ("status", "after"),
    [
        pytest.param("submitted", "submitted", id="submitted-begins-again"),
        pytest.param("reviewed", "submitted", id="reviewed-comes-back-to-the-first-review"),
        pytest.param("in_notice", "submitted", id="a-notice-is-closed"),
        pytest.param("approved", "submitted", id="an-approval-is-undone"),
        pytest.param("rejected", "submitted", id="a-rejection-is-undone"),
        pytest.param("returned", "returned", id="what-the-applicant-has-stays-with-them"),
    ],
)
async def test_a_claim_of_one_person_begins_again_in_place(start: Start, status: str, after: str) -> None:
    async with a_world(start) as world:
        person = too_old()
        claim = await world.bring_to(status, world.open_class([person]))
        made = await appealed(world.as_("person", trainee_id=person["trainee_id"]), claim)
        answer = await decide(world, made, UPHELD)
        assert (answer.status_code, answer.json()["follows"], answer.json()["overcame"]) == (200, "judged_anew", ["age_above_limit"]), (
            answer.text
        )
        now = await read(world, claim["id"])
        [line] = now["lines"]
        assert (now["status"], line["verdict"], line["amount"], now["amount"]) == (after, "held", "180.00", "0.00")
        assert [(each["code"], each["effect"]) for each in line["findings"]] == [("age_above_limit", "hold")]
        assert (await world.as_("auditor").get(f"/v1/claims/{claim['id']}:replay")).json()["same"] is True
        assert (await world.as_("public").get("/v1/notices", params={"claim_id": claim["id"]})).json()["items"] == []
        if after == "returned":
            now = await world.step("institution", "submit", now)
            assert codes(now["lines"][0]) == ["age_above_limit"]
        settled = await world.step(
            "reviewer", "resolve", now, {"trainee_id": person["trainee_id"], "outcome": "accept", "reason": "已核实"}
        )
        assert (settled["lines"][0]["verdict"], settled["amount"]) == ("eligible", "180.00")
        current = (await world.as_("auditor").get(f"/v1/claims/{claim['id']}:replay", params={"facts": "current"})).json()
        assert current["same"] is True


@pytest.mark.parametrize("status", ["submitted", "in_notice", "approved", "rejected", "returned", "paid"])
async def test_one_of_several_begins_again_on_a_claim_of_their_own(start: Start, status: str) -> None:
    async with a_world(start) as world:
        other, person = a_person(), too_old()
        claim = await world.bring_to("approved" if status == "paid" else status, world.open_class([other, person]))
        if status == "paid":
            await pay(world, claim)
        made = await appealed(world.as_("person", trainee_id=person["trainee_id"]), claim)
        answer = await decide(world, made, UPHELD)
        assert (answer.status_code, answer.json()["follows"]) == (200, "new_claim"), answer.text
        old, new = await read(world, claim["id"]), await read(world, answer.json()["new_claim_id"])
        assert (old["status"], old["amount"], [line["trainee_id"] for line in old["lines"]]) == (status, "180.00", [other["trainee_id"]])
        assert (new["status"], new["split_from_id"], new["lines"][0]["verdict"], new["lines"][0]["amount"]) == (
            "submitted",
            claim["id"],
            "held",
            "180.00",
        )
        assert {step["action"] for step in claim["decisions"]} <= {step["action"] for step in new["decisions"]}
        for each in (old, new):
            assert (await world.as_("auditor").get(f"/v1/claims/{each['id']}:replay")).json()["same"] is True
        if status == "in_notice":
            [notice] = (await world.as_("public").get("/v1/notices", params={"claim_id": claim["id"]})).json()["items"]
            assert len(notice["lines"]) == 1 and notice["amount"] == "180.00"


async def test_money_that_was_set_aside_for_a_line_is_given_back_and_what_was_paid_stays(start: Start) -> None:
    async with a_world(start) as world:
        first, second = a_person(), a_person()
        claim = await world.bring_to("approved", world.open_class([first, second]))
        made = await appealed(world.as_("institution"), claim, trainee_id=second["trainee_id"])
        answer = await decide(world, made, UPHELD, "officer")
        assert answer.json()["follows"] == "new_claim", answer.text
        fund = (await world.as_("finance").get(f"/v1/funds/{world.fund_id}")).json()
        assert (fund["reserved"], fund["paid"]) == ("180.00", "0.00")
        await pay(world, claim)
        made = await appealed(world.as_("institution"), claim, trainee_id=first["trainee_id"])
        answer = await decide(world, made, UPHELD, "officer")
        assert (answer.status_code, answer.json()["follows"]) == (200, "nothing"), answer.text
        now = await read(world, claim["id"])
        assert (now["status"], now["lines"][0]["paid_amount"]) == ("paid", "180.00")


async def test_what_was_withdrawn_meanwhile_is_answered_and_nothing_follows(start: Start) -> None:
    async with a_world(start) as world:
        person = too_old()
        claim = await world.bring_to("submitted", world.open_class([person]))
        made = await appealed(world.as_("person", trainee_id=person["trainee_id"]), claim)
        await world.step("institution", "withdraw", claim)
        answer = await decide(world, made, UPHELD)
        assert (answer.status_code, answer.json()["follows"]) == (200, "nothing")
        assert (await read(world, claim["id"]))["status"] == "withdrawn"


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
async def test_what_is_not_submitted_is_not_appealed(start: Start, status: str) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to(status, world.open_class([a_person()]))
        answer = await world.as_("institution").post(f"/v1/claims/{claim['id']}/appeals", json=BECAUSE_OF_AGE)
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")


async def test_what_a_person_has_had_already_no_appeal_gives_again(start: Start) -> None:
    async with a_world(start) as world:
        person = a_person()
        await world.bring_to("submitted", world.open_class([person]))
        second = await world.bring_to("submitted", world.open_class([person], starts_on="2025-04-08", trade_filing_no="州备-0001"))
        assert codes(second["lines"][0])[:1] == ["already_subsidised"], second["lines"]
        made = await appealed(world.as_("person", trainee_id=person["trainee_id"]), second)
        answer = await decide(world, made, UPHELD)
        assert (answer.status_code, answer.json()["overcame"]) == (200, []), answer.text
        assert (await read(world, second["id"]))["lines"][0]["verdict"] == "refused"


async def test_an_office_appeals_for_a_person_with_their_signed_paper(start: Start) -> None:
    async with a_world(start) as world:
        person, paper = too_old(), str(db.new_id())
        claim = await world.bring_to("submitted", world.open_class([a_person(), person]))
        path, clerk = f"/v1/claims/{claim['id']}/appeals", str(db.new_id())
        officer = world.as_("officer", person_id=clerk)
        said = BECAUSE_OF_AGE | {"trainee_id": person["trainee_id"], "on_behalf": True}
        faults = {
            "authorisation_missing": said,
            "missing_field": BECAUSE_OF_AGE | {"on_behalf": True, "attachments": [paper]},
            "unknown_trainee": said | {"trainee_id": str(db.new_id()), "attachments": [paper]},
        }
        for code, body in faults.items():
            answer = await officer.post(path, json=body)
            assert (answer.status_code, [fault["code"] for fault in answer.json()["errors"]]) == (422, [code])
        assert (await officer.post(path, json=BECAUSE_OF_AGE)).json()["code"] == "not_your_claim"
        for town in ("522601101", None):
            stranger = world.as_("town", region_code=town)
            assert (await stranger.post(path, json=said | {"attachments": [paper]})).status_code == 404
            assert (await stranger.get(path)).status_code == 404
        answer = await officer.post(path, json=said | {"attachments": [paper]})
        assert (answer.status_code, answer.json()["on_behalf"], answer.json()["attachments"]) == (201, True, [paper])
        own = await decide(world, answer.json(), DISMISSED, "officer", clerk)
        assert (own.status_code, own.json()["code"]) == (409, "same_person")


async def test_a_town_appeals_for_who_lives_in_it_on_whosever_claim_and_sees_no_more_of_that(start: Start) -> None:
    async with a_world(start) as world:
        person, other, paper, town = too_old(), a_person(), str(db.new_id()), world.as_("town", region_code="522601100")
        claim = await world.bring_to("submitted", world.open_class([other, person]))
        for each, lives_in in ((person, "522601100"), (other, "522601102")):
            world.people[each["trainee_id"]] = each | {"region_code": lives_in}
        path = f"/v1/claims/{claim['id']}/appeals"
        said = BECAUSE_OF_AGE | {"trainee_id": person["trainee_id"], "on_behalf": True}
        assert [each["code"] for each in (await town.post(path, json=said)).json()["errors"]] == ["authorisation_missing"]
        signed = said | {"attachments": [paper]}
        assert (await town.post(path, json=signed | {"trainee_id": other["trainee_id"]})).status_code == 404
        made = await town.post(path, json=signed)
        assert (made.status_code, made.json()["on_behalf"], made.json()["claim_number"]) == (201, True, claim["number"])
        assert [each["id"] for each in (await town.get(path)).json()["items"]] == [made.json()["id"]]
        assert (await world.as_("town", region_code="522601101").get(f"{path}/{made.json()['id']}")).status_code == 404
        assert (await town.get(f"/v1/claims/{claim['id']}")).status_code == 404
        decided = await decide(world, made.json(), UPHELD)
        assert (decided.status_code, (await town.get(f"{path}/{made.json()['id']}")).json()["status"]) == (200, "upheld"), decided.text


async def test_an_appeal_waits_for_who_may_answer_it_and_is_seen_by_whom_it_is_about(start: Start) -> None:
    async with a_world(start) as world:
        other, person = too_old(), too_old()
        claim = await world.bring_to("reviewed", world.open_class([other, person]))
        me = world.as_("person", trainee_id=person["trainee_id"])
        made = await appealed(me, claim)
        path = f"/v1/claims/{claim['id']}/appeals"

        async def waiting(role: str, **bound: Any) -> list[tuple[str, str]]:
            items = (await world.as_(role, **bound).get("/v1/worklist?kind=appeal_received")).json()["items"]
            return [(each["action"], each["due_on"]) for each in items]

        assert await waiting("officer") == [] and await waiting("reviewer", person_id=str(db.new_id())) == [("decide", "2025-05-20")]
        [action] = (await world.as_("reviewer", person_id=str(db.new_id())).get(f"{path}/{made['id']}")).json()["allowed_actions"]
        assert (action["action"], action["allowed"]) == ("decide", True)
        assert len((await world.as_("auditor").get(path)).json()["items"]) == len((await me.get(path)).json()["items"]) == 1
        for role, bound in (("person", {"trainee_id": other["trainee_id"]}), ("institution", {})):
            client = world.as_(role, **bound)
            assert (await client.get(path)).json()["items"] == [], role
            assert (await client.get(f"{path}/{made['id']}")).status_code == 404, role
        events = (await world.as_("auditor").get("/v1/changes")).json()["items"]
        assert [event["subject"] for event in events if event["type"] == "claim.appealed"] == [claim["id"]]
        assert not [event for event in events if "户口簿" in str(event)]


async def test_a_certificate_that_came_too_late_is_settled_by_persons_once_its_appeal_is_upheld(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        one, other = world.person(), world.person()
        lines = [line(each, world.certificate(each)) for each in (one, other)]
        body = world.claims_for("certificate_direct", *lines, applicant={"institution_id": world.school_id})
        claim = await world.submitted(body, "2026-04-21T09:00:00+08:00")
        assert {tuple(codes(each)) for each in claim["lines"]} == {("certificate_too_old",)}
        made = await appealed(world.as_("person", trainee_id=other), claim)
        answer = await decide(world, made, UPHELD)
        assert (answer.status_code, answer.json()["follows"], answer.json()["overcame"]) == (200, "new_claim", ["certificate_too_old"]), (
            answer.text
        )
        old, new = await read(world, claim["id"]), await read(world, answer.json()["new_claim_id"])
        assert [line["trainee_id"] for line in old["lines"]] == [one]
        assert [(line["trainee_id"], line["certificate_id"]) for line in new["lines"]] == [(other, lines[1]["certificate_id"])]
        assert (await world.as_("auditor").get(f"/v1/claims/{new['id']}:replay")).json()["same"] is True
