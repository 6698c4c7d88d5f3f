"""The steps of a claim through HTTP: who, in which state, in which order the checks come, and what each step leaves behind."""

from typing import Any

import pytest

from services.subsidy.claims.policy import APPLICANT_S, MACHINE
from shared import db
from tests.conftest import Start
from tests.subsidy.claims.world import AFTER_NOTICE, BECAUSE, IN_MAY, PERSONS, ROADS, World, a_person, a_world, codes, key

OF_OTHERS = {("officer", name) for name in APPLICANT_S}  # a school's claim is not an officer's to change
STEPS = [step.action for step in MACHINE.steps if step.action not in ("edit", "payment", "recover")]
BODIES: dict[str, Any] = {
    "attach": {"attachments": [str(db.new_id())]},
    "return": BECAUSE,
    "reject": BECAUSE,
    "hold": BECAUSE,
    "close": BECAUSE,
    "resolve": {"trainee_id": str(db.new_id()), "outcome": "accept", "reason": "已核对"},
}


def held_by(world: World, others: int = 1) -> tuple[str, dict[str, Any]]:
    """A class in which one person was in two classes at once, and is held for it."""
    overlap = [{"class_number": "KL-PX-2025-000009", "on": "2025-04-08", "half_day": "am"}]
    held = a_person(attended_other_class=overlap)
    return world.open_class([held, *(a_person() for _ in range(others))]), held


@pytest.mark.parametrize("status", ROADS)
async def test_a_step_out_of_its_state_is_refused_and_shown_as_such(start: Start, status: str) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to(status, world.open_class([a_person()]))
        for name in STEPS:
            for role, states in MACHINE.step(name).roles.items():
                if role in ("person", "town") or (role, name) in OF_OTHERS:
                    continue
                shown = (await world.as_(role, at=AFTER_NOTICE).get(f"/v1/claims/{claim['id']}")).json()["allowed_actions"]
                [action] = [each for each in shown if each["action"] == name]
                if status not in states:
                    answer = await world.act(role, name, claim, BODIES.get(name), at=AFTER_NOTICE)
                    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state"), (name, role)
                    assert (action["allowed"], action["why_not"]["code"]) == (False, "invalid_state")
                elif name in ("release", "resolve", "close", "supplement"):  # nothing is held, nothing paid, nothing more due
                    answer = await world.act(role, name, claim, BODIES.get(name), at=AFTER_NOTICE)
                    assert (action["why_not"]["code"], answer.json()["code"]) == ("invalid_state", "invalid_state")
                else:
                    assert action == {"action": name, "allowed": True, "why_not": None}


@pytest.mark.parametrize("name", STEPS)
async def test_the_checks_come_in_the_contracts_order(start: Start, name: str) -> None:
    async with a_world(start) as world:
        class_id, _ = held_by(world)
        claim = await world.bring_to("rejected", class_id)  # in which no step is possible any more
        role = next(role for role in MACHINE.step(name).roles if role not in ("person", "town") and (role, name) not in OF_OTHERS)
        path, body = f"/v1/claims/{claim['id']}:{name}", BODIES.get(name)
        wrong = next(role for role in ("auditor", "partner") if role not in MACHINE.step(name).roles)
        assert (await world.subsidy.as_("public").post(path, json=body)).status_code == 401
        assert (await world.as_(wrong).post(path, json=body)).status_code == 403
        client = world.as_(role)
        for sent in (body, {"colour": 1}):  # what is wrong with the body itself is told last
            assert (await client.post(path, json=sent)).json()["code"] == "idempotency_key_required"
            assert (await client.post(path, json=sent, headers=key())).status_code == 428
            assert (await client.post(path, json=sent, headers=key() | {"If-Match": '"1"'})).status_code == 412
            answer = await client.post(path, json=sent, headers=key() | {"If-Match": f'"{claim["version"]}"'})
            assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
        audit = await world.as_("auditor").get("/v1/audit", params={"subject": claim["id"], "action": "refused"})
        told = [(each["outcome"], each["subject_type"], each["details"]["code"]) for each in audit.json()["items"]]
        assert told == [("refused", "claim", "invalid_state")] * 2 + [("refused", "claim", "wrong_role")]


@pytest.mark.parametrize("name", ["return", "reject", "hold"])
async def test_what_goes_against_the_applicant_needs_a_reason(start: Start, name: str) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        for body in ({}, {"reason": ""}, {"comment": "不说"}):
            assert (await world.act("officer", name, claim, body)).status_code == 422


async def test_from_draft_to_approved_every_step_is_kept(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("approved", world.open_class([a_person(), a_person()]))
        assert [(step["action"], step["to_status"], step["person_id"]) for step in claim["decisions"]] == [
            ("submit", "submitted", PERSONS["institution"]),
            ("review", "reviewed", PERSONS["officer"]),
            ("confirm", "in_notice", PERSONS["reviewer"]),
            ("approve", "approved", PERSONS["finance"]),
        ]
        fund = (await world.as_("finance").get(f"/v1/funds/{world.fund_id}")).json()
        assert (fund["reserved"], fund["available"]) == ("360.00", "99640.00")
        trail = (await world.as_("auditor").get("/v1/audit", params={"subject": claim["id"]})).json()["items"]
        assert [entry["action"] for entry in reversed(trail)] == [
            "claim.created",
            "claim.submitted",
            "claim.reviewed",
            "claim.confirmed",
            "claim.approved",
        ]
        events = (await world.as_("auditor").get("/v1/changes")).json()["items"]
        assert [event["type"] for event in events if event["subject"] == claim["id"]] == [entry["action"] for entry in reversed(trail)]
        [notice] = (await world.subsidy.as_("public", at=IN_MAY).get("/v1/notices")).json()["items"]
        assert (notice["amount"], notice["institution"], notice["class"], notice["lines"][0]["name"]) == (
            "360.00",
            "示例合作社",
            "蓝莓种植班",
            "杨**",
        )


async def test_a_step_keeps_who_took_it_by_name(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        answer = await world.act("officer", "review", claim, name="潘秀珍")
        assert [step["actor_name"] for step in answer.json()["decisions"]] == [None, "潘秀珍"]


@pytest.mark.parametrize(
    ("status", "name", "role", "doer"),
    [
        pytest.param("submitted", "review", "officer", "institution", id="submitting-and-first-review"),
        pytest.param("reviewed", "confirm", "reviewer", "officer", id="first-and-second-review"),
        pytest.param("reviewed", "confirm", "reviewer", "institution", id="submitting-and-second-review"),
        pytest.param("in_notice", "approve", "finance", "reviewer", id="second-review-and-paying"),
        pytest.param("in_notice", "approve", "finance", "officer", id="first-review-and-paying"),
        pytest.param("in_notice", "approve", "finance", "institution", id="submitting-and-paying"),
    ],
)
async def test_one_person_does_not_do_two_parts_whatever_the_account(start: Start, status: str, name: str, role: str, doer: str) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to(status, world.open_class([a_person()]))
        answer = await world.act(role, name, claim, at=AFTER_NOTICE, person_id=PERSONS[doer], subject="another-account")
        assert (answer.status_code, answer.json()["code"]) == (409, "same_person")


async def test_approval_waits_for_the_day_after_the_notice(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to(
            "in_notice", world.open_class([a_person()])
        )  # posted on Tuesday 6 May: five working days end on the 13th
        early = await world.act("finance", "approve", claim, at="2025-05-13T23:59:59+08:00")
        assert (early.status_code, early.json()["code"]) == (409, "notice_not_over")
        shown = (await world.as_("finance", at="2025-05-13T09:00:00+08:00").get(f"/v1/claims/{claim['id']}")).json()["allowed_actions"]
        assert [(each["allowed"], each["why_not"]["code"]) for each in shown if each["action"] == "approve"] == [(False, "notice_not_over")]
        assert (await world.act("finance", "approve", claim, at="2025-05-14T00:00:00+08:00")).status_code == 200


async def test_a_hold_stops_the_approval_until_a_reviewer_releases_it(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.step("officer", "hold", await world.bring_to("in_notice", world.open_class([a_person()])), BECAUSE)
        assert (claim["hold"]["code"], claim["hold"]["reason"]) == ("officer_hold", BECAUSE["reason"])
        assert (await world.act("finance", "approve", claim, at=AFTER_NOTICE)).json()["code"] == "claim_on_hold"
        assert (await world.act("officer", "release", claim)).status_code == 403
        released = await world.step("reviewer", "release", claim)
        assert (released["hold"], released["version"]) == (None, claim["version"] + 1)
        assert (await world.act("finance", "approve", released, at=AFTER_NOTICE)).status_code == 200


async def test_a_fund_without_the_money_approves_nothing(start: Start) -> None:
    async with a_world(start) as world:
        world.fund_id = await world.fund("179.99")
        claim = await world.bring_to("in_notice", world.open_class([a_person()]))
        shown = (await world.as_("finance", at=AFTER_NOTICE).get(f"/v1/claims/{claim['id']}")).json()["allowed_actions"]
        assert [each["why_not"]["code"] for each in shown if each["action"] == "approve"] == ["fund_exhausted"]
        answer = await world.act("finance", "approve", claim, at=AFTER_NOTICE)
        assert (answer.status_code, answer.json()["code"]) == (409, "fund_exhausted")
        assert (await world.as_("finance").get(f"/v1/claims/{claim['id']}")).json()["status"] == "in_notice"


async def test_a_held_line_is_computed_but_not_summed_and_stops_the_approval(start: Start) -> None:
    async with a_world(start) as world:
        class_id, held = held_by(world)
        claim = await world.bring_to("in_notice", class_id)
        line = next(line for line in claim["lines"] if line["trainee_id"] == held["trainee_id"])
        assert (line["verdict"], line["amount"], codes(line), claim["amount"]) == ("held", "180.00", ["overlapping_class"], "180.00")
        assert (await world.act("finance", "approve", claim, at=AFTER_NOTICE)).json()["code"] == "held_lines_open"


@pytest.mark.parametrize(
    ("outcome", "verdict", "amount", "total"), [("accept", "eligible", "180.00", "360.00"), ("refuse", "refused", "0.00", "180.00")]
)
async def test_a_reviewer_settles_a_held_line(start: Start, outcome: str, verdict: str, amount: str, total: str) -> None:
    async with a_world(start) as world:
        class_id, held = held_by(world)
        claim = await world.bring_to("submitted", class_id)
        body = {"trainee_id": held["trainee_id"], "outcome": outcome, "reason": "已核对两个班的签到原件。"}
        stranger = body | {"trainee_id": str(db.new_id())}
        faults = (await world.act("reviewer", "resolve", claim, stranger)).json()["errors"]
        assert [fault["code"] for fault in faults] == ["unknown_trainee"]
        settled = await world.step("reviewer", "resolve", claim, body)
        line = next(line for line in settled["lines"] if line["trainee_id"] == held["trainee_id"])
        assert (line["verdict"], line["amount"], settled["amount"], settled["version"]) == (verdict, amount, total, claim["version"] + 1)
        assert (line["resolution"]["outcome"], line["resolution"]["reason"]) == (outcome, body["reason"])
        assert (await world.act("reviewer", "resolve", settled, body)).json()["code"] == "invalid_state"
        again = await world.draft(world.open_class([held | {"enrolment_id": str(db.new_id()), "attended_other_class": []}]))
        assert ("already_subsidised" in codes(again["lines"][0])) is (outcome == "accept")


async def test_a_split_moves_the_held_line_to_a_claim_of_its_own(start: Start) -> None:
    async with a_world(start) as world:
        class_id, held = held_by(world)
        claim = await world.bring_to("in_notice", class_id)
        body = {"trainee_id": held["trainee_id"], "outcome": "split", "reason": "另行核实"}
        rest = await world.step("reviewer", "resolve", claim, body)
        assert (len(rest["lines"]), rest["amount"], rest["status"]) == (1, "180.00", "in_notice")
        other_id = rest["decisions"][-1]["other_claim_id"]
        assert (await world.act("finance", "approve", rest, at=AFTER_NOTICE)).status_code == 200
        split = (await world.as_("officer").get(f"/v1/claims/{other_id}")).json()
        assert (split["status"], split["amount"], split["split_from_id"], split["number"]) == (
            "submitted",
            "0.00",
            claim["id"],
            "KL-SQ-2025-000002",
        )
        assert [(line["trainee_id"], line["verdict"], line["amount"]) for line in split["lines"]] == [
            (held["trainee_id"], "held", "180.00")
        ]
        assert [step["action"] for step in split["decisions"]] == ["submit", "review", "confirm", "split"]
        assert (await world.act("officer", "review", split, person_id=PERSONS["institution"])).json()["code"] == "same_person"
        assert (await world.act("reviewer", "resolve", split, body)).json()["code"] == "invalid_state"
        accepted = await world.step("reviewer", "resolve", split, body | {"outcome": "accept"})
        assert accepted["amount"] == "180.00"
        replayed = (await world.as_("auditor").get(f"/v1/claims/{other_id}:replay")).json()
        assert [(line["now"]["verdict"], line["same"]) for line in replayed["lines"]] == [("eligible", True)]
        assert replayed["lines"][0]["now"]["resolution"]["outcome"] == "accept"
        assert (replayed["same"], replayed["then"]["amount"], replayed["now"]["amount"]) == (True, "180.00", "180.00")
        world.classes[class_id][1].clear()
        world.classes[class_id][1].append(held)
        assert codes((await world.draft(class_id))["lines"][0])[:2] == ["overlapping_class", "already_subsidised"]


async def test_a_returned_claim_leaves_its_notice_and_goes_its_way_again(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("in_notice", world.open_class([a_person()]))
        returned = await world.step("reviewer", "return", claim, BECAUSE)
        assert (await world.subsidy.as_("public", at=IN_MAY).get("/v1/notices")).json()["items"] == []
        again = await world.step("institution", "submit", returned)
        assert (again["status"], again["amount"]) == ("submitted", "180.00")
        for role, action in (("officer", "review"), ("reviewer", "confirm")):
            again = await world.step(role, action, again)
        assert (await world.act("finance", "approve", again, at=AFTER_NOTICE)).status_code == 200


async def test_a_step_with_an_unknown_field_is_a_fault(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        answer = await world.act("officer", "review", claim, {"amount": "1.00"})
        assert [fault["code"] for fault in answer.json()["errors"]] == ["unknown_field"]


async def test_what_was_refused_is_in_the_trail_with_the_claim_as_its_subject(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        await world.act("officer", "review", claim, person_id=PERSONS["institution"])
        await world.act("reviewer", "confirm", claim)
        await world.act("finance", "hold", claim, BECAUSE)
        trail = (await world.as_("auditor").get("/v1/audit", params={"subject": claim["id"], "action": "refused"})).json()["items"]
        assert [(entry["subject_type"], entry["outcome"], entry["details"]["code"]) for entry in trail] == [
            ("claim", "refused", "wrong_role"),
            ("claim", "refused", "invalid_state"),
            ("claim", "refused", "same_person"),
        ]
