"""Money of a paid claim is asked back once, and is the fund's again when it has come in."""

from typing import Any

import pytest

from services.subsidy.claims.tables import Claim
from tests.conftest import Service, Start
from tests.subsidy.office import a_claim, a_fund, a_paid_claim, balances, finance, key, lines_of

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
        said = {each["action"]: each["why_not"] and each["why_not"]["code"] for each in recovery["allowed_actions"]}
        assert said == {"accept": "invalid_state", "confirm": None}
        assert (recovery["claim_number"], recovery["external_refs"], recovery["fund_name"]) == (claim.number, refs, "2025 年就业补助资金")
        reader = subsidy.as_("officer")
        assert (await reader.get(f"/v1/recoveries/{recovery['id']}")).json()["allowed_actions"] == []
        for query, found in (("external_number=ZH-7", 1), ("external_number=ZH-8", 0), ("status=recovered&status=recovering", 1)):
            assert len((await reader.get(f"/v1/recoveries?{query}")).json()["items"]) == found, query
        assert (await reader.get("/v1/recoveries?status=lost")).status_code == 400
        await _confirm(subsidy, recovery["id"])
        action = (await finance(subsidy).get(f"/v1/recoveries/{recovery['id']}")).json()["allowed_actions"][-1]
        assert (action["allowed"], action["why_not"]["code"]) == (False, "invalid_state")


@pytest.mark.parametrize(("amount", "status"), [("0.00", 422), ("0.01", 200), ("180.00", 200), ("180.01", 422)])
async def test_at_most_what_was_paid_is_recovered(start: Start, amount: str, status: int) -> None:
    async with start("subsidy") as subsidy:
        answer = await _recover(subsidy, await _paid(subsidy), amount=amount)
        assert answer.status_code == status
        if status == 422:
            (fault,) = answer.json()["errors"]
            assert fault["code"] == "amount_above_paid" and fault["pointer"] == "/amount" and fault["allowed"] == "0.01 至 180.00"


@pytest.mark.parametrize("status", ["in_notice", "approved", "paid", "recovering", "recovered"])
async def test_only_what_was_paid_is_recovered(start: Start, status: str) -> None:
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


async def test_money_is_asked_back_of_named_people_and_never_more_than_each_was_paid(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim = await a_paid_claim(subsidy, await a_fund(subsidy), ["180.00", "60.00"], payee="trainee")
        anna, berta = [str(line.trainee_id) for line in await lines_of(subsidy, claim.id)]

        async def ask(*persons: tuple[str, str]) -> Any:
            shown = (await finance(subsidy).get(f"/v1/claims/{claim.id}")).json()
            body = {"reason": "审计", "persons": [{"trainee_id": person, "amount": amount} for person, amount in persons]}
            return await finance(subsidy).post(f"/v1/claims/{claim.id}:recover", json=body, headers=key(shown["version"]))

        first = (await ask((berta, "60.00"))).json()
        assert [(each["trainee_id"], each["amount"]) for each in first["recovery"]["persons"]] == [(berta, "60.00")]
        assert {line["trainee_id"]: line["asked_back_amount"] for line in first["lines"]} == {anna: "0.00", berta: "60.00"}
        again = await ask((berta, "0.01"), (anna, "180.01"), (str(claim.id), "1.00"))
        assert [(fault["pointer"], fault["code"]) for fault in again.json()["errors"]] == [
            ("/persons/0/trainee_id", "not_paid_to"),
            ("/persons/1/amount", "amount_above_paid"),
            ("/persons/2/trainee_id", "not_paid_to"),
        ]
        second = (await ask((anna, "180.00"))).json()
        assert second["recovery"]["amount"] == "180.00" and second["status"] == "recovering"
        assert (await ask((anna, "0.01"))).json()["code"] == "invalid_state"

        await _confirm(subsidy, first["recovery"]["id"])
        assert await _status(subsidy, claim) == "recovering"
        await _confirm(subsidy, second["recovery"]["id"])
        assert await _status(subsidy, claim) == "recovered"


async def test_money_comes_in_by_instalments(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        parts = [{"due_on": "2025-05-31", "amount": "100.00"}, {"due_on": "2025-06-30", "amount": "80.00"}]
        recovery = (await _recover(subsidy, claim, instalments=parts)).json()["recovery"]
        assert recovery["instalments"] == parts
        one = (await _confirm(subsidy, recovery["id"], voucher_no="V1")).json()
        assert (one["received_amount"], one["status"], one["voucher_no"]) == ("100.00", "recovering", "V1")
        assert (await _confirm(subsidy, recovery["id"], voucher_no="V1")).json()["code"] == "voucher_registered"
        assert (await _confirm(subsidy, recovery["id"], voucher_no="V2", amount="80.01")).json()["errors"][0]["code"] == "amount_above_paid"
        half = (await _confirm(subsidy, recovery["id"], voucher_no="V2", amount="30.00")).json()
        assert half["received_amount"] == "130.00" and await _status(subsidy, claim) == "recovering"
        whole = (await _confirm(subsidy, recovery["id"], voucher_no="V3")).json()
        assert (whole["received_amount"], whole["status"]) == ("180.00", "recovered")
        assert [(each["amount"], each["voucher_no"]) for each in whole["receipts"]] == [("100.00", "V1"), ("30.00", "V2"), ("50.00", "V3")]
        assert await _status(subsidy, claim) == "recovered"
        assert await balances(subsidy, str(claim.fund_id)) == {"available": "1000.00", "reserved": "0.00", "paid": "0.00"}


async def test_parts_add_up_and_nobody_is_named_twice(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        person = str((await lines_of(subsidy, claim.id))[0].trainee_id)
        twice = [{"trainee_id": person, "amount": "90.00"}] * 2
        answer = await _recover(subsidy, claim, persons=twice, amount="179.00")
        assert {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]} == {
            ("/persons/1/trainee_id", "named_twice"),
            ("/persons", "sums_differ"),
        }
        parts = [{"due_on": "2025-05-31", "amount": "179.99"}]
        assert [fault["code"] for fault in (await _recover(subsidy, claim, instalments=parts)).json()["errors"]] == ["sums_differ"]


async def test_recoveries_are_listed(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim = await _paid(subsidy)
        recovery_id = (await _recover(subsidy, claim)).json()["recovery"]["id"]
        reader = subsidy.as_("reviewer")
        for query, expected in (("status=recovering", [recovery_id]), ("status=recovered", []), (f"claim_id={claim.id}", [recovery_id])):
            assert [each["id"] for each in (await reader.get(f"/v1/recoveries?{query}")).json()["items"]] == expected
        assert (await reader.get(f"/v1/recoveries/{recovery_id}")).json()["claim_id"] == str(claim.id)


async def _paid(subsidy: Service) -> Claim:
    return await a_paid_claim(subsidy, await a_fund(subsidy))


async def _recover(subsidy: Service, claim: Claim, **body: Any) -> Any:
    return await finance(subsidy).post(f"/v1/claims/{claim.id}:recover", json={"reason": "审计发现"} | body, headers=key(claim.version))


async def _confirm(subsidy: Service, recovery_id: str, **body: str) -> Any:
    return await finance(subsidy).post(f"/v1/recoveries/{recovery_id}:confirm", json=RECEIVED | body, headers=key())


async def _status(subsidy: Service, claim: Claim) -> str:
    async with subsidy.kernel.reading() as session:
        return (await session.get_one(Claim, claim.id)).status
