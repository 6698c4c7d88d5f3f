"""Who may take which step of a payment batch and when; who may not is in the trail."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from services.subsidy.claims.policy import a_hold
from services.subsidy.claims.tables import Claim
from shared import db
from tests.conftest import Start
from tests.subsidy.office import PERSONS, a_claim, call, finance, key
from tests.subsidy.payments.batches import act, create, open_fund


@pytest.mark.parametrize("part", ["submit", "review", "confirm"])
@pytest.mark.parametrize("action", ["create", "export", "paid"])
async def test_who_submitted_or_reviewed_a_claim_does_not_pay_it(start: Start, part: str, action: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        body, other = {"fund_id": fund_id, "claim_ids": [str(claim.id)]}, finance(subsidy, person_id=PERSONS[part])
        if action == "create":
            answer = await other.post("/v1/payment-batches", json=body, headers=key())
        else:
            batch = (await create(subsidy, fund_id, claim.id)).json()
            if action == "paid":
                batch = (await act(subsidy, batch, "export")).json()
                paid = {"results": [{"payment_id": batch["payments"][0]["id"], "result": "paid"}]}
                answer = await other.post(f"/v1/payment-batches/{batch['id']}:confirm", json=paid, headers=key(batch["version"]))
            else:
                answer = await other.post(f"/v1/payment-batches/{batch['id']}:export", headers=key(batch["version"]))
        assert answer.status_code == 409 and answer.json()["code"] == "same_person", answer.text


@pytest.mark.parametrize("person", ["the approver", "a fourth person"])
async def test_the_approver_and_other_finance_persons_pay(start: Start, person: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        payer = PERSONS["approve"] if person == "the approver" else db.new_id()
        batch = (await create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        client = finance(subsidy, person_id=payer)
        for action, version in (("export", 1), ("confirm", 2)):
            body = {"results": [{"payment_id": batch["payments"][0]["id"], "result": "paid"}]} if action == "confirm" else {}
            answer = await client.post(f"/v1/payment-batches/{batch['id']}:{action}", json=body, headers=key(version))
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("draft", {"export", "cancel"}),
        ("exported", {"confirm", "report-return"}),
        ("confirmed", {"confirm", "report-return"}),
        ("cancelled", set()),
    ],
)
async def test_state_and_action(start: Start, state: str, allowed: set[str]) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        batch = (await create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        results = {"results": [{"payment_id": batch["payments"][0]["id"], "result": "paid"}]}
        returned = {"payment_id": batch["payments"][0]["id"], "reason": "已销户", "returned_on": "2025-04-20"}
        bodies: dict[str, Any] = {"export": {}, "cancel": {"reason": "重建"}, "confirm": results, "report-return": returned}
        for step in {"draft": [], "exported": ["export"], "confirmed": ["export", "confirm"], "cancelled": ["cancel"]}[state]:
            batch = (await act(subsidy, batch, step, bodies[step])).json()
        assert batch["status"] == state
        assert {each["action"] for each in batch["allowed_actions"] if each["allowed"]} == allowed
        for action in bodies.keys() - allowed:
            answer = await act(subsidy, batch, action, bodies[action])
            assert answer.status_code == 409 and answer.json()["code"] == "invalid_state", action


@pytest.mark.parametrize("role", ["institution", "officer", "reviewer", "auditor", "admin", "system", "person", "partner"])
async def test_only_finance_pays(start: Start, role: str) -> None:
    async with start("subsidy") as subsidy:
        client, batch_id = subsidy.as_(role), db.new_id()
        for path in (
            "/v1/payment-batches",
            *(f"/v1/payment-batches/{batch_id}:{action}" for action in ("export", "confirm", "cancel", "report-return")),
        ):
            assert (await client.post(path, json={}, headers=key(1))).status_code == 403
        assert (await client.get(f"/v1/payment-batches/{batch_id}/bank-file")).status_code == 403


async def test_steps_need_the_current_version(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        batch = (await create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        url = f"/v1/payment-batches/{batch['id']}:export"
        assert (await finance(subsidy).post(url, headers=key())).status_code == 428
        assert (await finance(subsidy).post(url, headers=key(7))).status_code == 412


async def test_what_was_refused_is_in_the_trail_with_the_batch_as_its_subject(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        batch = (await create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        submitter = finance(subsidy, person_id=PERSONS["submit"])
        await submitter.post(f"/v1/payment-batches/{batch['id']}:export", headers=key(batch["version"]))
        await act(subsidy, batch, "confirm", {"results": []})  # its state comes before what its body lacks
        await subsidy.as_("officer").post(f"/v1/payment-batches/{batch['id']}:cancel", json={"reason": "重建"}, headers=key(1))
        trail = (await subsidy.as_("auditor").get(f"/v1/audit?subject={batch['id']}&action=refused")).json()["items"]
        assert [(entry["subject_type"], entry["details"]["code"]) for entry in trail] == [
            ("payment_batch", "wrong_role"),
            ("payment_batch", "invalid_state"),
            ("payment_batch", "same_person"),
        ]


async def test_what_was_refused_of_a_batch_yet_to_be_made_is_in_the_trail_of_each_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        held = await a_claim(subsidy, fund_id, holds=[a_hold("officer_hold", "核查", call().now)])
        waiting = await a_claim(subsidy, fund_id, status="in_notice")
        body = {"fund_id": fund_id, "claim_ids": [str(held.id), str(waiting.id)]}
        refused = await finance(subsidy).post("/v1/payment-batches", json=body, headers=key())
        assert refused.status_code == 409
        for claim, code in ((held, "claim_on_hold"), (waiting, "invalid_state")):
            trail = (await subsidy.as_("auditor").get(f"/v1/audit?subject={claim.id}&action=refused")).json()["items"]
            assert [(each["subject_type"], each["details"]["path"], each["details"]["code"]) for each in trail] == [
                ("claim", "/v1/payment-batches", code)
            ]
        events = (await subsidy.as_("auditor").get("/v1/changes")).json()["items"]
        assert not [event for event in events if event["subject"] in body["claim_ids"]]


async def test_a_bank_answer_that_is_refused_is_in_the_trail(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        batch = (await create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        batch = (await act(subsidy, batch, "export")).json()
        body = {"payment_id": batch["payments"][0]["id"], "reason": "已销户", "returned_on": "2025-04-20"}
        assert (await act(subsidy, batch, "report-return", body)).json()["code"] == "payment_not_paid"
        trail = (await subsidy.as_("auditor").get(f"/v1/audit?subject={batch['id']}&action=refused")).json()["items"]
        assert [each["details"]["code"] for each in trail] == ["payment_not_paid"]


async def test_a_batch_says_beforehand_whose_own_work_it_is_and_what_stops_it(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        batch = (await create(subsidy, fund_id, claim.id)).json()

        async def says(person: UUID) -> dict[str, str | None]:
            shown = (await finance(subsidy, person_id=person).get(f"/v1/payment-batches/{batch['id']}")).json()["allowed_actions"]
            return {each["action"]: each["why_not"] and each["why_not"]["code"] for each in shown}

        assert await says(PERSONS["approve"]) == {
            "export": None,
            "cancel": None,
            "confirm": "invalid_state",
            "report-return": "invalid_state",
        }
        assert (await says(PERSONS["submit"]))["export"] == "same_person"
        held = {"holds": [a_hold("officer_hold", "核查", claim.created_at)]}
        async with subsidy.kernel.writing.begin() as session:
            await session.execute(update(Claim).where(Claim.id == claim.id).values(held))
        assert (await says(PERSONS["approve"]))["export"] == "claim_on_hold"
        async with subsidy.kernel.writing.begin() as session:
            await session.execute(update(Claim).where(Claim.id == claim.id).values(holds=[]))
        assert (await act(subsidy, batch, "export")).status_code == 200
        assert await says(PERSONS["approve"]) == {
            "export": "invalid_state",
            "cancel": "invalid_state",
            "confirm": None,
            "report-return": None,
        }
        assert (await says(PERSONS["review"]))["confirm"] == "same_person"
