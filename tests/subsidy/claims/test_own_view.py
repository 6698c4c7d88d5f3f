"""What a person sees of claims made in their name: every one, and of each what it says of them and of nobody else."""

from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from services.subsidy.reassessments.tables import Reassessment
from shared import clock, db
from tests.conftest import Start
from tests.subsidy.claims.world import BECAUSE, IN_MAY, World, a_person, a_world, key


async def _two(world: World, status: str) -> tuple[dict[str, Any], str, str, httpx.AsyncClient]:
    """A school's claim for two people who are worth 180 and 120 yuan, and the second one's client."""
    other, own = a_person(), a_person()
    own["half_days"] = own["half_days"][:2]
    claim = await world.bring_to(status, world.open_class([other, own]), attachments=[str(db.new_id())])
    return claim, other["trainee_id"], own["trainee_id"], world.as_("person", trainee_id=own["trainee_id"])


async def test_a_person_sees_the_claims_made_in_their_name_and_of_each_their_own_line(start: Start) -> None:
    async with a_world(start) as world:
        claim, _, own_id, me = await _two(world, "in_notice")
        seen = (await me.get(f"/v1/claims/{claim['id']}")).json()
        assert [(line["trainee_id"], line["amount"]) for line in seen["lines"]] == [(own_id, "120.00")]
        assert (claim["amount"], seen["amount"], seen["number"], seen["status"]) == ("300.00", "120.00", claim["number"], "in_notice")
        assert (len(claim["attachments"]), seen["attachments"], seen["allowed_actions"]) == (1, [], [])
        [listed] = (await me.get("/v1/claims")).json()["items"]
        assert (listed["id"], listed["amount"], [line["trainee_id"] for line in listed["lines"]]) == (claim["id"], "120.00", [own_id])
        counted = (await me.get("/v1/statistics/claims")).json()
        assert (counted["claims"], counted["amount"]) == (1, "120.00")
        for facts in ("stored", "current"):
            replayed = (await me.get(f"/v1/claims/{claim['id']}:replay", params={"facts": facts})).json()
            assert [line["trainee_id"] for line in replayed["lines"]] == [own_id]
            assert (replayed["then"]["amount"], replayed["now"]["amount"]) == ("120.00", "120.00")


async def test_no_answer_to_a_person_names_another_of_the_same_claim(start: Start) -> None:
    async with a_world(start) as world:
        claim, other_id, _, me = await _two(world, "submitted")
        about = {"codes": [], "seen": "已停发", "amount_before": "180.00", "amount": "0.00"}
        row = {
            "claim_id": claim["id"],
            "at": clock.read(IN_MAY),
            "causes": [],
            "terms_hash": "0",
            "facts_hash_before": "0",
            "facts_hash": "0",
        }
        async with world.subsidy.kernel.writing.begin() as session:
            await session.execute(
                insert(Reassessment), row | {"id": db.new_id(), "outcome": "held", "lines": [about | {"trainee_id": other_id}]}
            )
        school = world.as_("institution")
        appealed = await school.post(f"/v1/claims/{claim['id']}/appeals", json={"reason": "请复核。", "trainee_id": other_id})
        assert appealed.status_code == 201, appealed.text
        await world.step("officer", "hold", claim, {"reason": f"核实 {other_id} 的身份"})
        paths = ("", "/history", ":replay", ":replay?facts=current", "/appeals", "/reassessments")
        answers = [await me.get(f"/v1/claims/{claim['id']}{path}") for path in paths]
        answers += [await me.get(path) for path in ("/v1/claims", f"/v1/claims?trainee_id={other_id}", "/v1/worklist", "/v1/changes")]
        assert [answer.status_code for answer in answers] == [200] * len(answers)
        assert not [str(answer.url) for answer in answers if other_id in answer.text]
        assert answers[7].json()["items"] == []
        assert [event["subject"] for event in answers[-1].json()["items"] if event["type"] == "claim.held"] == [claim["id"]]
        assert answers[0].json()["hold"]["code"] == "officer_hold" and "核实" in answers[0].json()["hold"]["reason"]


@pytest.mark.parametrize(
    ("status", "comments"),
    [
        pytest.param("returned", [("submit", None), ("return", None)], id="what-is-said-to-the-applicant-is-not-theirs"),
        pytest.param("rejected", [("submit", None), ("reject", BECAUSE["reason"])], id="why-it-was-rejected-is"),
    ],
)
async def test_a_person_is_told_why_the_claim_was_rejected(start: Start, status: str, comments: list[Any]) -> None:
    async with a_world(start) as world:
        claim, _, _, me = await _two(world, status)
        seen = (await me.get(f"/v1/claims/{claim['id']}")).json()
        assert [(step["action"], step["comment"]) for step in seen["decisions"]] == comments
        told = (await me.get(f"/v1/claims/{claim['id']}/history")).json()["items"]
        assert [each["reason"] for each in reversed(told)][-len(comments) :] == [comment for _, comment in comments]


async def test_who_only_stands_on_a_claim_neither_changes_nor_withdraws_it(start: Start) -> None:
    async with a_world(start) as world:
        claim, _, _, me = await _two(world, "draft")
        match = key() | {"If-Match": f'"{claim["version"]}"'}
        path = f"/v1/claims/{claim['id']}"
        tried = [await me.patch(path, json={"lines": []}, headers=match)]
        tried += [await me.post(f"{path}:{action}", headers=match | key()) for action in ("submit", "withdraw")]
        assert [(answer.status_code, answer.json()["code"]) for answer in tried] == [(403, "not_your_claim")] * 3
        assert (await me.get("/v1/worklist")).json()["items"] == []
        assert [each["kind"] for each in (await world.as_("institution").get("/v1/worklist")).json()["items"]] == ["claim_draft"]
