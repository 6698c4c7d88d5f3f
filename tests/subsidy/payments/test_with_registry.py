"""Payees as the real registry knows them: name and account of institutions, and who has none."""

from tests.conftest import Start
from tests.subsidy.office import ACCOUNT, a_claim, a_fund, finance, key

SCHOOL = {"name": "凯里市示范职业培训学校", "uscc": "91110000600037341L", "kind": "private_school", "region_code": "522601100"}


async def test_accounts_come_from_registry(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        subsidy.knows(registry)
        officer = registry.as_("officer")
        school = (await officer.post("/v1/institutions", json=SCHOOL)).json()
        fund_id = await a_fund(subsidy)
        claim = await a_claim(subsidy, fund_id, institution_id=school["id"])
        body = {"fund_id": fund_id, "claim_ids": [str(claim.id)]}

        missing = await finance(subsidy).post("/v1/payment-batches", json=body, headers=key())
        assert missing.status_code == 409 and missing.json()["code"] == "payee_account_missing"

        changed = await officer.patch(
            f"/v1/institutions/{school['id']}", json={"bank_account": ACCOUNT}, headers={"If-Match": f'"{school["version"]}"'}
        )
        assert changed.status_code == 200, changed.text
        batch = (await finance(subsidy).post("/v1/payment-batches", json=body, headers=key())).json()
        (payment,) = batch["payments"]
        assert payment["payee"]["name"] == SCHOOL["name"] and payment["account"].endswith("4321")


async def test_a_registry_that_is_away_is_a_problem_and_keeps_nothing(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy)
        claim = await a_claim(subsidy, fund_id)
        registry.kernel.tokens.internal_key = b"another key than subsidy's, so it answers 401"
        subsidy.knows(registry)
        answer = await finance(subsidy).post("/v1/payment-batches", json={"fund_id": fund_id, "claim_ids": [str(claim.id)]}, headers=key())
        assert answer.status_code == 502 and answer.json()["code"] == "upstream_failed"
        assert (await finance(subsidy).get("/v1/payment-batches")).json()["items"] == []
