"""Call-backs: a share of approvals and of refusals alike, by a seed that anyone can draw by again, and what the people said."""

import hashlib
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.samples.policy import drawn
from shared import db
from tests.conftest import Start
from tests.subsidy.claims.world import World, a_person, a_world


async def claims_of(world: World) -> list[dict[str, Any]]:
    """Seven people approved and three refused, in two claims; and a draft, which nobody is called about."""
    made = []
    for present, absent in ((4, 1), (3, 2)):
        people = [*(a_person() for _ in range(present)), *(a_person(outcome="absent") for _ in range(absent))]
        lines = [{"trainee_id": each["trainee_id"]} for each in people]
        made.append(await world.bring_to("submitted", world.open_class(people), lines=lines))
    await world.draft(world.open_class([a_person()]))
    return made


async def test_approvals_and_refusals_are_drawn_alike_and_again_by_the_seed(start: Start) -> None:
    async with a_world(start) as world:
        claims = await claims_of(world)
        officer = world.as_("officer")
        body = {"filter": {"scheme": "agricultural_short"}, "share": 0.3, "seed": "2025 年第二季度"}
        answer = await officer.post("/v1/claims:sample", json=body)
        assert answer.status_code == 201, answer.text
        sample = answer.json()
        assert sample["drawn_from"] == {"eligible": 7, "refused": 3}
        assert [line["verdict"] for line in sample["lines"]] == ["eligible"] * 3 + ["refused"]  # of 7 and of 3 three tenths, rounded up
        assert (sample["seed"], sample["share"], sample["filter"]) == (body["seed"], 0.3, body["filter"])
        places = {(claim["id"], index): line for claim in claims for index, line in enumerate(claim["lines"])}
        ranks = {place: hashlib.sha256(f"{body['seed']}:{place[0]}:{place[1]}".encode()).hexdigest() for place in places}
        lowest = sorted((place for place, line in places.items() if line["verdict"] == "eligible"), key=lambda place: ranks[place])[:3]
        assert [each["trainee_id"] for each in sample["lines"][:3]] == [places[place]["trainee_id"] for place in lowest]
        again = (await officer.post("/v1/claims:sample", json=body)).json()
        assert [each["trainee_id"] for each in again["lines"]] == [each["trainee_id"] for each in sample["lines"]]
        other = (await officer.post("/v1/claims:sample", json={"filter": {}, "share": 1.0})).json()
        assert len(other["lines"]) == 10 and len(other["seed"]) == 16
        listed = (await world.as_("auditor").get("/v1/claim-samples")).json()["items"]
        assert [each["id"] for each in listed] == [other["id"], again["id"], sample["id"]]
        assert (await world.as_("auditor").get(f"/v1/claim-samples/{sample['id']}")).json() == sample


async def test_what_people_say_is_kept_once_and_a_denial_holds_the_claim(start: Start) -> None:
    async with a_world(start) as world:
        claims = await claims_of(world)
        officer = world.as_("officer", name="潘秀珍")
        sample = (await officer.post("/v1/claims:sample", json={"filter": {}, "share": 1.0})).json()
        path, lines = f"/v1/claim-samples/{sample['id']}/results", {each["trainee_id"]: each for each in sample["lines"]}
        asked = [{"claim_id": claims[0]["id"], "trainee_id": claims[0]["lines"][index]["trainee_id"]} for index in (0, 1)]
        items = [asked[0] | {"result": "denied", "note": "没有参加过。"}, asked[1] | {"result": "unreachable", "called_on": "2025-05-05"}]
        said = (await officer.post(path, json={"items": items})).json()
        results = {
            each["trainee_id"]: (each["result"], each["called_on"], each["called_by_name"]) for each in said["lines"] if each["result"]
        }
        assert results == {
            asked[0]["trainee_id"]: ("denied", "2025-05-06", "潘秀珍"),
            asked[1]["trainee_id"]: ("unreachable", "2025-05-05", "潘秀珍"),
        }
        held, free = [(await officer.get(f"/v1/claims/{claim['id']}")).json()["hold"] for claim in claims]
        assert held["code"] == "callback_denied" and free is None
        wrong = [
            asked[0] | {"result": "confirmed"},
            {"claim_id": claims[0]["id"], "trainee_id": str(db.new_id()), "result": "confirmed"},
            {
                "claim_id": claims[1]["id"],
                "trainee_id": claims[1]["lines"][0]["trainee_id"],
                "result": "confirmed",
                "called_on": "2025-05-07",
            },
        ]
        answer = await officer.post(path, json={"items": wrong})
        assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [
            ("named_twice", "/items/0"),
            ("unknown_trainee", "/items/1/trainee_id"),
            ("invalid_value", "/items/2/called_on"),
        ]
        assert len(lines) == 10 and (await world.as_("auditor").post(path, json={"items": items})).json()["code"] == "wrong_role"


@pytest.mark.parametrize("share", [0, -0.1, 1.01, "0.1", True])
async def test_a_share_is_more_than_nothing_and_at_most_all(start: Start, share: Any) -> None:
    async with a_world(start) as world:
        assert (await world.as_("officer").post("/v1/claims:sample", json={"filter": {}, "share": share})).status_code == 422


@pytest.mark.parametrize(("there", "share", "count"), [(10, 0.1, 1), (10, 0.11, 2), (1, 0.0001, 1), (0, 1.0, 0), (3, 1.0, 3)])
def test_the_share_is_rounded_up(there: int, share: float, count: int) -> None:
    assert len(drawn("seed", share, range(there), lambda each: (UUID(int=1), each))) == count
