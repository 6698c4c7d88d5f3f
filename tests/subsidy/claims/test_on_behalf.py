"""Who applies for a person: they themself, their employer, their town, the bureau; what that person signed, and a fund that the first review names."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from services.subsidy.claims.tables import Claim
from shared import db
from tests.conftest import Start
from tests.subsidy.claims.papers import line, papers
from tests.subsidy.claims.world import World, a_person, a_world, key

IN_JULY, IN_AUGUST = "2025-07-01T09:00:00+08:00", "2025-08-01T09:00:00+08:00"
PAPER = str(db.new_id())


def in_june(**changed: Any) -> dict[str, Any]:
    days = [{"on": f"2025-06-0{day}", "half_days": 2} for day in (3, 4, 5)]
    return a_person(half_days=days, categories=[{"code": "rural_worker", "since_on": "2025-06-03", "until_on": None}]) | changed


def own(world: World, person: dict[str, Any], **more: Any) -> dict[str, Any]:
    class_id = world.open_class([person, in_june()], starts_on="2025-06-03", ends_on="2025-06-05")
    return world.body(class_id, applicant={"trainee_id": person["trainee_id"]}, **more)


async def made(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/v1/claims", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def faults(client: httpx.AsyncClient, body: dict[str, Any]) -> list[tuple[str, str]]:
    answer = await client.post("/v1/claims", json=body, headers=key())
    assert answer.status_code == 422, answer.text
    return [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]


def clerk(world: World, role: str = "officer", at: str = IN_JULY) -> tuple[str, httpx.AsyncClient]:
    person_id = str(db.new_id())
    return person_id, world.as_(role, at=at, person_id=person_id)


async def test_what_the_bureau_enters_with_a_signed_paper_needs_a_fourth_person(start: Start) -> None:
    async with a_world(start) as world:
        await world.pay_trainees()
        person = in_june()
        body = own(world, person, on_behalf=True)
        (enters, officer), (submits, _), (reviews, _) = clerk(world), clerk(world), clerk(world)
        assert await faults(officer, body) == [("authorisation_missing", "/attachments")]
        unsigned = {"attachments": [{"code": "identity_card", "file_id": PAPER}]}
        assert await faults(officer, body | unsigned) == [("authorisation_missing", "/attachments")]
        claim = await made(officer, body | {"attachments": [{"code": "authorisation", "file_id": PAPER}]})
        assert (claim["on_behalf"], claim["attachments"], [step["action"] for step in claim["decisions"]]) == (True, [PAPER], ["create"])
        waits = (await officer.get("/v1/worklist?kind=claim_draft")).json()["items"]
        assert [each["subject_id"] for each in waits] == [claim["id"]]
        answer = await world.act("officer", "submit", claim, at=IN_JULY, person_id=submits)
        assert answer.status_code == 200, answer.text
        claim = answer.json()
        for person_id in (enters, submits):
            answer = await world.act("officer", "review", claim, at=IN_JULY, person_id=person_id)
            assert (answer.status_code, answer.json()["code"]) == (409, "same_person")
        claim = (await world.act("officer", "review", claim, at=IN_JULY, person_id=reviews)).json()
        for role, action, at in (("reviewer", "confirm", IN_JULY), ("finance", "approve", IN_AUGUST)):
            answer = await world.act(role, action, claim, at=at)
            assert answer.status_code == 200, answer.text
            claim = answer.json()
        assert (claim["status"], claim["amount"]) == ("approved", "180.00")
        seen = (await world.as_("person", trainee_id=person["trainee_id"]).get(f"/v1/claims/{claim['id']}")).json()
        assert (seen["amount"], seen["attachments"]) == ("180.00", [PAPER])


async def test_an_officer_takes_no_applicants_step_on_what_others_entered(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person()]))
        _, officer = clerk(world)
        assert {each["action"] for each in (await officer.get(f"/v1/claims/{claim['id']}")).json()["allowed_actions"]}.isdisjoint(
            {"edit", "submit", "withdraw"}
        )
        for action in ("submit", "withdraw"):
            answer = await world.act("officer", action, claim)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_your_claim")
        body = world.body(claim["class_id"])
        answer = await officer.post("/v1/claims", json=body, headers=key())
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_claim")


async def test_an_employer_claims_for_its_worker_who_signed(start: Start) -> None:
    async with a_world(start) as world:
        await world.pay_trainees()
        employer_id = str(db.new_id())
        worker, another = in_june(employer_id=employer_id), in_june(employer_id=str(db.new_id()))
        employer = world.as_("institution", at=IN_JULY, institution_id=employer_id)
        signed = {"attachments": [PAPER]}
        assert await faults(employer, own(world, worker)) == [("authorisation_missing", "/attachments")]
        assert await faults(employer, own(world, another) | signed) == [("not_your_worker", "/applicant/trainee_id")]
        claim = await made(employer, own(world, worker) | signed)
        assert (claim["employer_id"], claim["on_behalf"], claim["applicant"]["trainee_id"]) == (employer_id, False, worker["trainee_id"])
        path = f"/v1/claims/{claim['id']}"
        assert [each["id"] for each in (await employer.get("/v1/claims")).json()["items"]] == [claim["id"]]
        assert (await world.as_("institution", institution_id=str(db.new_id())).get(path)).status_code == 404
        bare = await employer.patch(path, json={"attachments": []}, headers={"If-Match": f'"{claim["version"]}"'})
        assert (bare.status_code, [fault["code"] for fault in bare.json()["errors"]]) == (422, ["authorisation_missing"])
        answer = await world.act("institution", "submit", claim, at=IN_JULY, institution_id=employer_id)
        assert (answer.status_code, answer.json()["status"]) == (200, "submitted")


async def test_a_person_need_not_choose_a_fund_and_the_first_review_names_one(start: Start) -> None:
    async with a_world(start) as world:
        await world.pay_trainees(fund_sources=["employment_subsidy"])
        person = in_june()
        me = world.as_("person", at=IN_JULY, trainee_id=person["trainee_id"], person_id=str(db.new_id()))
        body = {name: value for name, value in own(world, person).items() if name != "fund_id"}
        quoted = await me.post("/v1/claims:quote", json=body)
        claim = await made(me, body)
        assert (claim["fund_id"], claim["amount"], quoted.json()["amount"], quoted.json()["fund_id"]) == (None, "180.00", "180.00", None)
        answer = await me.post(f"/v1/claims/{claim['id']}:submit", headers=key() | {"If-Match": f'"{claim["version"]}"'})
        claim = answer.json()
        other = await world.fund(source="east_west")
        for fund_id, code in ((None, "missing_field"), (str(db.new_id()), "unknown_fund"), (other, "invalid_value")):
            refused = await world.act("officer", "review", claim, {"fund_id": fund_id}, at=IN_JULY)
            found = [(fault["code"], fault["pointer"]) for fault in refused.json()["errors"]]
            assert (refused.status_code, found) == (422, [(code, "/fund_id")])
        answer = await world.act("officer", "review", claim, {"fund_id": world.fund_id, "comment": "同意"}, at=IN_JULY)
        assert (answer.status_code, answer.json()["fund_id"]) == (200, world.fund_id), answer.text
        reviewed = answer.json()
        assert reviewed["facts_hash"] != claim["facts_hash"] and reviewed["lines"] == claim["lines"]
        assert (await world.as_("auditor").get(f"/v1/claims/{claim['id']}:replay")).json()["same"] is True
        confirmed = (await world.act("reviewer", "confirm", reviewed, at=IN_JULY)).json()
        assert (await world.act("finance", "approve", confirmed, at=IN_AUGUST)).status_code == 200


async def test_an_institution_names_its_fund_and_no_review_changes_it(start: Start) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person()])
        body = {name: value for name, value in world.body(class_id).items() if name != "fund_id"}
        assert await faults(world.as_("institution"), body) == [("missing_field", "/fund_id")]
        claim = await world.step("institution", "submit", await world.draft(class_id))
        answer = await world.act("officer", "review", claim, {"fund_id": await world.fund(source="east_west")})
        assert [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]] == [("invalid_value", "/fund_id")]
        assert (await world.step("officer", "review", claim, {"fund_id": world.fund_id}))["fund_id"] == world.fund_id


@pytest.mark.parametrize("changed", [{"fund_id": None}, {"facts_hash": "0"}], ids=["the-fund", "the-facts"])
async def test_what_was_judged_with_its_fund_the_database_keeps(start: Start, changed: dict[str, Any]) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        with pytest.raises(DBAPIError):
            async with world.subsidy.kernel.writing.begin() as session:
                await session.execute(update(Claim).where(Claim.id == claim["id"]).values(changed))


async def test_a_certificate_is_claimed_by_the_person_without_a_fund_and_for_them_by_others(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        employer_id, (_, officer) = str(db.new_id()), clerk(world)
        who = [world.person(employer_id=employer_id) for _ in range(4)]
        bodies = [world.claims_for("certificate_direct", line(each, world.certificate(each))) for each in who]
        for body in bodies:
            body.pop("fund_id")
        claim = await world.submitted(bodies[0])
        assert (claim["fund_id"], claim["amount"]) == (None, "1000.00")
        assert {(each["code"], each["status"], each["confirmed"]) for each in claim["papers"]} == {
            ("application_form", "missing", False),
            ("identity_card", "missing", False),
            ("certificate_copy", "missing", False),
            ("account_proof", "follows", False),
        }
        assert (await world.step("officer", "review", claim, {"fund_id": world.fund_id}))["fund_id"] == world.fund_id
        others = (officer, world.as_("town", region_code="522601100"), world.as_("institution", institution_id=employer_id))
        for client, body in zip(others, bodies[1:], strict=True):
            assert await faults(client, body) == [("authorisation_missing", "/attachments")]
            assert (await made(client, body | {"attachments": [PAPER]}))["amount"] == "1000.00"
        elsewhere = ((world.as_("town", region_code="522601101"), "not_your_town"), (world.as_("institution"), "not_your_worker"))
        for client, code in elsewhere:
            assert await faults(client, bodies[3] | {"attachments": [PAPER]}) == [(code, "/applicant/trainee_id")]
