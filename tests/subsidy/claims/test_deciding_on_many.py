"""`:decide`: one step on many claims, each judged by itself; lists by town, hold and waiting time; what is said of single persons on a return."""

from typing import Any

import httpx
import pytest

from services.subsidy.claims.conditions import ClaimFilter
from services.subsidy.reassessments.job import run_due
from shared import db
from tests.conftest import Start
from tests.subsidy.claims.world import AFTER_NOTICE, BECAUSE, IN_MAY, World, a_person, a_world, key


async def decide(world: World, role: str, at: str = IN_MAY, **body: Any) -> httpx.Response:
    return await world.as_(role, at=at).post("/v1/claims:decide", json=body, headers=key())


async def test_each_claim_is_judged_by_itself_and_what_one_is_refused_stops_no_other(start: Start) -> None:
    async with a_world(start) as world:
        submitted = [await world.bring_to("submitted", world.open_class([a_person()])) for _ in range(2)]
        draft = await world.draft(world.open_class([a_person()]))
        ids, nobodys = [submitted[0]["id"], draft["id"], submitted[1]["id"]], str(db.new_id())
        answer = await decide(world, "officer", action="review", claim_ids=[*ids, nobodys], comment="材料齐全", versions={ids[2]: 1})
        assert answer.status_code == 207, answer.text
        said = answer.json()
        assert said["summary"] == {"created": 0, "updated": 1, "unchanged": 0, "rejected": 3}
        assert [(each["outcome"], [fault["code"] for fault in each["errors"]]) for each in said["items"]] == [
            ("updated", []),
            ("rejected", ["invalid_state"]),
            ("rejected", ["stale_version"]),
            ("rejected", ["not_found"]),
        ]
        assert said["items"][1]["errors"][0]["pointer"] == "/claim_ids/1"
        states = [(await world.as_("officer").get(f"/v1/claims/{each}")).json()["status"] for each in ids]
        assert states == ["reviewed", "draft", "submitted"]
        again = await decide(world, "officer", action="review", claim_ids=[ids[0], ids[2], ids[2]])
        assert [each["outcome"] for each in again.json()["items"]] == ["unchanged", "updated", "unchanged"]
        refused = await world.as_("auditor").get("/v1/audit", params={"subject": draft["id"], "action": "refused"})
        assert [each["details"]["code"] for each in refused.json()["items"]] == ["invalid_state"]


async def test_a_whole_road_by_filter_from_submitted_to_approved(start: Start) -> None:
    """With the notices' names, four persons, and the money: what a fund cannot pay is refused by itself."""
    async with a_world(start) as world:
        world.fund_id = await world.fund("360.00", source="east_west")
        claims = [await world.bring_to("submitted", world.open_class([a_person()])) for _ in range(3)]
        other = await world.bring_to("submitted", world.open_class([a_person()], region_code="522601101"))
        here = {"region_code": "522601100", "scheme": ["agricultural_short"]}
        for role, action, at in (("officer", "review", IN_MAY), ("reviewer", "confirm", IN_MAY), ("finance", "approve", AFTER_NOTICE)):
            answer = await decide(world, role, at, action=action, filter=here | {"status": ["submitted", "reviewed", "in_notice"]})
            outcomes = [each["outcome"] for each in answer.json()["items"]]
            assert outcomes == (["updated", "updated", "rejected"] if action == "approve" else ["updated"] * 3), answer.text
        assert answer.json()["items"][2]["errors"][0]["code"] == "fund_exhausted"
        assert [each["id"] for each in answer.json()["items"]] == [claim["id"] for claim in claims]
        notices = (await world.subsidy.as_("public", at=IN_MAY).get("/v1/notices")).json()["items"]
        assert [(each["class"], each["lines"][0]["name"]) for each in notices] == [("蓝莓种植班", "杨**")] * 3
        fund = (await world.as_("finance").get(f"/v1/funds/{world.fund_id}")).json()
        assert (fund["reserved"], fund["available"]) == ("360.00", "0.00")
        assert (await world.as_("officer").get(f"/v1/claims/{other['id']}")).json()["status"] == "submitted"


@pytest.mark.parametrize(
    ("role", "body", "status", "code"),
    [
        pytest.param("officer", {"action": "approve", "claim_ids": []}, 403, "wrong_role", id="another-role's-step"),
        pytest.param("institution", {"action": "review", "claim_ids": []}, 403, "wrong_role", id="no-step-of-an-applicant"),
        pytest.param("officer", {"action": "return", "claim_ids": []}, 422, "missing_field", id="a-return-says-why"),
        pytest.param("officer", {"action": "review"}, 422, "invalid_value", id="neither-ids-nor-filter"),
        pytest.param("officer", {"action": "review", "claim_ids": [], "filter": {}}, 422, "invalid_value", id="ids-and-filter"),
        pytest.param("officer", {"action": "review", "filter": {"colour": 1}}, 422, "unknown_field", id="no-such-filter"),
        pytest.param("officer", {"action": "resolve", "claim_ids": []}, 422, "invalid_value", id="no-step-for-many"),
        pytest.param("officer", {"action": "review", "claim_ids": [str(db.new_id())] * 501}, 422, "invalid_value", id="too-many"),
    ],
)
async def test_what_cannot_be_decided_is_refused_as_a_whole(start: Start, role: str, body: dict[str, Any], status: int, code: str) -> None:
    async with a_world(start) as world:
        answer = await decide(world, role, **body)
        said = answer.json()
        assert answer.status_code == status and code in (said["code"], *(each["code"] for each in said.get("errors", ()))), answer.text


async def test_nothing_decided_is_zeros(start: Start) -> None:
    async with a_world(start) as world:
        answer = await decide(world, "officer", action="review", claim_ids=[])
        assert (answer.status_code, answer.json()["items"], sum(answer.json()["summary"].values())) == (207, [], 0)


async def test_the_filter_takes_what_the_list_takes(start: Start) -> None:
    async with a_world(start) as world:
        document = (await world.subsidy.as_("public").get("/openapi.json")).json()
        parameters = {each["name"] for each in document["paths"]["/v1/claims"]["get"]["parameters"] if each["in"] == "query"}
        assert ClaimFilter.model_fields.keys() == parameters - {"limit", "cursor", "include_total", "sort"}


async def test_a_list_tells_who_is_held_and_refused_and_who_waits_longest(start: Start) -> None:
    async with a_world(start) as world:
        overlap = [{"class_number": "KL-PX-2025-000009", "on": "2025-04-08", "half_day": "am"}]
        people = [a_person(), a_person(attended_other_class=overlap), a_person(outcome="absent"), a_person(outcome="withdrawn")]
        lines = [{"trainee_id": each["trainee_id"]} for each in people[:3]]
        first = await world.bring_to("submitted", world.open_class(people), lines=lines)
        second = await world.bring_to("submitted", world.open_class([a_person()], region_code="522601101"))
        officer = world.as_("officer")
        listed = (await officer.get("/v1/claims", params={"sort": "in_status_since_at", "include_total": "true"})).json()
        counts = [(each["people"], each["held_people"], each["refused_people"], each["region_name"]) for each in listed["items"]]
        assert counts == [(3, 1, 1, "三棵树镇"), (1, 0, 0, "舟溪镇")] and listed["total"] == 2
        await world.step("officer", "hold", second, BECAUSE)
        for asked, found in (
            ({"region_code": "522601101"}, [second["id"]]),
            ({"on_hold": "true"}, [second["id"]]),
            ({"on_hold": "false"}, [first["id"]]),
            ({"on_hold": ["true", "false"]}, [second["id"], first["id"]]),
        ):
            items = (await officer.get("/v1/claims", params=asked)).json()["items"]
            assert [each["id"] for each in items] == found, asked
        assert (await officer.get("/v1/claims", params={"region_code": "999999"})).json()["code"] == "invalid_parameter"


@pytest.mark.parametrize(
    ("status", "role"), [("submitted", "reviewer"), ("in_notice", "officer"), ("in_notice", "finance"), ("reviewed", "officer")]
)
async def test_whoever_finds_the_fault_sends_it_back_and_says_of_whom(start: Start, status: str, role: str) -> None:
    async with a_world(start) as world:
        person = a_person()
        claim = await world.bring_to(status, world.open_class([person, a_person()]))
        said = [{"trainee_id": person["trainee_id"], "reason": "签到表缺 4 月 9 日下午。"}]
        back = await world.step(role, "return", claim, BECAUSE | {"lines": said})
        last = back["decisions"][-1]
        assert (back["status"], last["comment"]) == ("returned", BECAUSE["reason"])
        assert [(each["trainee_id"], each["reason"], each["trainee_name"]) for each in last["lines"]] == [
            (person["trainee_id"], "签到表缺 4 月 9 日下午。", "杨秀英")
        ]
        assert await world.step("institution", "submit", back)


async def test_what_is_said_of_a_stranger_or_twice_of_one_is_refused(start: Start) -> None:
    async with a_world(start) as world:
        person = a_person()
        claim = await world.bring_to("submitted", world.open_class([person]))
        said = [{"trainee_id": each, "reason": "重复。"} for each in (person["trainee_id"], str(db.new_id()), person["trainee_id"])]
        answer = await world.act("officer", "return", claim, BECAUSE | {"lines": said})
        faults = [(each["code"], each["pointer"]) for each in answer.json()["errors"]]
        assert faults == [("unknown_trainee", "/lines/1/trainee_id"), ("named_twice", "/lines/2/trainee_id")]


@pytest.mark.parametrize("many", [False, True])
async def test_what_came_before_the_confirmation_without_being_heard_is_seen_after_it(start: Start, many: bool) -> None:
    async with a_world(start) as world:
        people = [a_person(), a_person()]
        claims = [await world.bring_to("reviewed", world.open_class([each])) for each in people]
        await run_due(world.subsidy.kernel)
        for each in people:
            each["birth_on"] = "1950-01-01"
        if many:
            answer = await decide(world, "reviewer", action="confirm", claim_ids=[each["id"] for each in claims])
            assert answer.json()["summary"]["updated"] == 2, answer.text
        else:
            claims = [await world.step("reviewer", "confirm", each) for each in claims]
        await run_due(world.subsidy.kernel)
        seen = [(await world.as_("auditor").get(f"/v1/claims/{each['id']}")).json() for each in claims]
        assert [(each["status"], bool(each["hold"])) for each in seen] == [("in_notice", True)] * 2
