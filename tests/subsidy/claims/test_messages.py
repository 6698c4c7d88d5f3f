"""What was decided leaves a short text in the feed, for whoever sends it: refusals, returns, payments, answers to appeals; nobody is named in it."""

from typing import Any

from tests.conftest import Start
from tests.subsidy.appeals.test_deciding import DISMISSED, UPHELD, appealed, decide, pay, too_old
from tests.subsidy.claims.world import BECAUSE, World, a_person, a_world


async def told(world: World) -> list[tuple[str, str | None]]:
    """Each event of claims so far, and the code of its text."""
    events = (await world.as_("auditor").get("/v1/changes?limit=1000")).json()["items"]
    of_claims = [event for event in events if event["type"].startswith("claim.")]
    for event in of_claims:
        if message := event["data"].get("message"):
            assert set(message) == {"code", "parameters", "text"} and set(message["parameters"]) == {"number"}
            assert message["parameters"]["number"] in message["text"] and "杨秀英" not in message["text"] and "元" not in message["text"]
    return [(event["type"], event["data"].get("message", {}).get("code")) for event in of_claims]


async def test_a_claim_that_goes_its_way_tells_of_its_payment_alone(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("approved", world.open_class([a_person()]))
        await pay(world, claim)
        said = [(kind, code) for kind, code in await told(world) if code]
        assert said == [("claim.paid", "claim_paid")]


async def test_refusals_and_returns_are_told(start: Start) -> None:
    async with a_world(start) as world:
        returned = await world.bring_to("returned", world.open_class([too_old()]))
        await world.step("institution", "submit", returned)
        await world.bring_to("rejected", world.open_class([a_person()]))
        said: list[Any] = [pair for pair in await told(world) if pair[1]]
        assert said == [
            ("claim.submitted", "lines_refused"),
            ("claim.returned", "claim_returned"),
            ("claim.submitted", "lines_refused"),
            ("claim.rejected", "claim_rejected"),
        ]


async def test_a_held_person_who_is_refused_and_an_answered_appeal_are_told(start: Start) -> None:
    async with a_world(start) as world:
        person = too_old()
        claim = await world.bring_to("submitted", world.open_class([person]))
        me = world.as_("person", trainee_id=person["trainee_id"])
        await decide(world, await appealed(me, claim), UPHELD)
        now = (await world.as_("reviewer").get(f"/v1/claims/{claim['id']}")).json()
        await world.step("reviewer", "resolve", now, BECAUSE | {"trainee_id": person["trainee_id"], "outcome": "refuse"})
        await decide(world, await appealed(me, claim), DISMISSED)
        said = [code for kind, code in await told(world) if code and kind != "claim.submitted"]
        assert said == ["appeal_upheld", "line_refused", "appeal_dismissed"]
        assert [kind for kind, _ in await told(world)].count("claim.appeal_decided") == 2
        seen = (await me.get("/v1/changes?limit=1000")).json()["items"]
        assert [event["data"]["message"]["code"] for event in seen if "message" in event["data"]][-1] == "appeal_dismissed"
