"""What waits at subsidy, by role: claims at each step, objections with their days, money to send and to confirm."""

from typing import Any

import httpx
import pytest

from shared import db
from tests.conftest import Start
from tests.subsidy.claims.world import AFTER_NOTICE, IN_MAY, PERSONS, ROADS, a_person, a_world
from tests.subsidy.office import a_claim, a_fund, a_notice, finance, key, registry
from tests.subsidy.schemes.test_routes import PATH as TERMS
from tests.subsidy.schemes.test_routes import a_block

WAITS_FOR = {
    "draft": ("institution", "claim_draft", "submit"),
    "returned": ("institution", "claim_returned", "submit"),
    "submitted": ("officer", "claim_submitted", "review"),
    "reviewed": ("reviewer", "claim_reviewed", "confirm"),
    "in_notice": ("finance", "claim_notice_over", "approve"),
    "approved": ("finance", "claim_approved", "payment"),
}
ROLES = ("institution", "officer", "reviewer", "finance", "auditor")


async def waits(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    answer = await client.get("/v1/worklist")
    assert answer.status_code == 200, answer.text
    return [(item["kind"], item["action"], item["number"]) for item in answer.json()["items"]]


@pytest.mark.parametrize("status", list(ROADS))
async def test_a_claim_waits_for_the_role_that_takes_its_next_step(start: Start, status: str) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to(status, world.open_class([a_person()]))
        role, kind, action = WAITS_FOR.get(status, ("", "", ""))
        for each in ROLES:
            assert await waits(world.as_(each, AFTER_NOTICE)) == ([(kind, action, claim["number"])] if each == role else []), each
        assert await waits(world.as_("institution", AFTER_NOTICE, institution_id=str(db.new_id()))) == []


@pytest.mark.parametrize(("on", "told"), [("2026-10-31T23:59:00+08:00", False), ("2026-11-01T00:00:00+08:00", True)])
async def test_the_next_year_of_working_days_is_asked_for_sixty_days_before_it_is_needed(start: Start, on: str, told: bool) -> None:
    async with a_world(start) as world:
        for role in ("officer", "reviewer", "finance", "admin", "auditor", "institution"):
            answer = (await world.as_(role, on).get("/v1/worklist")).json()
            found = [(each["kind"], each["number"], each["due_on"]) for each in answer["items"]]
            asked = told and role not in ("auditor", "institution")
            assert found == ([("calendar_year_missing", "2027", "2026-12-31")] if asked else []), role
            assert [each["count"] for each in answer["counts"]] == [1] * asked


async def test_a_notice_that_would_run_into_a_year_without_working_days_is_not_offered(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("reviewed", world.open_class([a_person()]))
        for on, why_not in (("2026-12-24T09:00:00+08:00", None), ("2026-12-30T09:00:00+08:00", "calendar_year_missing")):
            shown = (await world.as_("reviewer", on).get(f"/v1/claims/{claim['id']}")).json()["allowed_actions"]
            [confirm] = [each for each in shown if each["action"] == "confirm"]
            assert (confirm["allowed"], confirm["why_not"] and confirm["why_not"]["code"]) == (why_not is None, why_not)


async def test_finance_waits_for_the_notice_to_be_over(start: Start) -> None:
    async with a_world(start) as world:
        await world.bring_to("in_notice", world.open_class([a_person()]))
        assert await waits(world.as_("finance", IN_MAY)) == []


async def test_held_lines_wait_for_the_reviewer_and_keep_the_claim_from_finance(start: Start) -> None:
    overlap: list[dict[str, Any]] = [{"class_number": "KL-PX-2025-000009", "on": "2025-04-08", "half_day": "am"}]
    async with a_world(start) as world:
        claim = await world.bring_to("in_notice", world.open_class([a_person(attended_other_class=overlap), a_person()]))
        assert await waits(world.as_("reviewer", AFTER_NOTICE)) == [("claim_lines_held", "resolve", claim["number"])]
        assert await waits(world.as_("finance", AFTER_NOTICE)) == []


async def test_a_claim_on_hold_waits_for_its_release(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("in_notice", world.open_class([a_person()]))
        await world.step("officer", "hold", claim, {"reason": "核查"})
        assert await waits(world.as_("reviewer", AFTER_NOTICE)) == [("claim_on_hold", "release", claim["number"])]
        assert await waits(world.as_("finance", AFTER_NOTICE)) == []


async def test_an_objection_is_due_three_working_days_after_it_came_and_after_it_was_accepted(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        public = subsidy.as_("public", at="2024-09-27T09:00:00+08:00")
        objection = (await public.post(f"/v1/notices/{notice_id}/objections", json={"reason": "没有参加培训"})).json()
        officer = subsidy.as_("officer", at="2024-09-29T09:00:00+08:00")  # a Sunday on which work was made up for the holiday
        [item] = (await officer.get("/v1/worklist")).json()["items"]
        assert (item["kind"], item["due_on"], item["link"]) == ("objection_received", "2024-10-08", f"/v1/objections/{objection['id']}")
        accepted = (await officer.post(f"/v1/objections/{objection['id']}:accept")).json()
        [item] = (await officer.get("/v1/worklist")).json()["items"]
        assert (item["kind"], item["action"], item["due_on"]) == ("objection_accepted", "dismiss", accepted["due_on"])
        assert await waits(finance(subsidy, at="2024-12-01T09:00:00+08:00")) == []  # the clock stands still
        reviewer = subsidy.as_("reviewer", at="2024-09-29T09:00:00+08:00")
        assert await waits(reviewer) == [] and claim.status == "in_notice"
        await officer.post(f"/v1/objections/{objection['id']}:uphold", json={"reason": "属实"})
        assert await waits(reviewer) == [("claim_objected", "return", claim.number)]


async def test_an_approved_claim_waits_for_a_batch_and_the_batch_for_the_bank(start: Start) -> None:
    async with start("subsidy") as subsidy:
        subsidy.kernel.neighbours["registry"].transport = registry()
        fund_id, client = await a_fund(subsidy), finance(subsidy)
        claim = await a_claim(subsidy, fund_id)
        assert await waits(client) == [("claim_approved", "payment", claim.number)]
        batch = (await client.post("/v1/payment-batches", json={"fund_id": fund_id, "claim_ids": [str(claim.id)]}, headers=key())).json()
        assert await waits(client) == [("payment_batch_draft", "export", batch["number"])]
        exported = (await client.post(f"/v1/payment-batches/{batch['id']}:export", headers=key(batch["version"]))).json()
        assert await waits(client) == [("payment_batch_exported", "confirm", batch["number"])]
        failed = {"results": [{"payment_id": batch["payments"][0]["id"], "result": "failed", "reason": "账号不符"}]}
        await client.post(f"/v1/payment-batches/{batch['id']}:confirm", json=failed, headers=key(exported["version"]))
        assert await waits(client) == [("claim_approved", "payment", claim.number)]


async def test_what_is_another_persons_work_waits_for_that_person(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        same = PERSONS["institution"]
        assert await waits(world.as_("officer", person_id=same)) == []
        [item] = (await world.as_("officer").get("/v1/worklist")).json()["items"]
        assert (item["title"], item["amount"]) == (
            "短平快农业种植养殖培训 · 示例合作社 蓝莓种植班 KL-PX-2025-000001 · 1 人",
            claim["amount"],
        )
        assert (item["whom"]["institution_id"], item["due_on"], item["overdue"]) == (world.school_id, "2025-05-20", False)
        await world.step("officer", "review", claim)
        assert await waits(world.as_("reviewer", person_id=PERSONS["officer"])) == []
        assert await waits(world.as_("reviewer")) == [("claim_reviewed", "confirm", claim["number"])]


async def test_a_claim_waits_since_it_came_to_its_state(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        await world.step("officer", "review", claim, at="2025-05-15T10:00:00+08:00")
        [item] = (await world.as_("reviewer", at="2025-05-16T09:00:00+08:00").get("/v1/worklist")).json()["items"]
        assert (item["since_at"], item["due_on"]) == ("2025-05-15T10:00:00.000+08:00", "2025-05-29")


async def test_proposed_terms_wait_for_another_administrator(start: Start) -> None:
    one, other = str(db.new_id()), str(db.new_id())
    async with start("subsidy") as subsidy:
        proposed = await subsidy.as_("admin", person_id=one).post(TERMS, json=await a_block(subsidy, yuan_per_person_day="80.00"))
        assert proposed.status_code == 201, proposed.text
        [item] = (await subsidy.as_("admin", at=AFTER_NOTICE, person_id=other).get("/v1/worklist")).json()["items"]
        assert (item["kind"], item["action"], item["link"]) == ("terms_proposed", "approve", f"{TERMS}/{proposed.json()['id']}")
        assert await waits(subsidy.as_("admin", at=AFTER_NOTICE, person_id=one)) == []
