"""Claims: quoted, created, read and submitted through the gateway, everyone of a completed class on each, and every line of them eligible."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

from deploy.demo.main_job import Job
from tests import people

AT_ONCE = 300
ON = "2025-04-14"


def prepare(job: Job) -> None:
    """A school and a fund for the claims."""
    job.register_the_school()
    fund = {"source": "employment_subsidy", "year": 2025, "total": "10000000.00"}
    job.fund_id = job.finance.do("POST", "/v1/funds", on="2025-01-06", json=fund)["id"]


def complete_a_class(job: Job, members: int, first: int) -> None:
    """A short course held and completed, with `members` people of whom `first` is the first one's serial number."""
    body = {
        "name": "食用菌种植短期班",
        "institution_id": job.institution_id,
        "channel": "agricultural_short",
        "programmes": ["practical.agriculture"],
        "trade_name": "食用菌种植",
        "trade_filing_no": "黔东南州备〔2025〕3号",
        "starts_on": "2025-04-08",
        "ends_on": "2025-04-10",
        "hours": 24,
        "seats": 2 * members,
        "region_code": "522601100",
    }
    job.short_id = job.school.do("POST", "/v1/classes", on="2025-03-20", json=body)["id"]
    paper = f"/v1/classes/{job.short_id}"
    job.school.act(paper, "submit", on="2025-03-20")
    job.officer.act(paper, "approve", on="2025-03-24")
    ids: list[str] = []
    for some in _some([people.trainee(first + n) for n in range(members)]):
        ids += [made["id"] for made in _batch(job, "/v1/trainees:batch", some, on="2025-03-25")]
    for some in _some([{"trainee_id": one} for one in ids]):
        _batch(job, f"{paper}/enrolments:batch", some, on="2025-03-25")
    job.school.act(paper, "start", on="2025-04-08")
    days = [(f"2025-04-{day:02d}", half) for day in (8, 9, 10) for half in ("am", "pm")]
    for some in _some([{"trainee_id": one, "on": day, "half_day": half, "source": "paper"} for one in ids for day, half in days]):
        _batch(job, f"{paper}/attendance:batch", some, on="2025-04-10")
    job.school.act(paper, "complete", on="2025-04-11")


def time_claims(job: Job, members: int, rounds: int) -> dict[str, float]:
    """Milliseconds (median) of each of `quote`, `create`, `get` and `submit`. The last claim (`job.claim_id`) stays submitted, those before are withdrawn."""
    took: dict[str, list[float]] = {"quote": [], "create": [], "get": [], "submit": []}

    def timed(what: str, *asked: Any, **said: Any) -> Any:
        began = time.perf_counter()
        answer = job.school.ask(*asked, on=ON, **said)
        took[what].append((time.perf_counter() - began) * 1000)
        assert answer.status_code < 300, answer.text
        return answer

    for left in reversed(range(rounds)):
        timed("quote", "POST", "/v1/claims:quote", json=job.claim_body())
        job.claim_id = timed("create", "POST", "/v1/claims", json=job.claim_body()).json()["id"]
        etag = timed("get", "GET", job.claim).headers["etag"]
        lines = timed("submit", "POST", f"{job.claim}:submit", etag=etag, json={}).json()["lines"]
        assert len(lines) == members and all(line["verdict"] == "eligible" for line in lines), lines[:3]
        if left:
            job.school.act(job.claim, "withdraw", on=ON)
    return {what: statistics.median(each) for what, each in took.items()}


def _batch(job: Job, path: str, items: list[Any], *, on: str) -> list[Any]:
    answer = job.school.do("POST", path, on=on, json={"mode": "commit", "atomic": "all", "items": items})
    return list(answer["items"])


def _some(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
