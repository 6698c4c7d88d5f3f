"""Many at once, through the gateway and over real processes: money is spent once, and one key makes one claim."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

import httpx
import pytest

from deploy.demo.main_job import Job, Person
from tests import people
from tests.stacks import forked

APPROVALS, AFFORDED = 64, 10
REPEATS = 200
CALLERS = 16
CLASS_DAYS = ("2025-04-08", "2025-04-09", "2025-04-10")
CLAIMED_ON, CONFIRMED_ON, NOTICE_OVER_ON = "2025-04-14", "2025-04-15", "2025-04-24"
Answer = TypeVar("Answer")


@pytest.fixture(scope="module")
def job() -> Iterator[Job]:
    """A school with a short class of 64 trainees that is over, and nothing claimed yet."""
    with forked() as stack, Job(stack.gateway_url) as made:
        made.register_the_school()
        made.short_id = a_class_that_is_over(made)
        yield made


def test_64_approvals_at_once_on_a_fund_for_10_approve_exactly_10(job: Job) -> None:
    fund_id = _fund(job, "1800.00")
    trainees = [one["trainee_id"] for one in job.school.do("GET", _enrolments(job), on=CLAIMED_ON)["items"]]

    def bring_to_notice(trainee_id: str) -> str:
        body = job.claim_body() | {"fund_id": fund_id, "lines": [{"trainee_id": trainee_id}]}
        claim = f"/v1/claims/{job.school.do('POST', '/v1/claims', on=CLAIMED_ON, json=body)['id']}"
        job.school.act(claim, "submit", on=CLAIMED_ON)
        job.officer.act(claim, "review", on=CONFIRMED_ON)
        job.reviewer.act(claim, "confirm", on=CONFIRMED_ON)
        return claim

    claims = _at_once(bring_to_notice, trainees)
    finance = replace(job.finance, patience_seconds=60)  # who is told to come again, comes again with the same key
    etags = {claim: job.finance.ask("GET", claim, on=NOTICE_OVER_ON).headers["etag"] for claim in claims}

    def approve(claim: str) -> httpx.Response:
        return finance.ask("POST", f"{claim}:approve", on=NOTICE_OVER_ON, etag=etags[claim], json={})

    answers = _at_once(approve, claims)
    assert Counter((answer.status_code, answer.json().get("code")) for answer in answers) == {
        (200, None): AFFORDED,
        (409, "fund_exhausted"): APPROVALS - AFFORDED,
    }
    fund = job.finance.do("GET", f"/v1/funds/{fund_id}", on=NOTICE_OVER_ON)
    assert {name: fund[name] for name in ("available", "reserved", "paid")} == {"available": "0.00", "reserved": "1800.00", "paid": "0.00"}
    postings = job.finance.do("GET", f"/v1/funds/{fund_id}/ledger?limit=200", on=NOTICE_OVER_ON)["items"]
    assert sum(Decimal(one["amount"]) for one in postings if one["to_account"] == "reserved") == Decimal("1800.00")


def test_200_repeats_at_once_with_one_key_make_one_claim(job: Job) -> None:
    body, key = job.claim_body() | {"fund_id": _fund(job, "100.00")}, str(uuid.uuid4())

    def create(_: int) -> httpx.Response:
        return job.school.ask("POST", "/v1/claims", on=CLAIMED_ON, key=key, json=body)

    answers = _at_once(create, range(REPEATS))
    made = [answer for answer in answers if answer.status_code == 201]
    running = [answer for answer in answers if answer.status_code != 201]
    assert made and {answer.json()["id"] for answer in made} == {made[0].json()["id"]}
    assert sum("idempotent-replayed" not in answer.headers for answer in made) == 1
    assert all((one.status_code, one.json()["code"]) == (409, "request_in_progress") and one.headers["retry-after"] for one in running)
    found = job.school.do("GET", f"/v1/claims?fund_id={body['fund_id']}&include_total=true", on=CLAIMED_ON)
    assert found["total"] == 1


def _at_once(ask: Callable[[Any], Answer], given: Iterable[Any]) -> list[Answer]:
    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(ask, given))


def _fund(job: Job, total: str) -> str:
    body = {"source": "employment_subsidy", "year": 2025, "total": total}
    return str(job.finance.do("POST", "/v1/funds", on="2025-01-06", json=body)["id"])


def _enrolments(job: Job) -> str:
    return f"/v1/classes/{job.short_id}/enrolments?limit=200"


def a_class_that_is_over(job: Job) -> str:
    school: Person = job.school
    body = {
        "name": "稻田养鱼班",
        "channel": "agricultural_short",
        "trade_name": "稻田养鱼",
        "trade_filing_no": "州备〔2025〕1号",
        "starts_on": CLASS_DAYS[0],
        "ends_on": CLASS_DAYS[-1],
        "hours": 24,
        "seats": APPROVALS,
        "region_code": "522601100",
    }
    class_id = str(school.do("POST", "/v1/classes", on="2025-03-20", json=body)["id"])
    school.act(f"/v1/classes/{class_id}", "submit", on="2025-03-20")
    job.officer.act(f"/v1/classes/{class_id}", "approve", on="2025-03-24")
    trainees = [item["id"] for item in _batch(school, "/v1/trainees", [people.trainee(n) for n in range(APPROVALS)])]
    _batch(school, f"/v1/classes/{class_id}/enrolments", [{"trainee_id": one} for one in trainees])
    school.act(f"/v1/classes/{class_id}", "start", on=CLASS_DAYS[0])
    signed = [
        {"trainee_id": one, "on": day, "half_day": half, "source": "paper"}
        for one in trainees
        for day in CLASS_DAYS
        for half in ("am", "pm")
    ]
    _batch(school, f"/v1/classes/{class_id}/attendance", signed)
    school.act(f"/v1/classes/{class_id}", "complete", on="2025-04-11")
    return class_id


def _batch(school: Person, path: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    body = {"mode": "commit", "atomic": "all", "items": items}
    return list(school.do("POST", f"{path}:batch", on=CLASS_DAYS[-1], json=body)["items"])
