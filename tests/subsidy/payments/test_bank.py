"""What the bank is handed and what it answers: money moves when it is paid, and only then, and only once."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from shared import db
from tests.conftest import Service, Start
from tests.subsidy.office import a_claim, a_fund, account_of, balances, finance, key, registry

EXPORTED_AT = "2025-04-18T23:59:59+08:00"


async def test_the_bank_file_holds_full_accounts_as_text_and_is_recorded(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, _ = await _exported(subsidy, ["180.00", "60.50"])
        answer = await finance(subsidy).get(f"/v1/payment-batches/{batch['id']}/bank-file")
        assert answer.status_code == 200 and f"{batch['number']}.xlsx" in answer.headers["content-disposition"]
        rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        assert rows[0] == ["序号", "付款编号", "收款户名", "收款账号", "金额(元)", "附言"]
        assert [row[2:5] for row in rows[1:]] == [
            ["=杨秀英", account_of(payment["payee"]["id"]), amount]
            for payment, amount in zip(batch["payments"], (180.0, 60.5), strict=True)
        ]
        trail = (await subsidy.as_("auditor").get(f"/v1/audit?subject={batch['id']}&action=payment_batch.file_read")).json()["items"]
        assert [entry["details"]["payments"] for entry in trail] == [2] and rows[1][3] not in str(trail)


async def test_the_bank_file_is_had_as_csv_in_which_nothing_runs(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, _ = await _exported(subsidy, ["180.00"], export=False)
        batch = (await finance(subsidy).post(f"/v1/payment-batches/{batch['id']}:export?format=csv", headers=key(1))).json()
        answer = await finance(subsidy).get(batch["bank_file_url"])
        assert answer.headers["content-type"].startswith("text/csv") and f"{batch['number']}.csv" in answer.headers["content-disposition"]
        header, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert header[2] == "收款户名" and row[2:5] == ["'=杨秀英", account_of(batch["payments"][0]["payee"]["id"]), "180.00"]


async def test_money_that_came_back_is_set_aside_again_and_paid_once_more(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, claim_id = await _exported(subsidy, ["180.00", "60.00"])
        await _answer(subsidy, batch, ["paid", "paid"])
        assert await _status(subsidy, claim_id) == "paid"
        returned = await _return(subsidy, batch["id"], batch["payments"][1]["id"])
        assert returned.status_code == 200, returned.text
        payment = returned.json()["payments"][1]
        assert (payment["status"], payment["reason"], payment["returned_on"]) == ("returned", "已销户", "2025-04-20")
        assert await _status(subsidy, claim_id) == "approved"
        assert await balances(subsidy, batch["fund_id"]) == {"available": "760.00", "reserved": "60.00", "paid": "180.00"}
        twice = await _return(subsidy, batch["id"], payment["id"])
        assert (twice.status_code, twice.json()["code"]) == (409, "payment_not_paid")

        again = (await _create(subsidy, batch["fund_id"], claim_id)).json()
        assert [each["amount"] for each in again["payments"]] == ["60.00"]
        again = (await finance(subsidy).post(f"/v1/payment-batches/{again['id']}:export", headers=key(1))).json()
        await _answer(subsidy, again, ["paid"])
        assert await _status(subsidy, claim_id) == "paid"
        assert await balances(subsidy, batch["fund_id"]) == {"available": "760.00", "reserved": "0.00", "paid": "240.00"}


async def test_what_bounces_after_it_was_paid_has_come_back(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, claim_id = await _exported(subsidy, ["180.00", "60.00"])
        first, second = (each["id"] for each in batch["payments"])
        batch = (await _confirm(subsidy, batch, [{"payment_id": first, "result": "paid"}])).json()
        results = [{"payment_id": first, "result": "bounced", "reason": "户名不符"}, {"payment_id": second, "result": "paid"}]
        batch = (await _confirm(subsidy, batch, results)).json()
        assert [each["status"] for each in batch["payments"]] == ["returned", "paid"] and batch["status"] == "confirmed"
        assert batch["payments"][0]["returned_on"] == "2025-04-20" and await _status(subsidy, claim_id) == "approved"
        assert await balances(subsidy, batch["fund_id"]) == {"available": "760.00", "reserved": "180.00", "paid": "60.00"}
        batch = (await _confirm(subsidy, batch, [{"payment_id": second, "result": "bounced"}])).json()
        assert await balances(subsidy, batch["fund_id"]) == {"available": "760.00", "reserved": "240.00", "paid": "0.00"}
        again = await _confirm(subsidy, batch, [{"payment_id": second, "result": "paid"}])
        assert (again.status_code, again.json()["code"]) == (409, "payment_settled")


async def test_a_briefing_of_a_day_asks_what_had_been_paid_by_then(start: Start) -> None:
    async with start("subsidy") as subsidy:
        class_id = str(db.new_id())
        batch, _ = await _exported(subsidy, ["180.00", "60.00"], class_id=UUID(class_id))
        results = [{"payment_id": each["id"], "result": "paid", "paid_on": "2025-04-18"} for each in batch["payments"]]
        (await _confirm(subsidy, batch, results)).raise_for_status()
        (await _return(subsidy, batch["id"], batch["payments"][1]["id"])).raise_for_status()
        asking, paid = subsidy.internal("gateway"), {}
        for day in range(17, 21):
            body = {"sets": [[str(db.new_id())], [class_id, str(db.new_id())], []], "as_of": f"2025-04-{day}"}
            paid[day] = (await asking.post("/internal/v1/paid-for-classes", json=body)).json()["paid"]
        assert paid == {day: ["0.00", yuan, "0.00"] for day, yuan in ((17, "0.00"), (18, "240.00"), (19, "240.00"), (20, "180.00"))}


@pytest.mark.parametrize(("returned_on", "status"), [("2025-04-17", 422), ("2025-04-18", 200), ("2025-04-20", 200), ("2025-04-21", 422)])
async def test_money_comes_back_after_it_was_paid_and_not_tomorrow(start: Start, returned_on: str, status: int) -> None:
    async with start("subsidy") as subsidy:
        batch, _ = await _exported(subsidy, ["180.00"])
        payment_id = batch["payments"][0]["id"]
        await _confirm(subsidy, batch, [{"payment_id": payment_id, "result": "paid", "paid_on": "2025-04-18"}])
        answer = await _return(subsidy, batch["id"], payment_id, returned_on=returned_on)
        assert answer.status_code == status, answer.text


async def test_what_is_asked_back_of_a_person_does_not_come_back_from_the_bank_as_well(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, claim_id = await _exported(subsidy, ["180.00"])
        await _answer(subsidy, batch, ["paid"])
        recovered = await finance(subsidy).post(f"/v1/claims/{claim_id}:recover", json={"reason": "审计"}, headers=key(2))
        assert recovered.status_code == 200, recovered.text
        answer = await _return(subsidy, batch["id"], batch["payments"][0]["id"])
        assert (answer.status_code, answer.json()["code"]) == (409, "asked_back")
        assert await balances(subsidy, batch["fund_id"]) == {"available": "820.00", "reserved": "0.00", "paid": "180.00"}
        received = {"received_on": "2025-04-20", "voucher_no": "V-1"}
        path = f"/v1/recoveries/{recovered.json()['recovery']['id']}:confirm"
        early = await finance(subsidy).post(path, json=received | {"received_on": "2025-04-19"}, headers=key())
        assert [each["code"] for each in early.json()["errors"]] == ["received_before_paid"]
        assert (await finance(subsidy).post(path, json=received, headers=key())).status_code == 200
        answer = await _return(subsidy, batch["id"], batch["payments"][0]["id"])
        assert (answer.status_code, answer.json()["code"]) == (409, "asked_back")  # and not that the fund has too little
        assert await balances(subsidy, batch["fund_id"]) == {"available": "1000.00", "reserved": "0.00", "paid": "0.00"}


async def test_there_is_no_file_before_export_nor_after_the_last_answer(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, _ = await _exported(subsidy, ["180.00"], export=False)
        url = f"/v1/payment-batches/{batch['id']}/bank-file"
        assert batch["bank_file_url"] is None and (await finance(subsidy).get(url)).json()["code"] == "invalid_state"
        batch = (await finance(subsidy).post(f"/v1/payment-batches/{batch['id']}:export", headers=key(1))).json()
        assert batch["bank_file_url"] == url
        await _answer(subsidy, batch, ["paid"])
        assert (await finance(subsidy).get(url)).json()["code"] == "invalid_state"


async def test_a_claim_is_paid_when_every_payment_is(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, claim_id = await _exported(subsidy, ["180.00", "60.00"])
        first, second = batch["payments"]
        partly = (
            await _confirm(subsidy, batch, [{"payment_id": first["id"], "result": "paid", "voucher_no": "V1", "paid_on": "2025-04-18"}])
        ).json()
        assert partly["status"] == "exported" and partly["settled"] == 1 and partly["version"] == 3
        assert {name: partly["payments"][0][name] for name in ("status", "voucher_no", "paid_on")} == {
            "status": "paid",
            "voucher_no": "V1",
            "paid_on": "2025-04-18",
        }
        assert await _status(subsidy, claim_id) == "approved"
        assert await balances(subsidy, batch["fund_id"]) == {"available": "760.00", "reserved": "60.00", "paid": "180.00"}
        whole = (await _confirm(subsidy, partly, [{"payment_id": second["id"], "result": "paid"}])).json()
        assert whole["status"] == "confirmed" and whole["payments"][1]["paid_on"] == "2025-04-20"
        assert await _status(subsidy, claim_id) == "paid"
        assert await balances(subsidy, batch["fund_id"]) == {"available": "760.00", "reserved": "0.00", "paid": "240.00"}


async def test_the_trail_and_the_feed_name_each_claim(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, claim_id = await _exported(subsidy, ["180.00"])
        await _answer(subsidy, batch, ["paid"])
        auditor = subsidy.as_("auditor")
        actions = [entry["action"] for entry in (await auditor.get(f"/v1/audit?subject={claim_id}")).json()["items"]]
        assert actions == ["claim.paid", "claim.payment_exported"]
        events = [event for event in (await auditor.get("/v1/changes")).json()["items"] if event["subject"] == claim_id]
        assert [(event["type"], event["data"]["status"], event["data"]["version"]) for event in events] == [("claim.paid", "paid", 2)]
        assert events[0]["data"]["message"]["code"] == "claim_paid" and "180.00" not in str(events)


async def test_money_is_conserved_from_approval_over_failure_to_recovery(start: Start) -> None:
    async with start("subsidy") as subsidy:
        batch, claim_id = await _exported(subsidy, ["180.01", "60.02", "0.03"])
        fund_id = batch["fund_id"]
        assert await balances(subsidy, fund_id) == {"available": "759.94", "reserved": "240.06", "paid": "0.00"}
        await _answer(subsidy, batch, ["paid", "failed", "bounced"])
        assert await balances(subsidy, fund_id) == {"available": "759.94", "reserved": "60.05", "paid": "180.01"}
        assert await _status(subsidy, claim_id) == "approved"

        again = (await _create(subsidy, fund_id, claim_id)).json()
        assert [payment["amount"] for payment in again["payments"]] == ["60.02", "0.03"] and again["number"] != batch["number"]
        again = (await finance(subsidy).post(f"/v1/payment-batches/{again['id']}:export", headers=key(1))).json()
        await _answer(subsidy, again, ["paid", "paid"])
        assert await _status(subsidy, claim_id) == "paid"
        assert await balances(subsidy, fund_id) == {"available": "759.94", "reserved": "0.00", "paid": "240.06"}
        assert (await _create(subsidy, fund_id, claim_id)).json()["code"] == "invalid_state"

        recovery = (await finance(subsidy).post(f"/v1/claims/{claim_id}:recover", json={"reason": "审计"}, headers=key(2))).json()[
            "recovery"
        ]
        received = {"received_on": "2025-04-20", "voucher_no": "R1"}
        await finance(subsidy).post(f"/v1/recoveries/{recovery['id']}:confirm", json=received, headers=key())
        assert await balances(subsidy, fund_id) == {"available": "1000.00", "reserved": "0.00", "paid": "0.00"}


@pytest.mark.parametrize(
    ("results", "status", "told"),
    [
        pytest.param([{"payment_id": "other", "result": "paid"}], 422, [("/results/0", "payment_unknown")], id="unknown-payment"),
        pytest.param(
            [
                {"payment_id": "first", "result": "paid"},
                {"payment_id": "first", "result": "failed"},
                {"payment_id": "other", "result": "paid"},
            ],
            422,
            [("/results/1", "named_twice"), ("/results/2", "payment_unknown")],
            id="all-at-once",
        ),
        pytest.param(
            [{"payment_id": "first", "result": "paid", "paid_on": "2025-04-21"}],
            422,
            [("/results/0/paid_on", "paid_in_future")],
            id="paid-tomorrow",
        ),
        pytest.param(
            [{"payment_id": "first", "result": "paid", "paid_on": "2025-04-17"}],
            422,
            [("/results/0/paid_on", "paid_before_export")],
            id="paid-before-the-file-went-out",
        ),
        pytest.param([{"payment_id": "first", "result": "lost"}], 422, [("/results/0/result", "invalid_value")], id="unknown-result"),
        pytest.param([], 422, [("/results", "invalid_value")], id="no-results"),
    ],
)
async def test_faulty_answers_keep_nothing(start: Start, results: list[dict[str, str]], status: int, told: list[tuple[str, str]]) -> None:
    async with start("subsidy") as subsidy:
        batch, _ = await _exported(subsidy, ["180.00"])
        ids = {"first": batch["payments"][0]["id"], "other": str(db.new_id())}
        answer = await _confirm(subsidy, batch, [each | {"payment_id": ids[each["payment_id"]]} for each in results])
        assert answer.status_code == status
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == told
        assert await balances(subsidy, batch["fund_id"]) == {"available": "820.00", "reserved": "180.00", "paid": "0.00"}


@pytest.mark.parametrize("first", ["paid", "failed", "bounced"])
async def test_a_payment_gets_one_answer(start: Start, first: str) -> None:
    async with start("subsidy") as subsidy:
        batch, _ = await _exported(subsidy, ["180.00", "60.00"])
        payment_id = batch["payments"][0]["id"]
        batch = (await _confirm(subsidy, batch, [{"payment_id": payment_id, "result": first}])).json()
        again = await _confirm(subsidy, batch, [{"payment_id": payment_id, "result": "paid"}])
        assert again.status_code == 409 and again.json()["code"] == "payment_settled"


async def _exported(subsidy: Service, amounts: list[str], *, export: bool = True, **more: Any) -> tuple[dict[str, Any], str]:
    """A batch of one claim that pays its trainees, from a fund of 1000.00."""
    subsidy.kernel.neighbours["registry"].transport = registry()
    fund_id = await a_fund(subsidy)
    claim = await a_claim(subsidy, fund_id, amounts, payee="trainee", **more)
    batch = (await _create(subsidy, fund_id, str(claim.id))).json()
    if export:
        exporting = finance(subsidy, at=EXPORTED_AT)
        batch = (await exporting.post(f"/v1/payment-batches/{batch['id']}:export", headers=key(batch["version"]))).json()
    return batch, str(claim.id)


async def _create(subsidy: Service, fund_id: str, claim_id: str) -> Any:
    return await finance(subsidy).post("/v1/payment-batches", json={"fund_id": fund_id, "claim_ids": [claim_id]}, headers=key())


async def _return(subsidy: Service, batch_id: str, payment_id: str, returned_on: str = "2025-04-20") -> Any:
    batch = (await finance(subsidy).get(f"/v1/payment-batches/{batch_id}")).json()
    body = {"payment_id": payment_id, "reason": "已销户", "returned_on": returned_on}
    return await finance(subsidy).post(f"/v1/payment-batches/{batch_id}:report-return", json=body, headers=key(batch["version"]))


async def _answer(subsidy: Service, batch: dict[str, Any], results: list[str]) -> None:
    payments = zip(batch["payments"], results, strict=True)
    answer = await _confirm(subsidy, batch, [{"payment_id": payment["id"], "result": result} for payment, result in payments])
    assert answer.status_code == 200, answer.text


async def _confirm(subsidy: Service, batch: dict[str, Any], results: list[dict[str, str]]) -> Any:
    return await finance(subsidy).post(
        f"/v1/payment-batches/{batch['id']}:confirm", json={"results": results}, headers=key(batch["version"])
    )


async def _status(subsidy: Service, claim_id: str) -> str:
    from services.subsidy.claims.tables import Claim

    async with subsidy.kernel.reading() as session:
        claim = await session.get(Claim, claim_id)
    assert claim is not None
    return claim.status
