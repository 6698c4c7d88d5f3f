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
from tests.subsidy.office import ACCOUNT, a_claim, a_fund, account_of, balances, finance, key, lines_of
from tests.subsidy.payments.batches import act, create, open_fund, registry_knows


async def test_the_organiser_is_paid_in_one_sum(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00", "0.00"])
        answer = await create(subsidy, fund_id, claim.id)
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
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00", "0.00"], payee="trainee")
        payments = (await create(subsidy, fund_id, claim.id)).json()["payments"]
        assert [(payment["payee"]["kind"], payment["amount"]) for payment in payments] == [("trainee", "180.00"), ("trainee", "60.00")]


async def test_accounts_are_kept_encrypted(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        await create(subsidy, fund_id, (await a_claim(subsidy, fund_id)).id)
        async with subsidy.kernel.engine.connect() as connection:
            row = (await connection.execute(text("SELECT * FROM payments"))).one()
        assert ACCOUNT not in str(row)
        assert subsidy.kernel.vault.decrypt(row.account, f"payments/{row.id}/account") == ACCOUNT


async def test_every_faulty_claim_is_named_at_once(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id, other_fund = await open_fund(subsidy), await a_fund(subsidy)
        good = await a_claim(subsidy, fund_id)
        faulty = [
            await a_claim(subsidy, fund_id, status="in_notice"),
            await a_claim(subsidy, other_fund),
            await a_claim(subsidy, fund_id, holds=[a_hold("officer_hold", "核查", good.created_at)]),
            await a_claim(subsidy, fund_id, ["0.00"]),
        ]
        answer = await create(subsidy, fund_id, good.id, *(claim.id for claim in faulty))
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
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        answer = await create(subsidy, fund_id, claim.id, claim.id, db.new_id())
        assert answer.status_code == 422
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
            ("/claim_ids/1", "named_twice"),
            ("/claim_ids/2", "claim_unknown"),
        ]
        assert (await create(subsidy, str(db.new_id()), claim.id)).json()["code"] == "fund_not_found"


async def test_a_payee_without_an_account_holds_up_nobody_else(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        with_account, without = await a_claim(subsidy, fund_id), await a_claim(subsidy, fund_id)
        await registry_knows(subsidy, {str(without.institution_id)})
        alone = await create(subsidy, fund_id, without.id)
        assert alone.status_code == 409 and alone.json()["code"] == "payee_account_missing"
        assert [(fault["pointer"], fault["payee_id"]) for fault in alone.json()["errors"]] == [
            ("/claim_ids/0", str(without.institution_id))
        ]

        batch = (await create(subsidy, fund_id, with_account.id, without.id)).json()
        (left_out,) = batch["left_out"]
        assert [(each["id"], each["account"]) for each in batch["payments"] if not each["account"]] == [(left_out["payment_id"], None)]
        sent = (await act(subsidy, batch, "export")).json()
        assert (sent["payment_count"], sent["amount"], sent["status"]) == (1, "180.00", "exported")
        assert {each["claim_id"]: each["status"] for each in sent["payments"]} == {
            str(with_account.id): "exported",
            str(without.id): "cancelled",
        }
        assert [(each["payment_id"], each["code"]) for each in sent["left_out"]] == [(left_out["payment_id"], "payee_account_missing")]
        await registry_knows(subsidy)
        assert (await create(subsidy, fund_id, without.id)).status_code == 201


async def test_an_account_that_changed_since_the_batch_was_made_is_not_paid_to(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        same, changed = [await a_claim(subsidy, fund_id, payee="trainee") for _ in range(2)]
        batch = (await create(subsidy, fund_id, same.id, changed.id)).json()
        payee = next(each["payee"]["id"] for each in batch["payments"] if each["claim_id"] == str(changed.id))
        await registry_knows(subsidy, **{payee: "6217000099999999999"})
        sent = (await act(subsidy, batch, "export")).json()
        assert [each["code"] for each in sent["left_out"]] == ["payee_account_changed"] and sent["payment_count"] == 1


@pytest.mark.parametrize("other", ["a person of another claim", "a school"])
async def test_a_person_s_account_that_is_another_s_as_well_is_held_and_not_paid_to(start: Start, other: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        first, second = [await a_claim(subsidy, fund_id, payee="trainee") for _ in range(2)]
        people = [str((await lines_of(subsidy, claim.id))[0].trainee_id) for claim in (first, second)]
        shared = ACCOUNT if other == "a school" else account_of(people[1])
        await registry_knows(subsidy, **{people[0]: shared})
        batch = (await create(subsidy, fund_id, first.id, second.id)).json()
        sent = (await act(subsidy, batch, "export")).json()
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
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00"], payee="trainee")
        batch = (await act(subsidy, (await create(subsidy, fund_id, claim.id)).json(), "export")).json()
        results = [{"payment_id": each["id"], "result": result} for each, result in zip(batch["payments"], ("paid", "failed"), strict=True)]
        await act(subsidy, batch, "confirm", {"results": results})
        async with subsidy.kernel.writing.begin() as session:  # as a merge does
            await session.execute(update(Line).where(Line.claim_id == claim.id, Line.position == 0).values(trainee_id=db.new_id()))
        again = (await create(subsidy, fund_id, claim.id)).json()
        assert [each["amount"] for each in again["payments"]] == ["60.00"]


async def test_a_payment_that_waits_holds_up_no_other_of_its_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00"], payee="trainee")
        batch = (await act(subsidy, (await create(subsidy, fund_id, claim.id)).json(), "export")).json()
        failed = {"results": [{"payment_id": batch["payments"][1]["id"], "result": "failed"}]}
        await act(subsidy, batch, "confirm", failed)
        again = await create(subsidy, fund_id, claim.id)
        assert [each["amount"] for each in again.json()["payments"]] == ["60.00"]
        assert (await create(subsidy, fund_id, claim.id)).json()["code"] == "claim_in_batch"


async def test_a_claim_is_in_one_batch_at_a_time_until_that_is_cancelled(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        batch = (await create(subsidy, fund_id, claim.id)).json()
        again = await create(subsidy, fund_id, claim.id)
        assert again.status_code == 409 and again.json()["code"] == "claim_in_batch" and batch["number"] in again.json()["detail"]
        cancelled = await act(subsidy, batch, "cancel", {"reason": "重建"})
        assert cancelled.json()["status"] == "cancelled" and cancelled.json()["payments"][0]["status"] == "cancelled"
        assert (await create(subsidy, fund_id, claim.id)).status_code == 201


async def test_the_same_claim_put_into_20_batches_at_once_is_in_one(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        answers = await asyncio.gather(*(create(subsidy, fund_id, claim.id) for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        assert {answer.json().get("code") for answer in answers} == {None, "claim_in_batch"}


async def test_a_batch_sent_again_with_its_key_is_made_once(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        body, headers = {"fund_id": fund_id, "claim_ids": [str((await a_claim(subsidy, fund_id)).id)]}, key()
        first, second = [await finance(subsidy).post("/v1/payment-batches", json=body, headers=headers) for _ in range(2)]
        assert second.json() == first.json() and second.headers["idempotent-replayed"] == "true"
        assert len((await finance(subsidy).get("/v1/payment-batches")).json()["items"]) == 1
        assert (await finance(subsidy).post("/v1/payment-batches", json=body)).json()["code"] == "idempotency_key_required"


async def test_a_claim_put_on_hold_is_not_sent_to_the_bank(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        batch = (await create(subsidy, fund_id, claim.id)).json()
        async with subsidy.kernel.writing.begin() as session:
            held = {"holds": [a_hold("officer_hold", "核查", claim.created_at)]}
            await session.execute(update(Claim).where(Claim.id == claim.id).values(held))
        answer = await act(subsidy, batch, "export")
        assert answer.status_code == 409 and answer.json()["code"] == "claim_on_hold"


async def test_a_claim_put_on_hold_holds_up_no_other_of_its_batch(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        good, held = await a_claim(subsidy, fund_id), await a_claim(subsidy, fund_id)
        batch = (await create(subsidy, fund_id, good.id, held.id)).json()
        await put_on_hold(subsidy, held.id, [a_hold("officer_hold", "核查", held.created_at)])
        shown = (await finance(subsidy).get(f"/v1/payment-batches/{batch['id']}")).json()["allowed_actions"]
        assert next(each["allowed"] for each in shown if each["action"] == "export")
        sent = (await act(subsidy, batch, "export")).json()
        assert (sent["status"], sent["payment_count"], sent["amount"]) == ("exported", 1, "180.00")
        assert {each["claim_id"]: each["status"] for each in sent["payments"]} == {str(good.id): "exported", str(held.id): "cancelled"}
        assert [each["code"] for each in sent["left_out"]] == ["claim_on_hold"]
        assert (await create(subsidy, fund_id, held.id)).json()["code"] == "claim_on_hold"
        await put_on_hold(subsidy, held.id, [])
        again = (await create(subsidy, fund_id, held.id)).json()
        assert (await act(subsidy, again, "export")).json()["payment_count"] == 1


async def put_on_hold(subsidy: Service, claim_id: UUID, holds: list[dict[str, Any]]) -> None:
    async with subsidy.kernel.writing.begin() as session:
        await session.execute(update(Claim).where(Claim.id == claim_id).values(holds=holds))


async def test_batches_are_found_by_fund_state_and_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await open_fund(subsidy)
        claims = [await a_claim(subsidy, fund_id) for _ in range(2)]
        first, second = [(await create(subsidy, fund_id, claim.id)).json() for claim in claims]
        await act(subsidy, second, "export")
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
        fund_id = await open_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        body = {"fund_id": fund_id, "claim_ids": [str(claim.id)], "external_refs": [{"system": "国库集中支付", "number": "ZF-3"}]}
        batch = (await finance(subsidy).post("/v1/payment-batches", json=body, headers=key())).json()
        assert (batch["external_refs"], batch["fund_name"]) == (body["external_refs"], "2025 年就业补助资金")
        assert batch["payments"][0]["claim_number"] == claim.number
        reader = subsidy.as_("officer")
        for query, found in (("external_system=国库集中支付", 1), ("external_number=ZF-4", 0), ("status=draft&status=exported", 1)):
            assert len((await reader.get(f"/v1/payment-batches?{query}")).json()["items"]) == found, query
        assert (await reader.get("/v1/payment-batches?status=lost")).status_code == 400


async def test_what_went_out_since_an_instant_is_told_person_by_person(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id, (one, other) = await open_fund(subsidy), (db.new_id(), db.new_id())
        claim = await a_claim(subsidy, fund_id, ["180.00", "60.00"], people=[one, other])
        batch = (await create(subsidy, fund_id, claim.id)).json()

        async def paid(person: UUID, since_at: str = "2025-04-20T09:00:00+08:00") -> str:
            asked = {"trainee_ids": [str(person)], "since_at": since_at}
            return str((await subsidy.internal().post("/internal/v1/paid-since", json=asked)).json()["amount"])

        assert await paid(one) == "0.00"
        batch = (await act(subsidy, batch, "export")) and (await finance(subsidy).get(f"/v1/payment-batches/{batch['id']}")).json()
        results = {"results": [{"payment_id": each["id"], "result": "paid", "voucher_no": "1"} for each in batch["payments"]]}
        assert (await act(subsidy, batch, "confirm", results)).status_code == 200
        assert [await paid(each) for each in (one, other, db.new_id())] == ["180.00", "60.00", "0.00"]
        assert await paid(one, "2025-04-20T09:00:01+08:00") == "0.00"
