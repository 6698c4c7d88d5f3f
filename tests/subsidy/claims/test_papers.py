"""What a claim has to bring: a list in the terms, papers that may follow, and what a missing or late one stands against."""

from typing import Any

import httpx
import pytest

from shared import db
from tests.conftest import Start
from tests.subsidy.claims.test_on_behalf import IN_AUGUST, IN_JULY, in_june, made, own
from tests.subsidy.claims.world import World, a_world, key

CARD, FORM, ACCOUNT = (str(db.new_id()) for _ in range(3))
LIST = [
    {"code": "application_form", "form": "original"},
    {"code": "identity_card", "form": "electronic"},
    {"code": "account_proof", "form": "electronic", "follows_within_days": 10},
]
BROUGHT = [{"code": "application_form", "file_id": FORM}, {"code": "identity_card", "file_id": CARD}]


async def _begun(world: World, *, confirmed: bool = True) -> tuple[httpx.AsyncClient, dict[str, Any]]:
    """A person, and their draft under terms with the list."""
    basis = {"applies_to": ["required_papers"], "document": "待查", "clause": "一", "basis_status": "unconfirmed"}
    await world.pay_trainees(required_papers=LIST, **({} if confirmed else {"other_basis": [basis]}))
    person = in_june()
    me = world.as_("person", at=IN_JULY, trainee_id=person["trainee_id"], person_id=str(db.new_id()))
    return me, await made(me, own(world, person))


def shown(claim: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {each["code"]: (each["status"], each["due_on"]) for each in claim["papers"]}


async def step(client: httpx.AsyncClient, claim: dict[str, Any], action: str, body: Any = None) -> httpx.Response:
    return await client.post(f"/v1/claims/{claim['id']}:{action}", json=body, headers=key() | {"If-Match": f'"{claim["version"]}"'})


async def test_what_may_not_follow_is_there_before_a_claim_is_submitted(start: Start) -> None:
    async with a_world(start) as world:
        me, claim = await _begun(world)
        assert shown(claim) == {
            "application_form": ("missing", None),
            "identity_card": ("missing", None),
            "account_proof": ("follows", "2025-07-15"),
        }
        refused = await step(me, claim, "submit")
        assert (refused.status_code, refused.json()["code"]) == (422, "paper_missing")
        assert "申请表" in refused.json()["detail"] and "身份证件" in refused.json()["detail"] and "账户" not in refused.json()["detail"]
        [submit] = [each for each in claim["allowed_actions"] if each["action"] == "submit"]
        assert (submit["allowed"], submit["why_not"]["code"]) == (False, "paper_missing")
        changed = await me.patch(f"/v1/claims/{claim['id']}", json={"attachments": BROUGHT}, headers={"If-Match": f'"{claim["version"]}"'})
        assert changed.status_code == 200, changed.text
        again = await me.patch(f"/v1/claims/{claim['id']}", json={"attachments": [FORM, CARD]}, headers={"If-Match": "*"})
        assert shown(again.json())["identity_card"] == ("present", None), "what was said of a file before stays said"
        submitted = await step(me, again.json(), "submit")
        assert (submitted.status_code, submitted.json()["attachments"]) == (200, [FORM, CARD]), submitted.text


@pytest.mark.parametrize(
    ("at", "answered"),
    [
        pytest.param("2025-07-15T09:00:00+08:00", (200, "approved"), id="on-its-last-day-it-may-still-come"),
        pytest.param("2025-07-16T09:00:00+08:00", (409, "paper_overdue"), id="a-day-later-nothing-is-approved-without-it"),
    ],
)
async def test_what_follows_is_due_before_the_approval(start: Start, at: str, answered: tuple[int, str]) -> None:
    async with a_world(start) as world:
        me, claim = await _begun(world)
        claim = (await me.patch(f"/v1/claims/{claim['id']}", json={"attachments": BROUGHT}, headers={"If-Match": "*"})).json()
        claim = (await step(me, claim, "submit")).json()
        for role, action in (("officer", "review"), ("reviewer", "confirm")):
            claim = (await world.act(role, action, claim, at=IN_JULY)).json()
        answer = await world.act("finance", "approve", claim, at=at)
        assert (answer.status_code, answer.json().get("code", answer.json()["status"])) == answered, answer.text


async def test_a_paper_that_follows_is_handed_in_while_the_claim_is_under_review(start: Start) -> None:
    async with a_world(start) as world:
        me, claim = await _begun(world)
        claim = (await me.patch(f"/v1/claims/{claim['id']}", json={"attachments": BROUGHT}, headers={"If-Match": "*"})).json()
        assert (await step(me, claim, "attach", {"attachments": [ACCOUNT]})).json()["code"] == "invalid_state"
        submitted = (await step(me, claim, "submit")).json()
        came = await step(me, submitted, "attach", {"attachments": [{"code": "account_proof", "file_id": ACCOUNT}]})
        assert came.status_code == 200, came.text
        assert (came.json()["attachments"], shown(came.json())["account_proof"][0]) == ([FORM, CARD, ACCOUNT], "present")
        assert (came.json()["lines"], came.json()["facts_hash"]) == (submitted["lines"], submitted["facts_hash"])
        officer = await world.act("officer", "attach", came.json(), {"attachments": [CARD]}, at=IN_JULY)
        assert (officer.status_code, officer.json()["code"]) == (403, "not_your_claim")


async def test_a_list_without_a_confirmed_source_only_reminds(start: Start) -> None:
    async with a_world(start) as world:
        me, claim = await _begun(world, confirmed=False)
        assert {each["confirmed"] for each in claim["papers"]} == {False}
        claim = (await step(me, claim, "submit")).json()
        assert shown(claim)["application_form"] == ("missing", None)
        for role, action, at in (("officer", "review", IN_JULY), ("reviewer", "confirm", IN_JULY), ("finance", "approve", IN_AUGUST)):
            answer = await world.act(role, action, claim, at=at)
            assert answer.status_code == 200, answer.text
            claim = answer.json()


@pytest.mark.parametrize(
    ("papers", "named"),
    [
        pytest.param([], "required_papers", id="an-empty-list"),
        pytest.param([*LIST, LIST[0]], "required_papers[3].code", id="one-twice"),
        pytest.param([LIST[0] | {"follows_within_days": 0}], "required_papers[0].follows_within_days", id="follows-at-once"),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(start: Start, papers: Any, named: str) -> None:
    async with a_world(start) as world:
        block = (await world.as_("auditor").get("/v1/schemes/agricultural_short", params={"on": "2025-05-01"})).json()["terms"]["block"]
        block |= {"in_force_from": "2025-06-01", "document": "示例", "required_papers": papers}
        answer = await world.as_("admin").post("/v1/schemes/agricultural_short/terms", json=block)
        assert answer.status_code == 422 and named.replace("[", "/").replace("]", "").replace(".", "/") in answer.text, answer.text


async def test_a_file_that_is_not_the_callers_is_named_in_no_claim_and_no_appeal(start: Start) -> None:
    async with a_world(start) as world:
        me, claim = await _begun(world)
        path, alien = f"/v1/claims/{claim['id']}", str(db.new_id())
        world.others_files = {alien}
        both = {"attachments": [CARD, alien, {"code": "identity_card", "file_id": alien}]}
        body = own(world, in_june(), lines=[]) | {
            "applicant": {"trainee_id": claim["applicant"]["trainee_id"]},
            "class_id": claim["class_id"],
        }

        async def refused(answer: httpx.Response) -> list[tuple[str, str]]:
            assert answer.status_code == 422, answer.text
            return [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]

        pointers = [("unknown_file", "/attachments/1"), ("unknown_file", "/attachments/2/file_id")]
        assert await refused(await me.post("/v1/claims", json=body | both, headers=key())) == pointers
        assert await refused(await me.post("/v1/claims:quote", json=body | both)) == pointers
        assert await refused(await me.patch(path, json=both, headers={"If-Match": "*"})) == pointers
        claim = (await me.patch(path, json={"attachments": BROUGHT}, headers={"If-Match": "*"})).json()
        world.others_files |= {CARD}  # whoever brought it: the claim has it
        claim = (await me.patch(path, json={"attachments": BROUGHT}, headers={"If-Match": "*"})).json()
        assert claim["attachments"] == [FORM, CARD]
        claim = (await step(me, claim, "submit")).json()
        assert await refused(await step(me, claim, "attach", both)) == pointers
        appeal = {"reason": "材料齐全。"}
        assert await refused(await me.post(f"{path}/appeals", json=appeal | {"attachments": [CARD, alien]})) == pointers[:1]
        assert (await me.post(f"{path}/appeals", json=appeal | {"attachments": [CARD]})).status_code == 201
