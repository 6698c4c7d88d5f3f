"""Funds never overspend, and their ledger always says what their columns say."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.funds import operations as funds
from services.subsidy.funds.errors import FundExhausted
from shared import db
from tests.conftest import Service, Start, version_of
from tests.subsidy.office import a_claim, a_fund, balances, call, finance, key


async def test_a_new_fund_has_everything_available(start: Start) -> None:
    async with start("subsidy") as subsidy:
        answer = await finance(subsidy).post(
            "/v1/funds", json={"source": "employment_subsidy", "year": 2025, "total": "500.00", "name": "第一批"}, headers=key()
        )
        fund = answer.json()
        assert answer.status_code == 201 and version_of(answer) == 1 and answer.headers["location"] == f"/v1/funds/{fund['id']}"
        assert {name: fund[name] for name in ("source", "year", "name", "total", "available", "reserved", "paid", "version")} == {
            "source": "employment_subsidy",
            "year": 2025,
            "name": "第一批",
            "total": "500.00",
            "available": "500.00",
            "reserved": "0.00",
            "paid": "0.00",
            "version": 1,
        }
        assert await balances(subsidy, fund["id"]) == {"available": "500.00", "reserved": "0.00", "paid": "0.00"}


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        pytest.param({}, True, id="the-same-again"),
        pytest.param({"total": "700.00"}, True, id="another-total"),
        pytest.param({"name": "第二批", "external_refs": []}, False, id="another-name"),
        pytest.param({"name": "第二批"}, True, id="another-name-for-the-same-number"),
        pytest.param({"external_refs": [{"system": "国库", "number": "Z-2"}]}, True, id="another-number-for-the-same-name"),
        pytest.param({"year": 2026}, False, id="another-year"),
        pytest.param({"source": "skills_upgrade"}, False, id="another-source"),
    ],
)
async def test_a_fund_that_is_asked_for_again_is_made_once_whatever_the_key(start: Start, changed: dict[str, Any], same: bool) -> None:
    async with start("subsidy") as subsidy:
        body = {"source": "employment_subsidy", "year": 2025, "total": "500.00", "name": "第一批"}
        body |= {"external_refs": [{"system": "国库", "number": "Z-1"}]}
        first = await finance(subsidy).post("/v1/funds", json=body, headers=key())
        again = await finance(subsidy).post("/v1/funds", json=body | changed, headers=key())
        if same:
            assert (again.status_code, again.json()["code"], again.json()["existing_id"]) == (409, "duplicate_fund", first.json()["id"])
        else:
            assert again.status_code == 201, again.text


async def test_of_ten_requests_at_once_for_one_fund_one_makes_it(start: Start) -> None:
    async with start("subsidy") as subsidy:
        body = {"source": "employment_subsidy", "year": 2025, "total": "500.00", "name": "第一批"}
        answers = await asyncio.gather(*(finance(subsidy).post("/v1/funds", json=body, headers=key()) for _ in range(10)))
        made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert len(made) == 1 and {answer.json()["existing_id"] for answer in answers if answer.status_code == 409} == {*made}


@pytest.mark.parametrize(
    ("document_no", "status", "total"), [("财社〔2025〕8号", 409, "600.00"), ("财社〔2025〕9号", 200, "700.00"), (None, 200, "700.00")]
)
async def test_a_document_adds_to_a_fund_once(start: Start, document_no: str | None, status: int, total: str) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy, "500.00")
        added = {"amount": "100.00", "reason": "第二批资金下达", "document_no": "财社〔2025〕8号"}
        await finance(subsidy).post(f"/v1/funds/{fund_id}:add", json=added, headers=key())
        again = await finance(subsidy).post(f"/v1/funds/{fund_id}:add", json=added | {"document_no": document_no}, headers=key())
        assert again.status_code == status, again.text
        posting = (await finance(subsidy).get(f"/v1/funds/{fund_id}/ledger?limit=200")).json()["items"][0]
        if status == 409:
            assert (again.json()["code"], again.json()["existing_id"]) == ("duplicate_addition", posting["id"])
        assert (await finance(subsidy).get(f"/v1/funds/{fund_id}")).json()["total"] == total


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"source": "lottery", "year": 2025, "total": "1.00"}, "/source", id="unknown-source"),
        pytest.param({"source": "talent", "year": 1999, "total": "1.00"}, "/year", id="year-before-2000"),
        pytest.param({"source": "talent", "year": 2025, "total": 1.5}, "/total", id="money-as-a-number"),
        pytest.param({"source": "talent", "year": 2025, "total": "1.005"}, "/total", id="three-places"),
        pytest.param({"source": "talent", "year": 2025, "total": "1.00", "paid": "1.00"}, "/paid", id="an-account-written-directly"),
    ],
)
async def test_a_faulty_fund_is_refused(start: Start, body: dict[str, Any], pointer: str) -> None:
    async with start("subsidy") as subsidy:
        answer = await finance(subsidy).post("/v1/funds", json=body, headers=key())
        assert answer.status_code == 422 and [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("finance", 201),
        *((role, 403) for role in ("institution", "officer", "reviewer", "auditor", "admin", "partner", "town", "department", "person")),
    ],
)
async def test_only_finance_makes_funds(start: Start, role: str, status: int) -> None:
    async with start("subsidy") as subsidy:
        answer = await subsidy.as_(role).post("/v1/funds", json={"source": "talent", "year": 2025, "total": "1.00"}, headers=key())
        assert answer.status_code == status


async def test_money_is_added_with_its_document(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy, "100.00")
        added = await finance(subsidy).post(
            f"/v1/funds/{fund_id}:add", json={"amount": "50.50", "reason": "第二批", "document_no": "凯财社〔2025〕8号"}, headers=key()
        )
        assert added.status_code == 200 and added.json()["total"] == "150.50" and added.json()["version"] == 2
        newest = (await subsidy.as_("auditor").get(f"/v1/funds/{fund_id}/ledger?limit=1")).json()["items"][0]
        assert newest["from_account"] == "external" and newest["amount"] == "50.50" and newest["document_no"] == "凯财社〔2025〕8号"
        assert await balances(subsidy, fund_id) == {"available": "150.50", "reserved": "0.00", "paid": "0.00"}


async def test_money_is_neither_made_nor_added_without_a_key_nor_twice_with_one(start: Start) -> None:
    async with start("subsidy") as subsidy:
        client, fund_id = finance(subsidy), await a_fund(subsidy, "100.00")
        more = {"amount": "50.00", "reason": "第二批"}
        for path, body in (("/v1/funds", {"source": "talent", "year": 2025, "total": "1.00"}), (f"/v1/funds/{fund_id}:add", more)):
            assert (await client.post(path, json=body)).json()["code"] == "idempotency_key_required"
        once = key()
        first, again = [await client.post(f"/v1/funds/{fund_id}:add", json=more, headers=once) for _ in range(2)]
        assert again.headers["idempotent-replayed"] == "true" and again.json() == first.json()
        assert await balances(subsidy, fund_id) == {"available": "150.00", "reserved": "0.00", "paid": "0.00"}


async def test_nothing_cannot_be_added(start: Start) -> None:
    async with start("subsidy") as subsidy:
        answer = await finance(subsidy).post(
            f"/v1/funds/{await a_fund(subsidy)}:add", json={"amount": "0.00", "reason": "x"}, headers=key()
        )
        assert answer.status_code == 422


async def test_an_unknown_fund_is_named_as_such(start: Start) -> None:
    async with start("subsidy") as subsidy:
        for path in (f"/v1/funds/{db.new_id()}", f"/v1/funds/{db.new_id()}/ledger"):
            assert (await finance(subsidy).get(path)).json()["code"] == "fund_not_found"


async def test_lists_filter_by_source_and_year_and_statistics_add_up(start: Start) -> None:
    async with start("subsidy") as subsidy:
        client = finance(subsidy)
        for source, year, total in (
            ("talent", 2024, "1.00"),
            ("talent", 2025, "2.00"),
            ("talent", 2025, "3.00"),
            ("east_west", 2025, "4.00"),
        ):
            await client.post("/v1/funds", json={"source": source, "year": year, "total": total}, headers=key())
        assert [fund["total"] for fund in (await client.get("/v1/funds?source=talent&year=2025")).json()["items"]] == ["3.00", "2.00"]
        assert (await client.get("/v1/funds?colour=red")).status_code == 400
        statistics = (await client.get("/v1/statistics/funds?year=2025")).json()
        assert [(item["source"], item["funds"], item["total"]) for item in statistics["items"]] == [
            ("east_west", 1, "4.00"),
            ("talent", 2, "5.00"),
        ]
        assert statistics["total"] == "9.00" and statistics["available"] == "9.00" and statistics["paid"] == "0.00"


async def test_funds_are_found_by_either_year_and_by_another_platforms_number(start: Start) -> None:
    async with start("subsidy") as subsidy:
        client = finance(subsidy)
        for year, number in ((2024, "ZB-1"), (2025, "ZB-2"), (2026, "ZB-3")):
            refs = [{"system": "预算指标", "number": number}]
            body = {"source": "employment_subsidy", "year": year, "total": "1.00", "external_refs": refs}
            assert (await client.post("/v1/funds", json=body, headers=key())).json()["external_refs"] == refs
        for query, years in (
            ("year=2024&year=2026", [2026, 2024]),
            ("sort=year", [2024, 2025, 2026]),
            ("external_number=ZB-2", [2025]),
            ("source=talent", []),
        ):
            assert [each["year"] for each in (await client.get(f"/v1/funds?{query}")).json()["items"]] == years, query
        assert (await client.get("/v1/funds?source=zz")).status_code == 400


async def test_the_ledger_is_narrowed_to_a_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy, "1000.00")
        claim = await a_claim(subsidy, fund_id)
        await a_claim(subsidy, fund_id)
        ledger = f"/v1/funds/{fund_id}/ledger"
        [posting] = (await finance(subsidy).get(ledger, params={"claim_id": str(claim.id)})).json()["items"]
        assert (posting["claim_id"], posting["to_account"]) == (str(claim.id), "reserved")
        assert (await finance(subsidy).get(ledger, params={"claim_id": "1"})).status_code == 400


async def test_an_empty_house_counts_zero(start: Start) -> None:
    async with start("subsidy") as subsidy:
        assert (await finance(subsidy).get("/v1/statistics/funds")).json() == {
            "items": [],
            "total": "0.00",
            "available": "0.00",
            "reserved": "0.00",
            "paid": "0.00",
        }


async def test_64_approvals_at_once_on_a_fund_for_10_approve_exactly_10(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy, "1805.00")
        outcomes = await asyncio.gather(*(_reserve(subsidy, fund_id, "180.00") for _ in range(64)))
        assert outcomes.count(None) == 10 and len([each for each in outcomes if each is not None]) == 54
        assert await balances(subsidy, fund_id) == {"available": "5.00", "reserved": "1800.00", "paid": "0.00"}


async def test_the_last_cent_can_be_reserved_and_not_one_more(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy, "10.00")
        refused = await _reserve(subsidy, fund_id, "10.01")
        assert refused is not None and refused.members == {"available": "10.00", "needed": "10.01"}
        assert await _reserve(subsidy, fund_id, "10.00") is None
        assert await balances(subsidy, fund_id) == {"available": "0.00", "reserved": "10.00", "paid": "0.00"}


async def test_a_claim_of_nothing_leaves_no_posting(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy, "0.00")
        assert await _reserve(subsidy, fund_id, "0.00") is None
        assert (await subsidy.as_("auditor").get(f"/v1/funds/{fund_id}/ledger")).json()["items"] == []


async def test_a_payment_leaves_the_reserve_once(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund_id, claim_id, payment_id = await a_fund(subsidy, "40.00"), db.new_id(), db.new_id()
        async with subsidy.kernel.writing.begin() as session:
            await funds.reserve(session, call(), UUID(fund_id), claim_id, Decimal("20.00"))
            await funds.pay(session, call(), UUID(fund_id), [funds.Moved(claim_id, Decimal("10.00"), payment_id=payment_id)])
        with pytest.raises(Exception, match="fund_postings_payment_key"):
            async with subsidy.kernel.writing.begin() as session:
                await funds.pay(session, call(), UUID(fund_id), [funds.Moved(claim_id, Decimal("10.00"), payment_id=payment_id)])
        assert await balances(subsidy, fund_id) == {"available": "20.00", "reserved": "10.00", "paid": "10.00"}


async def _reserve(subsidy: Service, fund_id: str, amount: str) -> FundExhausted | None:
    try:
        async with subsidy.kernel.writing.begin() as session:
            await funds.reserve(session, call(), UUID(fund_id), db.new_id(), Decimal(amount))
    except FundExhausted as exhausted:
        return exhausted
    return None
