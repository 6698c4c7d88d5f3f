"""A crowd beside the main job's people, by the same requests as a clerk's: so many papers that every list has pages."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from deploy.demo import people
from deploy.demo.main_job import Job
from deploy.demo.second_half import register_people

TRAINEES, PROPOSED, HELD, IN_A_CLASS = 5_000, 240, 80, 15
FIRST = 1_000_000  # far from the people of any other part
BATCH = 500
AT_ONCE = 4


def come(job: Job) -> None:
    """5,000 trainees; 240 classes that wait for approval; 80 that were held, each with a claim that waits for its first review."""
    ids = [
        trainee_id
        for kept in _all(lambda n: register_people(job.school, _bodies(n), on="2025-08-01"), range(0, TRAINEES, BATCH))
        for trainee_id in kept
    ]
    _all(lambda n: _propose(job, n), range(PROPOSED))
    _all(lambda n: _hold(job, n, ids[n * IN_A_CLASS : (n + 1) * IN_A_CLASS]), range(HELD))


def _all(do: Callable[[int], Any], numbers: Iterable[int]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as several:
        return list(several.map(do, numbers))


def _bodies(first: int) -> list[dict[str, Any]]:
    return [people.trainee(FIRST + n) for n in range(first, first + BATCH)]


def _propose(job: Job, n: int, month: str = "2025-11") -> str:
    """The paper of a short course that the school has submitted."""
    body = {
        "name": f"食用菌种植短期班第 {n + 1} 期",
        "institution_id": job.institution_id,
        "region_code": "522601100",
        "channel": "agricultural_short",
        "trade_name": "食用菌种植",
        "trade_filing_no": "黔东南州备〔2025〕3号",
        "starts_on": f"{month}-04",
        "ends_on": f"{month}-06",
        "hours": 24,
        "seats": 60,
    }
    paper = f"/v1/classes/{job.school.do('POST', '/v1/classes', on='2025-08-01', json=body)['id']}"
    job.school.act(paper, "submit", on="2025-08-01")
    return paper


def _hold(job: Job, n: int, trainees: list[str]) -> None:
    """One that is over, its people signed in on every half-day, and the claim for it."""
    paper = _propose(job, PROPOSED + n, "2025-09")
    job.officer.act(paper, "approve", on="2025-08-04")
    job.school.do("POST", f"{paper}/enrolments:batch", on="2025-09-01", json={"items": [{"trainee_id": one} for one in trainees]})
    job.school.act(paper, "start", on="2025-09-04")
    signed = [
        {"trainee_id": one, "on": f"2025-09-{day:02d}", "half_day": half, "source": "paper"}
        for one in trainees
        for day in (4, 5, 6)
        for half in ("am", "pm")
    ]
    job.school.do("POST", f"{paper}/attendance:batch", on="2025-09-06", json={"items": signed})
    job.school.act(paper, "complete", on="2025-09-07")
    claim = job.claim_body() | {"class_id": paper.rpartition("/")[2]}
    made = job.school.do("POST", "/v1/claims", on="2025-09-08", json=claim)
    job.school.act(f"/v1/claims/{made['id']}", "submit", on="2025-09-08")
