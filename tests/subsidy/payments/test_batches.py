"""A batch takes approved claims of one fund, each once, or names every fault."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from services.subsidy.claims.policy import a_hold
from services.subsidy.claims.tables import Claim, Line
from shared import db, privacy
from tests.conftest import Service, Start, version_of
from tests.subsidy.office import ACCOUNT, PERSONS, a_claim, a_fund, account_of, balances, call, finance, key, lines_of, registry


async def test_the_organiser_is_paid_in_one_sum(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00", "0.00"])
        answer = await _create(subsidy, fund_id, claim.id)
        batch = answer.json()
        assert answer.status_code == 201 and version_of(answer) == 1 and answer.headers["location"].endswith(batch["id"])
        assert batch["number"] == "KL-FK-2025-000001" and batch["status"] == "draft" and batch["amount"] == "240.00"
        (payment,) = batch["payments"]
        assert {name: payment[name] for name in ("claim_id", "payee", "account", "amount", "status")} == {
            "claim_id": str(claim.id),
            "payee": {"kind": "organiser", "id": str(claim.institution_id), "name": "凯里市示范职业培训学校"},
            "account": privacy.mask_account(ACCOUNT),
            "amount": "240.00",
            "status": "pending",
        }


async def test_each_trainee_is_paid_apart_and_nobody_for_nothing(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00", "0.00"], payee="trainee")
        payments = (await _create(subsidy, fund_id, claim.id)).json()["payments"]
        assert [(payment["payee"]["kind"], payment["amount"]) for payment in payments] == [("trainee", "180.00"), ("trainee", "60.00")]


async def test_accounts_are_kept_encrypted(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        await _create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)
        async with subsidy.kernel.engine.connect() as connection:
            row = (await connection.execute(text("SELECT * FROM payments"))).one()
        assert ACCOUNT not in str(row)
        assert subsidy.kernel.vault.decrypt(row.account, f"payments/{row.id}/account") == ACCOUNT


async def test_every_faulty_claim_is_named_at_once(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id, other_fund = await _open(subsidy), await a_fund(subsidy)
        good = await a_claim(subsidy, fund_id)
        faulty = [
            await a_claim(subsidy, fund_id, status="in_notice"),
            await a_claim(subsidy, other_fund),
            await a_claim(subsidy, fund_id, holds=[a_hold("officer_hold", "核查", good.created_at)]),
            await a_claim(subsidy, fund_id, ["0.00"]),
        ]
        answer = await _create(subsidy, fund_id, good.id, *(claim.id for claim in faulty))
        assert answer.status_code == 409
        told = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
        assert told == {
            ("/claim_ids/1", "invalid_state"),
            ("/claim_ids/2", "claim_of_other_fund"),
            ("/claim_ids/3", "claim_on_hold"),
            ("/claim_ids/4", "nothing_to_pay"),
        }
        assert (await finance(subsidy).get("/v1/payment-batches")).json()["items"] == []


async def test_unknown_and_repeated_claims_are_faults(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id)
        answer = await _create(subsidy, fund_id, claim.id, claim.id, db.new_id())
        assert answer.status_code == 422
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
            ("/claim_ids/1", "named_twice"),
            ("/claim_ids/2", "claim_unknown"),
        ]
        assert (await _create(subsidy, str(db.new_id()), claim.id)).json()["code"] == "fund_not_found"


async def test_a_payee_without_an_account_holds_up_nobody_else(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        with_account, without = await a_claim(subsidy, fund_id), await a_claim(subsidy, fund_id)
        await _knows(subsidy, {str(without.institution_id)})
        alone = await _create(subsidy, fund_id, without.id)
        assert alone.status_code == 409 and alone.json()["code"] == "payee_account_missing"
        assert [(fault["pointer"], fault["payee_id"]) for fault in alone.json()["errors"]] == [
            ("/claim_ids/0", str(without.institution_id))
        ]

        batch = (await _create(subsidy, fund_id, with_account.id, without.id)).json()
        (left_out,) = batch["left_out"]
        assert [(each["id"], each["account"]) for each in batch["payments"] if not each["account"]] == [(left_out["payment_id"], None)]
        sent = (await _act(subsidy, batch, "export")).json()
        assert (sent["payment_count"], sent["amount"], sent["status"]) == (1, "180.00", "exported")
        assert {each["claim_id"]: each["status"] for each in sent["payments"]} == {
            str(with_account.id): "exported",
            str(without.id): "cancelled",
        }
        assert [(each["payment_id"], each["code"]) for each in sent["left_out"]] == [(left_out["payment_id"], "payee_account_missing")]
        await _knows(subsidy)
        assert (await _create(subsidy, fund_id, without.id)).status_code == 201


async def test_an_account_that_changed_since_the_batch_was_made_is_not_paid_to(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        same, changed = [await a_claim(subsidy, fund_id, payee="trainee") for _ in range(2)]
        batch = (await _create(subsidy, fund_id, same.id, changed.id)).json()
        payee = next(each["payee"]["id"] for each in batch["payments"] if each["claim_id"] == str(changed.id))
        await _knows(subsidy, **{payee: "6217000099999999999"})
        sent = (await _act(subsidy, batch, "export")).json()
        assert [each["code"] for each in sent["left_out"]] == ["payee_account_changed"] and sent["payment_count"] == 1


@pytest.mark.parametrize("other", ["a person of another claim", "a school"])
async def test_a_person_s_account_that_is_another_s_as_well_is_held_and_not_paid_to(start: Start, other: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        first, second = [await a_claim(subsidy, fund_id, payee="trainee") for _ in range(2)]
        people = [str((await lines_of(subsidy, claim.id))[0].trainee_id) for claim in (first, second)]
        shared = ACCOUNT if other == "a school" else account_of(people[1])
        await _knows(subsidy, **{people[0]: shared})
        batch = (await _create(subsidy, fund_id, first.id, second.id)).json()
        sent = (await _act(subsidy, batch, "export")).json()
        held = {first.id} if other == "a school" else {first.id, second.id}
        assert {each["code"] for each in sent["left_out"]} == {"shared_bank_account"} and len(sent["left_out"]) == len(held)
        assert sent["status"] == ("exported" if other == "a school" else "cancelled")
        async with subsidy.kernel.reading() as session:
            codes = {
                claim.id: {each["code"] for each in claim.holds}
                for claim in await session.scalars(select(Claim).where(Claim.id.in_([first.id, second.id])))
            }
        assert {claim_id for claim_id, code in codes.items() if code == {"shared_bank_account"}} == held
        assert await balances(subsidy, fund_id) == {"available": "9640.00", "reserved": "360.00", "paid": "0.00"}


async def test_a_line_is_paid_once_whoever_its_person_has_become(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00"], payee="trainee")
        batch = (await _act(subsidy, (await _create(subsidy, fund_id, claim.id)).json(), "export")).json()
        results = [{"payment_id": each["id"], "result": result} for each, result in zip(batch["payments"], ("paid", "failed"), strict=True)]
        await _act(subsidy, batch, "confirm", {"results": results})
        async with subsidy.kernel.writing.begin() as session:  # as a merge does
            await session.execute(update(Line).where(Line.claim_id == claim.id, Line.position == 0).values(trainee_id=db.new_id()))
        again = (await _create(subsidy, fund_id, claim.id)).json()
        assert [each["amount"] for each in again["payments"]] == ["60.00"]


async def test_a_payment_that_waits_holds_up_no_other_of_its_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00"], payee="trainee")
        batch = (await _act(subsidy, (await _create(subsidy, fund_id, claim.id)).json(), "export")).json()
        failed = {"results": [{"payment_id": batch["payments"][1]["id"], "result": "failed"}]}
        await _act(subsidy, batch, "confirm", failed)
        again = await _create(subsidy, fund_id, claim.id)
        assert [each["amount"] for each in again.json()["payments"]] == ["60.00"]
        assert (await _create(subsidy, fund_id, claim.id)).json()["code"] == "claim_in_batch"


async def test_a_claim_is_in_one_batch_at_a_time_until_that_is_cancelled(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id)
        batch = (await _create(subsidy, fund_id, claim.id)).json()
        again = await _create(subsidy, fund_id, claim.id)
        assert again.status_code == 409 and again.json()["code"] == "claim_in_batch" and batch["number"] in again.json()["detail"]
        cancelled = await _act(subsidy, batch, "cancel", {"reason": "重建"})
        assert cancelled.json()["status"] == "cancelled" and cancelled.json()["payments"][0]["status"] == "cancelled"
        assert (await _create(subsidy, fund_id, claim.id)).status_code == 201


async def test_the_same_claim_put_into_20_batches_at_once_is_in_one(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id)
        answers = await asyncio.gather(*(_create(subsidy, fund_id, claim.id) for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        assert {answer.json().get("code") for answer in answers} == {None, "claim_in_batch"}


async def test_a_batch_sent_again_with_its_key_is_made_once(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        body, headers = {"fund_id": fund_id, "claim_ids": [str((await a_claim(subsidy, fund_id)).id)]}, key()
        first, second = [await finance(subsidy).post("/v1/payment-batches", json=body, headers=headers) for _ in range(2)]
        assert second.json() == first.json() and second.headers["idempotent-replayed"] == "true"
        assert len((await finance(subsidy).get("/v1/payment-batches")).json()["items"]) == 1
        assert (await finance(subsidy).post("/v1/payment-batches", json=body)).json()["code"] == "idempotency_key_required"


@pytest.mark.parametrize("part", ["submit", "review", "confirm"])
@pytest.mark.parametrize("action", ["create", "export", "paid"])
async def test_who_submitted_or_reviewed_a_claim_does_not_pay_it(start: Start, part: str, action: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id)
        body, other = {"fund_id": fund_id, "claim_ids": [str(claim.id)]}, finance(subsidy, person_id=PERSONS[part])
        if action == "create":
            answer = await other.post("/v1/payment-batches", json=body, headers=key())
        else:
            batch = (await _create(subsidy, fund_id, claim.id)).json()
            if action == "paid":
                batch = (await _act(subsidy, batch, "export")).json()
                paid = {"results": [{"payment_id": batch["payments"][0]["id"], "result": "paid"}]}
                answer = await other.post(f"/v1/payment-batches/{batch['id']}:confirm", json=paid, headers=key(batch["version"]))
            else:
                answer = await other.post(f"/v1/payment-batches/{batch['id']}:export", headers=key(batch["version"]))
        assert answer.status_code == 409 and answer.json()["code"] == "same_person", answer.text


@pytest.mark.parametrize("person", ["the approver", "a fourth person"])
async def test_the_approver_and_other_finance_persons_pay(start: Start, person: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        payer = PERSONS["approve"] if person == "the approver" else db.new_id()
        batch = (await _create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        client = finance(subsidy, person_id=payer)
        for action, version in (("export", 1), ("confirm", 2)):
            body = {"results": [{"payment_id": batch["payments"][0]["id"], "result": "paid"}]} if action == "confirm" else {}
            answer = await client.post(f"/v1/payment-batches/{batch['id']}:{action}", json=body, headers=key(version))
            assert answer.status_code == 200, answer.text


async def test_a_claim_put_on_hold_is_not_sent_to_the_bank(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id)
        batch = (await _create(subsidy, fund_id, claim.id)).json()
        async with subsidy.kernel.writing.begin() as session:
            held = {"holds": [a_hold("officer_hold", "核查", claim.created_at)]}
            await session.execute(update(Claim).where(Claim.id == claim.id).values(held))
        answer = await _act(subsidy, batch, "export")
        assert answer.status_code == 409 and answer.json()["code"] == "claim_on_hold"


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
        fund_id = await _open(subsidy)
        batch = (await _create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        results = {"results": [{"payment_id": batch["payments"][0]["id"], "result": "paid"}]}
        returned = {"payment_id": batch["payments"][0]["id"], "reason": "已销户", "returned_on": "2025-04-20"}
        bodies: dict[str, Any] = {"export": {}, "cancel": {"reason": "重建"}, "confirm": results, "report-return": returned}
        for step in {"draft": [], "exported": ["export"], "confirmed": ["export", "confirm"], "cancelled": ["cancel"]}[state]:
            batch = (await _act(subsidy, batch, step, bodies[step])).json()
        assert batch["status"] == state
        assert {each["action"] for each in batch["allowed_actions"] if each["allowed"]} == allowed
        for action in bodies.keys() - allowed:
            answer = await _act(subsidy, batch, action, bodies[action])
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
        fund_id = await _open(subsidy)
        batch = (await _create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        url = f"/v1/payment-batches/{batch['id']}:export"
        assert (await finance(subsidy).post(url, headers=key())).status_code == 428
        assert (await finance(subsidy).post(url, headers=key(7))).status_code == 412


async def test_batches_are_found_by_fund_state_and_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claims = [await a_claim(subsidy, fund_id) for _ in range(2)]
        first, second = [(await _create(subsidy, fund_id, claim.id)).json() for claim in claims]
        await _act(subsidy, second, "export")
        reader = subsidy.as_("officer")
        for query, expected in (
            (f"fund_id={fund_id}", [second["id"], first["id"]]),
            ("status=draft", [first["id"]]),
            (f"claim_id={claims[1].id}", [second["id"]]),
            (f"fund_id={db.new_id()}", []),
        ):
            assert [each["id"] for each in (await reader.get(f"/v1/payment-batches?{query}")).json()["items"]] == expected, query


async def test_a_batch_bears_names_and_the_number_that_another_platform_gave_it(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id)
        body = {"fund_id": fund_id, "claim_ids": [str(claim.id)], "external_refs": [{"system": "国库集中支付", "number": "ZF-3"}]}
        batch = (await finance(subsidy).post("/v1/payment-batches", json=body, headers=key())).json()
        assert (batch["external_refs"], batch["fund_name"]) == (body["external_refs"], "2025 年就业补助资金")
        assert batch["payments"][0]["claim_number"] == claim.number
        reader = subsidy.as_("officer")
        for query, found in (("external_system=国库集中支付", 1), ("external_number=ZF-4", 0), ("status=draft&status=exported", 1)):
            assert len((await reader.get(f"/v1/payment-batches?{query}")).json()["items"]) == found, query
        assert (await reader.get("/v1/payment-batches?status=lost")).status_code == 400


async def test_what_was_refused_is_in_the_trail_with_the_batch_as_its_subject(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        batch = (await _create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        submitter = finance(subsidy, person_id=PERSONS["submit"])
        await submitter.post(f"/v1/payment-batches/{batch['id']}:export", headers=key(batch["version"]))
        await _act(subsidy, batch, "confirm", {"results": []})  # its state comes before what its body lacks
        await subsidy.as_("officer").post(f"/v1/payment-batches/{batch['id']}:cancel", json={"reason": "重建"}, headers=key(1))
        trail = (await subsidy.as_("auditor").get(f"/v1/audit?subject={batch['id']}&action=refused")).json()["items"]
        assert [(entry["subject_type"], entry["details"]["code"]) for entry in trail] == [
            ("payment_batch", "wrong_role"),
            ("payment_batch", "invalid_state"),
            ("payment_batch", "same_person"),
        ]


async def test_what_was_refused_of_a_batch_yet_to_be_made_is_in_the_trail_of_each_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
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
        fund_id = await _open(subsidy)
        batch = (await _create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)).json()
        batch = (await _act(subsidy, batch, "export")).json()
        body = {"payment_id": batch["payments"][0]["id"], "reason": "已销户", "returned_on": "2025-04-20"}
        assert (await _act(subsidy, batch, "report-return", body)).json()["code"] == "payment_not_paid"
        trail = (await subsidy.as_("auditor").get(f"/v1/audit?subject={batch['id']}&action=refused")).json()["items"]
        assert [each["details"]["code"] for each in trail] == ["payment_not_paid"]


async def test_a_batch_says_beforehand_whose_own_work_it_is_and_what_stops_it(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await _open(subsidy)
        claim = await a_claim(subsidy, fund_id)
        batch = (await _create(subsidy, fund_id, claim.id)).json()

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
        assert (await _act(subsidy, batch, "export")).status_code == 200
        assert await says(PERSONS["approve"]) == {
            "export": "invalid_state",
            "cancel": "invalid_state",
            "confirm": None,
            "report-return": None,
        }
        assert (await says(PERSONS["review"]))["confirm"] == "same_person"


async def _open(subsidy: Service) -> str:
    subsidy.kernel.neighbours["registry"].transport = registry()
    return await a_fund(subsidy, "10000.00")


async def _knows(subsidy: Service, without: set[str] | None = None, **accounts: str) -> None:
    subsidy.kernel.neighbours["registry"].transport = registry(without, **accounts)
    await subsidy.kernel.neighbours["registry"].close()


async def _create(subsidy: Service, fund_id: str, *claim_ids: UUID) -> Any:
    body = {"fund_id": fund_id, "claim_ids": [str(each) for each in claim_ids]}
    return await finance(subsidy).post("/v1/payment-batches", json=body, headers=key())


async def _act(subsidy: Service, batch: dict[str, Any], action: str, body: dict[str, Any] | None = None) -> Any:
    return await finance(subsidy).post(f"/v1/payment-batches/{batch['id']}:{action}", json=body or {}, headers=key(batch["version"]))
