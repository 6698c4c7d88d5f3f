"""A hold is about people and an institution: no paper sheds it, and each is ended for itself, on its day or by whoever may."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.claims.policy import BY_REGISTER, BY_REVIEWER, a_hold, on_hold
from services.subsidy.following import operations as following
from shared import changes, clock, db
from tests.conftest import Start
from tests.subsidy.claims.test_deciding import held_by
from tests.subsidy.claims.world import BECAUSE, IN_MAY, World, a_person, a_world, key

WHY = {"reason": "签到笔迹雷同,待查"}
NOW = datetime(2025, 5, 6, 9, tzinfo=clock.SHANGHAI)


async def held(world: World, status: str = "submitted", **asked: Any) -> tuple[dict[str, Any], str]:
    """A claim on an officer's hold, and its class."""
    class_id = world.open_class([a_person(), a_person()])
    claim = await world.bring_to(status, class_id, **asked)
    return await world.step("officer", "hold", claim, WHY), class_id


async def heard(world: World, kind: str, subject: str, **told: Any) -> None:
    event = changes.Event(
        id=db.new_id(), source="/registry", type=kind, subject=UUID(subject), time=clock.read(IN_MAY), sequence="1-1", data=told
    )
    async with world.subsidy.kernel.writing.begin() as session:
        await following.taking_in(world.subsidy.kernel.own_call)(session, [event])


async def test_a_split_bears_the_hold_and_the_history(start: Start) -> None:
    async with a_world(start) as world:
        class_id, person = held_by(world)
        claim = await world.step("officer", "hold", await world.bring_to("reviewed", class_id), WHY)
        rest = await world.step("reviewer", "resolve", claim, {"trainee_id": person["trainee_id"], "outcome": "split", **WHY})
        split = (await world.as_("officer").get(f"/v1/claims/{rest['decisions'][-1]['other_claim_id']}")).json()
        assert split["hold"] == rest["hold"] == claim["hold"]
        assert [each["action"] for each in split["decisions"]] == ["submit", "review", "hold", "split"]


@pytest.mark.parametrize(("role", "action", "body"), [("institution", "withdraw", None), ("officer", "reject", BECAUSE)])
async def test_a_claim_that_ends_on_hold_hands_it_to_the_next_for_the_class(start: Start, role: str, action: str, body: Any) -> None:
    async with a_world(start) as world:
        claim, class_id = await held(world)
        ended = await world.step(role, action, claim, body)
        quoted = await world.as_("institution").post("/v1/claims:quote", json=world.body(class_id), headers=key())
        assert (quoted.json()["hold"]["code"], ended["hold"]["code"]) == ("officer_hold", "officer_hold")
        again = await world.bring_to("submitted", class_id)
        assert (
            again["hold"]["code"] == "officer_hold"
            and claim["number"] in again["hold"]["reason"]
            and WHY["reason"] in again["hold"]["reason"]
        )
        assert [(each["action"], each["actor"]) for each in again["decisions"]][1:] == [("hold", "subsidy")]
        assert (await world.as_("officer").get(f"/v1/claims/{claim['id']}")).json()["hold"] is None
        freed = await world.step("reviewer", "release", again, {"comment": "已查明"})
        await world.step("institution", "withdraw", freed)
        assert (await world.bring_to("submitted", class_id))["hold"] is None


async def test_a_person_left_out_of_a_returned_claim_is_not_free_by_another(start: Start) -> None:
    async with a_world(start) as world:
        claim, class_id = await held(world)
        returned = await world.step("officer", "return", claim, BECAUSE)
        stays, leaves = (line["trainee_id"] for line in claim["lines"])
        headers = key() | {"If-Match": f'"{returned["version"]}"'}
        edited = await world.as_("institution").patch(f"/v1/claims/{claim['id']}", json={"lines": [{"trainee_id": stays}]}, headers=headers)
        assert edited.status_code == 200, edited.text
        assert (await world.step("institution", "submit", edited.json()))["hold"]["code"] == "officer_hold"
        other = await world.bring_to("submitted", class_id, lines=[{"trainee_id": leaves}])
        assert other["hold"]["code"] == "officer_hold"


@pytest.mark.parametrize("other", ["released", "of another class", "of another institution"])
async def test_a_hold_follows_nobody_else(start: Start, other: str) -> None:
    async with a_world(start) as world:
        claim, class_id = await held(world)
        if other == "released":
            claim = await world.step("reviewer", "release", claim)
        await world.step("institution", "withdraw", claim)
        if other == "of another institution":
            world.school_id = str(db.new_id())
        if other != "released":
            class_id = world.open_class([a_person()], trade_name="养蜂")
        assert (await world.bring_to("submitted", class_id))["hold"] is None


@pytest.mark.parametrize(("today", "code"), [("2025-05-31", None), ("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", None)])
@pytest.mark.parametrize("told", ["before it was submitted", "after"])
async def test_a_listing_holds_from_its_first_day_to_its_last(start: Start, told: str, today: str, code: bool | None) -> None:
    async with a_world(start) as world:
        days = {"from_on": "2025-06-01", "until_on": "2025-06-30"}
        if told == "after":
            claim = await world.bring_to("submitted", world.open_class([a_person()]))
            await heard(world, "institution.blacklisted", world.school_id, **days)
        else:
            await heard(world, "institution.blacklisted", world.school_id, **days)
            claim = await world.bring_to("submitted", world.open_class([a_person()]))
        assert claim["hold"] is None
        at = f"{today}T09:00:00+08:00"
        hold = (await world.as_("officer", at=at).get(f"/v1/claims/{claim['id']}")).json()["hold"]
        assert (hold and hold["code"]) == ("institution_blacklisted" if code else None)
        waiting = (await world.as_("reviewer", at=at).get("/v1/worklist", params={"kind": "claim_on_hold"})).json()["items"]
        assert [each["subject_id"] for each in waiting] == ([claim["id"]] if code else [])
        for status in ("review", "confirm"):
            reader = "officer" if status == "review" else "reviewer"
            claim = (await world.as_(reader).get(f"/v1/claims/{claim['id']}")).json()
            claim = await world.step(reader, status, claim)
        paid = await world.act("finance", "approve", claim, at=at)
        assert (paid.status_code, paid.json().get("code")) == ((409, "claim_on_hold") if code else (200, None))


async def test_two_listings_are_two(start: Start) -> None:
    """The second does not make the first forgotten."""
    async with a_world(start) as world:
        await heard(world, "institution.blacklisted", world.school_id, from_on="2025-05-01", until_on="2025-05-31")
        await heard(world, "institution.blacklisted", world.school_id, from_on="2025-08-01", until_on="2025-08-31")
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        days = {
            day: await world.as_("officer", at=f"{day}T09:00:00+08:00").get(f"/v1/claims/{claim['id']}")
            for day in ("2025-05-31", "2025-07-01", "2025-08-01")
        }
        assert [bool(each.json()["hold"]) for each in days.values()] == [True, False, True]
        await heard(world, "institution.reinstated", world.school_id)
        assert (await world.as_("officer", at="2025-08-01T09:00:00+08:00").get(f"/v1/claims/{claim['id']}")).json()["hold"] is None


async def test_an_officer_may_hold_what_the_register_holds_already(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        await heard(world, "institution.blacklisted", world.school_id, from_on="2025-05-01")
        claim = (await world.as_("officer").get(f"/v1/claims/{claim['id']}")).json()
        both = await world.step("officer", "hold", claim, WHY)
        assert both["hold"]["code"] == "officer_hold" and "黑名单" in both["hold"]["reason"]
        assert (await world.act("officer", "hold", both, WHY)).json()["code"] == "invalid_state"


def test_the_code_shown_is_of_the_hold_that_is_hardest_to_end() -> None:
    register, person = a_hold("institution_blacklisted", "黑名单", NOW, BY_REGISTER), a_hold("officer_hold", "待查", NOW, BY_REVIEWER)
    found = on_hold([register, person], date(2025, 5, 6))
    assert found and (found["code"], found["reason"]) == ("officer_hold", "待查;黑名单")
    assert on_hold([], date(2025, 5, 6)) is None
