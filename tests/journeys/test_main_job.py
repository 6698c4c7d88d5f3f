"""The main job from the class roster to the payment, through the gateway, with the sheets that offices really send."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from deploy.demo.main_job import SAMPLES, Job, Person, Refused
from deploy.stack import Stack
from tests.journeys import conftest

TRUTH = json.loads((SAMPLES / "truth.json").read_text())


@pytest.fixture(scope="module")
def job(stack: Stack) -> Iterator[Job]:
    with Job(stack.gateway_url) as made:
        made.register_the_school()
        yield made


def test_the_main_job(stack: Stack, job: Job) -> None:
    before = {line["code"]: line["actual"] for line in job.board(as_of="2025-07-31")["lines"]}  # others train people of this city as well
    standing = {rule["code"]: rule for rule in job.add_teachers()["rules"]}
    assert standing["teacher_ratio"]["met"] is True and standing["designation"]["met"] is True

    classes = job.propose_and_approve_the_classes()
    assert [one["status"] for one in classes] == ["approved", "approved"]
    assert all(re.fullmatch(r"KL-PX-2025-\d{6}", one["number"]) for one in classes)

    electricians, farmers = job.import_the_rosters()
    assert [(fault["row"], fault["code"]) for fault in electricians["errors"]] == [
        (fault["row"], fault["code"]) for fault in TRUTH["roster"]["faults"]
    ]
    assert all(fault["fix"] and fault["column"] for fault in electricians["errors"])
    assert not re.search(r"\d{17}[\dXx]", json.dumps([electricians, farmers]))
    assert electricians["summary"]["created"] == TRUTH["roster"]["rows"] - len(TRUTH["roster"]["faults"])
    assert (
        farmers["summary"] | {"rows": 30} == farmers["summary"]
        and farmers["summary"]["created"] == TRUTH["short_course"]["people"]
        and farmers["errors"] == []
    )
    again = job.import_sheet("roster", "roster-electrician.xlsx", job.electrician_id, on="2025-04-02")
    assert (again["summary"]["created"], again["summary"]["unchanged"]) == (0, electricians["summary"]["created"])

    signed, completed = job.run_the_short_class()
    assert signed["errors"] == [] and completed["status"] == "completed"

    quoted = job.quote()
    claim = job.submit()
    assert quoted["amount"] == claim["amount"] == TRUTH["short_course"]["amount"]
    assert claim["status"] == "submitted" and re.fullmatch(r"KL-SQ-2025-\d{6}", claim["number"])
    _check_lines(claim["lines"])

    with pytest.raises(Refused) as refused:
        job.school.act(job.claim, "review", on="2025-04-15")
    assert refused.value.problem["code"] == "wrong_role"

    assert job.review()["status"] == "reviewed"
    notice = job.confirm()
    assert (notice["posted_on"], notice["from_on"], notice["until_on"], notice["amount"]) == (
        "2025-04-16",
        "2025-04-17",
        "2025-04-23",
        "4200.00",
    )
    assert not re.search(r"\d{15}", json.dumps(notice["lines"]))
    with pytest.raises(Refused) as too_early:
        job.finance.act(job.claim, "approve", {}, on="2025-04-23")
    assert too_early.value.problem["code"] == "notice_not_over"

    assert job.approve_and_pay(after="2025-04-24")["status"] == "paid"
    fund, ledger = job.ledger(on="2025-04-24")
    assert (fund["available"], fund["reserved"], fund["paid"]) == ("95800.00", "0.00", "4200.00")
    assert _balance(ledger) == {
        "external": Decimal("-100000.00"),
        "available": Decimal("95800.00"),
        "reserved": Decimal("0.00"),
        "paid": Decimal("4200.00"),
    }

    repeated = job.claim_again()
    assert (repeated["eligible"], repeated["amount"]) == (False, "0.00")
    codes = [{finding["code"] for finding in line["findings"]} for line in repeated["lines"]]
    assert sum("already_subsidised" in found for found in codes) == 29 and sum("age_above_limit" in found for found in codes) == 1

    job.run_the_electrician_class()
    lines = {line["code"]: line for line in job.board(as_of="2025-07-31")["lines"]}
    assert len(lines) == 25
    trained = {code: lines[code]["actual"] - before[code] for code in ("practical.agriculture", "four.technician", "practical.project")}
    assert trained == {"practical.agriculture": 30, "four.technician": 37, "practical.project": 37}
    for code in ("practical.agriculture", "four.technician"):
        assert _count_records(job.officer, lines[code]["records"]) == lines[code]["actual"]
    assert (lines["four.technician.certified"]["numerator"], lines["four.technician.certified"]["status"]) == (0, "behind")
    assert lines["brand.foshan.retained"]["numerator"] == 0


def _check_lines(lines: list[dict[str, Any]]) -> None:
    truth = TRUTH["short_course"]["sign_in"]
    assert len(lines) == len(truth) == 30
    paid = sorted(int(Decimal(line["amount"]) / 60) for line in lines if line["verdict"] == "eligible")
    assert paid == sorted(row["paid_days"] for row in truth if row["verdict"] == "eligible")
    refused = [line for line in lines if line["verdict"] == "refused"]
    assert len(refused) == 1 and refused[0]["amount"] == "0.00"
    finding = next(finding for finding in refused[0]["findings"] if finding["effect"] == "refuse")
    assert finding["code"] == "age_above_limit" and finding["fix"] and "66" in finding["seen"]
    assert finding["basis"]["document"] == "凯府发〔2024〕9号" and finding["basis"]["clause"]


def _balance(ledger: Any) -> dict[str, Decimal]:
    balance = dict.fromkeys(("external", "available", "reserved", "paid"), Decimal("0.00"))
    for posting in ledger:
        balance[posting["from_account"]] -= Decimal(posting["amount"])
        balance[posting["to_account"]] += Decimal(posting["amount"])
    return balance


def _count_records(reader: Person, link: str) -> int:
    path = link + ("&" if "?" in link else "?") + "limit=200"
    answer = reader.do("GET", path, on="2025-08-01")
    assert answer["next_cursor"] is None
    return len(answer["items"])


def test_every_log_of_the_run_is_free_of_id_numbers(stack: Stack, job: Job) -> None:
    for name in ("registry", "subsidy", "evaluation", "eastwest", "gateway", "postgres"):
        found = re.findall(r"(?<![0-9A-Za-z-])[1-9]\d{5}(?:19|20)\d{9}[\dXx](?![0-9A-Za-z-])", stack.logs(name).read_text(errors="replace"))
        assert found == [], name


def test_a_stopped_service_gives_a_problem_not_a_hang(stack: Stack, job: Job) -> None:
    stack.kill("subsidy")
    try:
        answer = job.officer.ask("GET", "/v1/claims", on="2025-07-31")
        assert answer.status_code in (502, 503, 504) and answer.headers["content-type"] == "application/problem+json"
        assert job.officer.ask("GET", "/v1/classes", on="2025-07-31").status_code == 200
    finally:
        stack.restart("subsidy")
        conftest.until(
            lambda: job.officer.ask("GET", "/v1/claims?limit=1", on="2025-07-31").status_code == 200
        )  # not asked for a moment yet
    assert httpx.get(f"{stack.gateway_url}/v1/schemes", timeout=10).status_code in (200, 401)
