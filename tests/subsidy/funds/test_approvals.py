"""Approving through the front door: the notice over, no objection accepted, and never more money than there is."""

import asyncio
from typing import Any

import pytest

from services.subsidy.claims.tables import Claim
from tests.conftest import Service, Start
from tests.subsidy.office import a_fund, a_notice, balances, finance, key

OVER = "2024-10-10T09:00:00+08:00"


async def test_64_approvals_at_once_on_a_fund_for_10_approve_exactly_10(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy, "1800.00")
        claims = [(await a_notice(subsidy, fund_id))[0] for _ in range(64)]
        answers = await asyncio.gather(*(_approve(subsidy, claim) for claim in claims))
        assert sorted(answer.status_code for answer in answers) == [200] * 10 + [409] * 54
        assert {answer.json().get("code") for answer in answers} == {None, "fund_exhausted"}
        assert await balances(subsidy, fund_id) == {"available": "0.00", "reserved": "1800.00", "paid": "0.00"}


async def test_a_refused_approval_names_what_is_there_and_what_is_needed(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, _ = await a_notice(subsidy, await a_fund(subsidy, "179.99"))
        answer = (await _approve(subsidy, claim)).json()
        assert (answer["code"], answer["available"], answer["needed"]) == ("fund_exhausted", "179.99", "180.00")


@pytest.mark.parametrize(
    ("at", "objected", "code"),
    [
        pytest.param("2024-10-09T23:59:00+08:00", False, "notice_not_over", id="the-last-day-of-the-notice"),
        pytest.param(OVER, False, None, id="the-day-after"),
        pytest.param(OVER, True, "objection_open", id="an-objection-is-accepted"),
    ],
)
async def test_approval_waits_for_the_notice(start: Start, at: str, objected: bool, code: str | None) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        if objected:
            running = "2024-09-27T09:00:00+08:00"
            objection = await subsidy.as_("public", at=running).post(f"/v1/notices/{notice_id}/objections", json={"reason": "名单有误"})
            accepted = await subsidy.as_("officer", at=running).post(f"/v1/objections/{objection.json()['id']}:accept")
            assert accepted.status_code == 200
        answer = await _approve(subsidy, claim, at)
        assert answer.status_code == (409 if code else 200) and answer.json().get("code") == code


async def _approve(subsidy: Service, claim: Claim, at: str = OVER) -> Any:
    """The answer; where a machine at work for others let it wait too long for the fund, that of the same request sent again."""
    headers = key(claim.version)
    while True:
        answer = await finance(subsidy, at).post(f"/v1/claims/{claim.id}:approve", headers=headers, json={})
        if not answer.json().get("retryable"):
            return answer
