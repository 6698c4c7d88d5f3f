"""Money of a paid claim is asked back once, and is the fund's again when it has come in."""

from typing import Any

import pytest

from services.subsidy.claims.tables import Claim
from services.subsidy.funds import operations as funds
from tests.conftest import Service, Start
from tests.subsidy.office import a_claim, a_fund, balances, call, finance, key

RECEIVED = {"received_on": "2025-04-20", "voucher_no": "20250420000042"}


async def test_a_paid_claim_is_recovered(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        opened = await _recover(subsidy, claim)
        recovery = opened.json()["recovery"]
        assert (
            opened.status_code == 200 and opened.json()["status"] == recovery["status"] == "recovering" and recovery["amount"] == "180.00"
        )
        assert await balances(subsidy, str(claim.fund_id)) == {"available": "820.00", "reserved": "0.00", "paid": "180.00"}
        done = (await _confirm(subsidy, recovery["id"])).json()
        assert done["status"] == "recovered" and done["voucher_no"] == RECEIVED["voucher_no"]
        assert await balances(subsidy, str(claim.fund_id)) == {"available": "1000.00", "reserved": "0.00", "paid": "0.00"}
        assert await _status(subsidy, claim) == "recovered"
        actions = {entry["action"] for entry in (await subsidy.as_("auditor").get(f"/v1/audit?subject={claim.id}")).json()["items"]}
        assert actions == {"claim.recovering", "claim.recovered"}


async def test_a_recovery_says_beforehand_what_would_be_answered_and_what_it_is_called_elsewhere(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        refs = [{"system": "财政一体化", "number": "ZH-7"}]
        recovery = (await _recover(subsidy, claim, external_refs=refs)).json()["recovery"]
        assert recovery["allowed_actions"] == [{"action": "confirm", "allowed": True, "why_not": None}]
        assert (recovery["claim_number"], recovery["external_refs"], recovery["fund_name"]) == (claim.number, refs, "2025 年就业补助资金")
        reader = subsidy.as_("officer")
        assert (await reader.get(f"/v1/recoveries/{recovery['id']}")).json()["allowed_actions"] == []
        for query, found in (("external_number=ZH-7", 1), ("external_number=ZH-8", 0), ("status=recovered&status=recovering", 1)):
            assert len((await reader.get(f"/v1/recoveries?{query}")).json()["items"]) == found, query
        assert (await reader.get("/v1/recoveries?status=lost")).status_code == 400
        await _confirm(subsidy, recovery["id"])
        [action] = (await finance(subsidy).get(f"/v1/recoveries/{recovery['id']}")).json()["allowed_actions"]
        assert (action["allowed"], action["why_not"]["code"]) == (False, "invalid_state")


@pytest.mark.parametrize(("amount", "status"), [("0.00", 422), ("0.01", 200), ("180.00", 200), ("180.01", 422)])
async def test_at_most_what_was_paid_is_recovered(start: Start, amount: str, status: int) -> None:
    async with start("subsidy") as subsidy:
        answer = await _recover(subsidy, await _paid(subsidy), amount=amount)
        assert answer.status_code == status
        if status == 422:
            (fault,) = answer.json()["errors"]
            assert fault["code"] == "amount_above_paid" and fault["pointer"] == "/amount" and fault["allowed"] == "0.01 至 180.00"


@pytest.mark.parametrize("status", ["in_notice", "approved", "recovering", "recovered"])
async def test_only_a_paid_claim_is_recovered(start: Start, status: str) -> None:
    async with start("subsidy") as subsidy:
        claim = await a_claim(subsidy, await a_fund(subsidy), status=status)
        answer = await _recover(subsidy, claim)
        assert answer.status_code == 409 and answer.json()["code"] == "invalid_state"


@pytest.mark.parametrize("role", ["officer", "reviewer", "auditor", "institution", "admin", "system"])
async def test_only_finance_recovers(start: Start, role: str) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        answer = await subsidy.as_(role).post(f"/v1/claims/{claim.id}:recover", json={"reason": "审计"}, headers=key(claim.version))
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({"reason": "审计发现"}, "审计发现", id="a-reason"),
        pytest.param({"comment": "审计发现"}, "审计发现", id="a-comment"),
        pytest.param({}, "", id="neither"),
    ],
)
async def test_the_reason_may_be_said_as_a_comment(start: Start, body: dict[str, str], reason: str) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        opened = await finance(subsidy).post(f"/v1/claims/{claim.id}:recover", json=body, headers=key(claim.version))
        assert opened.status_code == 200 and opened.json()["recovery"]["reason"] == reason


async def test_money_comes_in_once(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        recovery_id = (await _recover(subsidy, claim)).json()["recovery"]["id"]
        assert (await _confirm(subsidy, recovery_id, received_on="2025-04-21")).json()["errors"][0]["code"] == "received_in_future"
        assert (await _confirm(subsidy, recovery_id)).status_code == 200
        assert (await _confirm(subsidy, recovery_id)).json()["code"] == "invalid_state"
        assert await balances(subsidy, str(claim.fund_id)) == {"available": "1000.00", "reserved": "0.00", "paid": "0.00"}


async def test_recoveries_are_listed(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        recovery_id = (await _recover(subsidy, claim)).json()["recovery"]["id"]
        reader = subsidy.as_("reviewer")
        for query, expected in (("status=recovering", [recovery_id]), ("status=recovered", []), (f"claim_id={claim.id}", [recovery_id])):
            assert [each["id"] for each in (await reader.get(f"/v1/recoveries?{query}")).json()["items"]] == expected
        assert (await reader.get(f"/v1/recoveries/{recovery_id}")).json()["claim_id"] == str(claim.id)


async def _paid(subsidy: Service) -> Claim:
    claim = await a_claim(subsidy, await a_fund(subsidy), status="paid")
    async with subsidy.kernel.writing.begin() as session:
        await funds.pay(session, call(), claim.fund_id, [funds.Moved(claim.id, claim.amount)])
    return claim


async def _recover(subsidy: Service, claim: Claim, **body: str) -> Any:
    return await finance(subsidy).post(f"/v1/claims/{claim.id}:recover", json={"reason": "审计发现"} | body, headers=key(claim.version))


async def _confirm(subsidy: Service, recovery_id: str, **body: str) -> Any:
    return await finance(subsidy).post(f"/v1/recoveries/{recovery_id}:confirm", json=RECEIVED | body, headers=key())


async def _status(subsidy: Service, claim: Claim) -> str:
    async with subsidy.kernel.reading() as session:
        return (await session.get_one(Claim, claim.id)).status
