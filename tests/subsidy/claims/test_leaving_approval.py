"""An approved claim is no dead end: it goes back, is rejected, withdrawn or closed while nothing of it is paid or on its way, and its money is free again."""

import asyncio
from typing import Any

import pytest

from services.subsidy.claims.tables import Claim, Entitlement
from shared import db
from tests.conftest import Service, Start
from tests.subsidy.office import PERSONS, a_claim, a_fund, balances, finance, key, registry

REASON = {"reason": "开班日期填写有误"}
FREE = {"available": "1000.00", "reserved": "0.00", "paid": "0.00"}


@pytest.mark.parametrize(("action", "status"), [("return", "returned"), ("reject", "rejected")])
async def test_finance_sends_an_approved_claim_back_and_its_money_is_free(start: Start, action: str, status: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        answer = await _take(subsidy, claim, action, REASON)
        assert answer.status_code == 200 and answer.json()["status"] == status, answer.text
        assert await balances(subsidy, fund_id) == FREE


async def test_the_applicant_withdraws_an_approved_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        school = subsidy.as_(
            "institution", institution_id=claim.institution_id, person_id=PERSONS["submit"], at="2025-04-20T09:00:00+08:00"
        )
        answer = await school.post(f"/v1/claims/{claim.id}:withdraw", json={}, headers=key(claim.version))
        assert answer.status_code == 200 and answer.json()["status"] == "withdrawn", answer.text
        assert await balances(subsidy, fund_id) == FREE


@pytest.mark.parametrize("action", ["return", "reject", "close"])
@pytest.mark.parametrize("batch", ["draft", "exported"])
async def test_not_while_a_payment_is_on_its_way(start: Start, action: str, batch: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id, claim = await _to_pay(subsidy, ["180.00"])
        made = await _batch(subsidy, fund_id, claim)
        if batch == "exported":
            await finance(subsidy).post(f"/v1/payment-batches/{made['id']}:export", headers=key(made["version"]))
        answer = await _take(subsidy, claim, action, REASON)
        assert (answer.status_code, answer.json()["code"]) == (409, "claim_in_batch")
        assert await balances(subsidy, fund_id) == {"available": "820.00", "reserved": "180.00", "paid": "0.00"}
        shown = (await finance(subsidy).get(f"/v1/claims/{claim.id}")).json()["allowed_actions"]
        assert next(each["why_not"]["code"] for each in shown if each["action"] == action) == "claim_in_batch"


async def test_what_was_paid_in_part_is_not_sent_back_and_the_rest_is_given_up(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id, claim = await _to_pay(subsidy, ["180.00", "60.00"])
        batch = await _batch(subsidy, fund_id, claim)
        batch = (await finance(subsidy).post(f"/v1/payment-batches/{batch['id']}:export", headers=key(batch["version"]))).json()
        results = [{"payment_id": each["id"], "result": result} for each, result in zip(batch["payments"], ("paid", "failed"), strict=True)]
        await finance(subsidy).post(f"/v1/payment-batches/{batch['id']}:confirm", json={"results": results}, headers=key(batch["version"]))
        for action in ("return", "reject"):
            assert (await _take(subsidy, claim, action, REASON)).json()["code"] == "invalid_state"
        closed = await _take(subsidy, claim, "close", {"reason": "学员无法提供账户"})
        assert closed.status_code == 200 and closed.json()["status"] == "paid", closed.text
        assert await balances(subsidy, fund_id) == {"available": "820.00", "reserved": "0.00", "paid": "180.00"}
        again = await finance(subsidy).post("/v1/payment-batches", json={"fund_id": fund_id, "claim_ids": [str(claim.id)]}, headers=key())
        assert again.json()["code"] == "invalid_state"


async def test_what_was_given_up_stays_so_when_what_was_paid_comes_back(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id, claim = await _to_pay(subsidy, ["180.00", "60.00"])
        batch = await _batch(subsidy, fund_id, claim)
        batch = (await finance(subsidy).post(f"/v1/payment-batches/{batch['id']}:export", headers=key(batch["version"]))).json()
        results = [{"payment_id": each["id"], "result": result} for each, result in zip(batch["payments"], ("paid", "failed"), strict=True)]
        at = f"/v1/payment-batches/{batch['id']}"
        await finance(subsidy).post(f"{at}:confirm", json={"results": results}, headers=key(batch["version"]))
        await _take(subsidy, claim, "close", {"reason": "学员无法提供账户"})
        back = {"payment_id": batch["payments"][0]["id"], "reason": "已销户", "returned_on": "2025-04-20"}
        assert (await finance(subsidy).post(f"{at}:report-return", json=back, headers=key(batch["version"] + 1))).status_code == 200
        assert await balances(subsidy, fund_id) == {"available": "820.00", "reserved": "180.00", "paid": "0.00"}
        again = await _batch(subsidy, fund_id, claim)
        assert [each["amount"] for each in again["payments"]] == ["180.00"]
        await finance(subsidy).post(f"/v1/payment-batches/{again['id']}:cancel", json=REASON, headers=key(again["version"]))
        claim.version = (await finance(subsidy).get(f"/v1/claims/{claim.id}")).json()["version"]
        assert (await _take(subsidy, claim, "return", REASON)).status_code == 200
        assert await balances(subsidy, fund_id) == FREE


@pytest.mark.parametrize(("amount", "status", "code"), [("0.00", 200, None), ("0.01", 409, "invalid_state")])
async def test_a_claim_of_nothing_is_closed_and_one_of_a_fen_is_not(start: Start, amount: str, status: int, code: str | None) -> None:
    async with start("subsidy") as subsidy:
        claim = await a_claim(subsidy, await a_fund(subsidy), [amount])
        answer = await _take(subsidy, claim, "close", {"reason": "无应付款项"})
        assert (answer.status_code, answer.json().get("code")) == (status, code)
        if status == 200:
            assert answer.json()["status"] == "closed"


async def test_who_is_closed_or_rejected_may_be_claimed_for_again(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy)
        claims = [await a_claim(subsidy, fund_id, [amount]) for amount in ("0.00", "180.00")]
        async with subsidy.kernel.writing.begin() as session:
            session.add_all(
                Entitlement(
                    claim_id=claim.id, position=0, trainee_id=db.new_id(), entitlement_key="trade:菌:2025", judged_on=claim.created_at
                )
                for claim in claims
            )
        await _take(subsidy, claims[0], "close", REASON)
        await _take(subsidy, claims[1], "reject", REASON)
        async with subsidy.kernel.reading() as session:
            assert [await session.get(Entitlement, (claim.id, 0)) for claim in claims] == [None, None]


async def test_of_sending_back_and_paying_at_once_one_comes_about(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id, claim = await _to_pay(subsidy, ["180.00"])
        body = {"fund_id": fund_id, "claim_ids": [str(claim.id)]}
        answers = await asyncio.gather(
            _take(subsidy, claim, "return", REASON), finance(subsidy).post("/v1/payment-batches", json=body, headers=key())
        )
        came_about = sorted(answer.status_code for answer in answers)
        assert came_about in ([200, 409], [201, 409]), [answer.text for answer in answers]
        reserved = "0.00" if answers[0].status_code == 200 else "180.00"
        assert (await balances(subsidy, fund_id))["reserved"] == reserved


@pytest.mark.parametrize("role", ["officer", "reviewer"])
async def test_who_reviewed_does_not_undo_an_approval(start: Start, role: str) -> None:
    async with start("subsidy") as subsidy:
        claim = await a_claim(subsidy, await a_fund(subsidy))
        client = subsidy.as_(role, person_id=PERSONS["review"])
        answer = await client.post(f"/v1/claims/{claim.id}:return", json=REASON, headers=key(claim.version))
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")


async def _to_pay(subsidy: Service, amounts: list[str]) -> tuple[str, Claim]:
    subsidy.kernel.neighbours["registry"].transport = registry()
    fund_id = await a_fund(subsidy)
    return fund_id, await a_claim(subsidy, fund_id, amounts, payee="trainee")


async def _batch(subsidy: Service, fund_id: str, claim: Claim) -> Any:
    body = {"fund_id": fund_id, "claim_ids": [str(claim.id)]}
    return (await finance(subsidy).post("/v1/payment-batches", json=body, headers=key())).json()


async def _take(subsidy: Service, claim: Claim, action: str, body: dict[str, str]) -> Any:
    return await finance(subsidy).post(f"/v1/claims/{claim.id}:{action}", json=body, headers=key(claim.version))
