"""No figure in yuan becomes money before its source is confirmed: not by a reviewer, not by finance, not by a batch; and the way on from there."""

from typing import Any

from sqlalchemy import update

from services.subsidy.claims.tables import Claim, Line
from shared import db
from tests.conftest import Start
from tests.subsidy.claims.test_deciding import held_by
from tests.subsidy.claims.world import AFTER_NOTICE, BECAUSE, World, a_person, a_world, key
from tests.subsidy.office import registry

ONE, TWO = str(db.new_id()), str(db.new_id())


async def test_a_line_by_an_unconfirmed_rate_cannot_be_accepted_and_the_confirmed_terms_judge_it_anew(start: Start) -> None:
    async with a_world(start) as world:
        await _publish(world, "2025-04-07", "unconfirmed")
        person = a_person()
        claim = await world.bring_to("reviewed", world.open_class([person]))
        assert (claim["lines"][0]["verdict"], claim["lines"][0]["amount"], claim["amount"]) == ("held", "180.00", "0.00")
        outcome = {"trainee_id": person["trainee_id"], "outcome": "accept", "reason": "领导同意"}
        refused = await world.act("reviewer", "resolve", claim, outcome)
        assert (refused.status_code, refused.json()["code"]) == (409, "terms_unconfirmed") and "重新提交" in refused.json()["detail"]
        trail = (await world.as_("auditor").get("/v1/audit", params={"subject": claim["id"], "action": "refused"})).json()["items"]
        assert [entry["details"]["code"] for entry in trail] == ["terms_unconfirmed"]

        await _publish(world, "2025-04-08", "confirmed")
        claim = await world.step("reviewer", "return", claim, BECAUSE)
        claim = await world.step("institution", "submit", claim)
        assert (claim["lines"][0]["verdict"], claim["amount"], claim["terms"]["in_force_from"]) == ("eligible", "180.00", "2025-04-08")
        for role, action in (("officer", "review"), ("reviewer", "confirm")):
            claim = await world.step(role, action, claim)
        assert (await world.act("finance", "approve", claim, at=AFTER_NOTICE)).status_code == 200


async def test_a_line_by_an_unconfirmed_rate_may_be_refused(start: Start) -> None:
    async with a_world(start) as world:
        await _publish(world, "2025-04-07", "unconfirmed")
        person = a_person()
        claim = await world.bring_to("reviewed", world.open_class([person]))
        outcome = {"trainee_id": person["trainee_id"], "outcome": "refuse", "reason": "不再申领"}
        assert (await world.act("reviewer", "resolve", claim, outcome)).status_code == 200


async def test_an_unconfirmed_reading_that_only_notes_stands_against_nothing(start: Start) -> None:
    async with a_world(start) as world:
        class_id, held = held_by(world)
        claim = await world.bring_to("in_notice", class_id)
        await _find(world, claim, "note")
        outcome = {"trainee_id": held["trainee_id"], "outcome": "accept", "reason": "已核对"}
        assert (await world.act("reviewer", "resolve", claim, outcome)).status_code == 200


async def test_what_was_accepted_before_is_neither_approved_nor_paid(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("in_notice", world.open_class([a_person()]))
        await _find(world, claim, "hold")
        shown = (await world.as_("finance", AFTER_NOTICE).get(f"/v1/claims/{claim['id']}")).json()["allowed_actions"]
        assert next(each["why_not"]["code"] for each in shown if each["action"] == "approve") == "terms_unconfirmed"
        assert (await world.act("finance", "approve", claim, at=AFTER_NOTICE)).json()["code"] == "terms_unconfirmed"

        await _find(world, claim, "note")
        claim = await world.step("finance", "approve", claim, at=AFTER_NOTICE)
        await _find(world, claim, "hold")
        world.subsidy.kernel.neighbours["registry"].transport = registry()
        body = {"fund_id": world.fund_id, "claim_ids": [claim["id"]]}
        refused = await world.as_("finance", AFTER_NOTICE).post("/v1/payment-batches", json=body, headers=key())
        assert (refused.status_code, refused.json()["code"]) == (409, "terms_unconfirmed")
        trail = (await world.as_("auditor").get("/v1/audit", params={"subject": claim["id"], "action": "refused"})).json()["items"]
        assert [(entry["details"]["path"], entry["details"]["code"]) for entry in trail] == [
            ("/v1/payment-batches", "terms_unconfirmed"),
            ("/v1/claims/{claim_id:uuid}:approve", "terms_unconfirmed"),
        ]
        assert (await world.act("finance", "return", claim, BECAUSE, at=AFTER_NOTICE)).status_code == 200


async def _publish(world: World, in_force_from: str, basis_status: str) -> None:
    """Another block of the short course, whose rate rests on such a source."""
    path = "/v1/schemes/agricultural_short/terms"
    block = (await world.as_("finance").get("/v1/schemes/agricultural_short", params={"on": "2025-01-01"})).json()["terms"]["block"]
    source = {"document": "示例〔2025〕1号", "clause": "一", "basis_status": basis_status}
    other = [each for each in block["other_basis"] if "yuan_per_person_day" not in each["applies_to"]]
    made = block | source | {"in_force_from": in_force_from, "other_basis": other}
    proposed = await world.as_("admin", person_id=ONE).post(path, json=made)
    assert proposed.status_code == 201, proposed.text
    published = await world.as_("admin", person_id=TWO).post(f"{path}/{proposed.json()['id']}:approve")
    assert published.status_code == 200, published.text


async def _find(world: World, claim: dict[str, Any], effect: str) -> None:
    """The claim's lines as they were judged before this was looked for."""
    finding = {"code": "terms_unconfirmed", "effect": effect, "detail": "", "seen": "", "allowed": "", "fix": "", "passes_from": None}
    basis = {"document": "甲", "clause": "一", "status": "unconfirmed"}
    async with world.subsidy.kernel.writing.begin() as session:
        await session.execute(update(Line).where(Line.claim_id == claim["id"]).values(findings=[finding | {"basis": basis}]))
        assert await session.get(Claim, claim["id"])
