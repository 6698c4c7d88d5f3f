"""What changes in a claim while its notice is public shows in the notice, and money that is added is public for its own whole period."""

from typing import Any

import pytest

from tests.conftest import Start
from tests.subsidy.claims.test_deciding import held_by
from tests.subsidy.claims.world import World, a_world

# Posted on Tuesday 6 May, public to the 13th.
MONDAY, LAST_DAY, DAY_AFTER = "2025-05-12T09:00:00+08:00", "2025-05-13T09:00:00+08:00", "2025-05-14T09:00:00+08:00"


async def test_a_line_accepted_during_the_notice_is_shown_and_runs_its_own_period(start: Start) -> None:
    async with a_world(start) as world:
        claim, settled = await _settled(world, "accept", MONDAY)
        notice = await _notice(world, claim)
        assert (notice["amount"], notice["from_on"], notice["until_on"]) == ("360.00", "2025-05-07", "2025-05-19")
        assert [(each["amount"], each["result"], each["added_on"]) for each in notice["lines"]] == [
            ("180.00", "拟补贴", "2025-05-12"),
            ("180.00", "拟补贴", None),
        ]
        [earlier] = notice["earlier"]
        assert (earlier["amount"], earlier["until_on"], earlier["replaced_on"]) == ("180.00", "2025-05-13", "2025-05-12")
        assert [each["result"] for each in earlier["lines"]] == ["待核实", "拟补贴"]
        for at, code in (("2025-05-14T09:00:00+08:00", "notice_not_over"), ("2025-05-19T23:59:00+08:00", "notice_not_over")):
            assert (await world.act("finance", "approve", settled, at=at)).json()["code"] == code
        assert (await world.act("finance", "approve", settled, at="2025-05-20T00:00:00+08:00")).status_code == 200


async def test_a_line_refused_during_the_notice_is_shown_and_nothing_runs_anew(start: Start) -> None:
    async with a_world(start) as world:
        claim, settled = await _settled(world, "refuse", LAST_DAY)
        notice = await _notice(world, claim)
        assert (notice["amount"], notice["until_on"], len(notice["earlier"])) == ("180.00", "2025-05-13", 1)
        assert [(each["amount"], each["result"], each["added_on"]) for each in notice["lines"]] == [
            ("0.00", "不予补贴", None),
            ("180.00", "拟补贴", None),
        ]
        assert (await world.act("finance", "approve", settled, at=DAY_AFTER)).status_code == 200


async def test_a_line_that_is_split_off_leaves_the_notice(start: Start) -> None:
    async with a_world(start) as world:
        claim, _ = await _settled(world, "split", MONDAY)
        notice = await _notice(world, claim)
        assert [each["result"] for each in notice["lines"]] == ["拟补贴"] and len(notice["earlier"][0]["lines"]) == 2


async def test_what_is_added_after_the_last_day_waits_for_its_own_period(start: Start) -> None:
    async with a_world(start) as world:
        claim, settled = await _settled(world, "accept", DAY_AFTER)
        assert (await _notice(world, claim))["until_on"] == "2025-05-21"
        assert (await world.act("finance", "approve", settled, at="2025-05-21T09:00:00+08:00")).json()["code"] == "notice_not_over"


async def test_what_is_added_while_the_clock_stands_still_runs_from_when_it_goes_on(start: Start) -> None:
    async with a_world(start) as world:
        class_id, held = held_by(world)
        claim = await world.bring_to("in_notice", class_id)
        notice = await _notice(world, claim)
        at = "2025-05-08T09:00:00+08:00"
        objection = (await world.as_("public", at).post(f"/v1/notices/{notice['id']}/objections", json={"reason": "有人没有参加"})).json()
        await world.as_("officer", at).post(f"/v1/objections/{objection['id']}:accept")
        await world.step("reviewer", "resolve", claim, _outcome(held, "accept"), at=MONDAY)
        assert (await _notice(world, claim))["until_on"] == "2025-05-19"
        await world.as_("officer", DAY_AFTER).post(f"/v1/objections/{objection['id']}:dismiss", json={"reason": "不属实"})
        assert (await _notice(world, claim))["until_on"] == "2025-05-21"  # still on the 12th and 13th


@pytest.mark.parametrize("outcome", ["accept", "refuse"])
async def test_a_line_settled_before_the_notice_is_shown_as_it_is(start: Start, outcome: str) -> None:
    async with a_world(start) as world:
        class_id, held = held_by(world)
        claim = await world.bring_to("reviewed", class_id)
        claim = await world.step("reviewer", "resolve", claim, _outcome(held, outcome))
        claim = await world.step("reviewer", "confirm", claim)
        assert ((await _notice(world, claim))["amount"], (await _notice(world, claim))["earlier"]) == (claim["amount"], [])


async def _settled(world: World, outcome: str, at: str) -> tuple[dict[str, Any], dict[str, Any]]:
    class_id, held = held_by(world)
    claim = await world.bring_to("in_notice", class_id)
    return claim, await world.step("reviewer", "resolve", claim, _outcome(held, outcome), at=at)


async def _notice(world: World, claim: dict[str, Any]) -> dict[str, Any]:
    [notice] = (await world.as_("public").get("/v1/notices", params={"claim_id": claim["id"]})).json()["items"]
    return dict(notice)


def _outcome(held: dict[str, Any], outcome: str) -> dict[str, str]:
    return {"trainee_id": held["trainee_id"], "outcome": outcome, "reason": "已核对签到原件"}
