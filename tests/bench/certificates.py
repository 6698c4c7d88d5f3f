"""A thousand people certified in one batch: how long announcing and issuing it takes, and what is told of all their certificates at once."""

import base64
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx

from deploy.demo.main_job import Job
from deploy.demo.second_half import ELECTRICIAN, accept, assessment_body, file, register, register_people
from deploy.stack import Stack
from shared.access import Tokens
from shared.batches import ITEMS_AT_MOST
from tests import people
from tests.bench import queries

PEOPLE, ROUNDS = 1_000, 5
ASSESSORS_USCC = "91522601000401031B"
FIRST = 720_000


class Issued(NamedTuple):
    """`announced`, `issued`: milliseconds."""

    assessment_id: str
    trainees: list[str]
    announced: float
    issued: float


def issue(job: Job) -> Issued:
    _, assessors = register(job, "黔东南州某技能评价中心", ASSESSORS_USCC, "assessment_organisation")
    filed = file(assessors, [{"occupation_code": ELECTRICIAN, "levels": ["junior"]}], on="2025-03-03")
    accept(job, filed["id"], [{"occupation_code": ELECTRICIAN, "level": "junior", "decision": "granted"}])
    bodies = [people.trainee(FIRST + n) for n in range(PEOPLE)]
    trainees = [each for some in _some(bodies) for each in register_people(job.officer, some, on="2025-06-02")]
    on = "2025-08-11"
    body = assessment_body({"filing_id": filed["id"], "level": "junior", "held_on": on, "candidates": trainees})
    made, announced = _timed(lambda: assessors.do("POST", "/v1/assessments", on=on, json=body))
    paper = f"/v1/assessments/{made['id']}"
    for some in _some([{"trainee_id": one, "score": 80, "passed": True} for one in trainees]):
        assessors.do("POST", f"{paper}/results:batch", on=on, json={"items": some})
    supervision = {"supervisor": "DD-001", "mode": "online", "report": "全程录像,考评独立进行。"}
    assessors.do("POST", f"{paper}/supervision", on=on, json=supervision)
    assessors.do("POST", f"{paper}:lock", on="2025-08-15", json={})
    minted, issued = _timed(lambda: assessors.do("POST", f"{paper}:issue", on="2025-08-15", json={}))
    assert minted["certificates_issued"] == PEOPLE
    return Issued(made["id"], trainees, announced, issued)


def time_facts(stack: Stack, issued: Issued) -> float:
    """Milliseconds (median) in which evaluation tells another service what its rules ask of all these people."""
    token = Tokens("", "", base64.b64decode(stack.internal_key)).internal_token("subsidy")
    with httpx.Client(base_url=stack.urls["evaluation"], headers={"Authorization": f"Bearer {token}"}, timeout=60) as subsidy:

        def ask() -> int:
            answer = subsidy.post("/internal/v1/certificate-facts", json={"trainee_ids": issued.trainees})
            return len(answer.raise_for_status().json()["certificates"])

        assert ask() == PEOPLE
        return statistics.median(_timed(ask)[1] for _ in range(ROUNDS))


async def time_reading(dsn: str, issued: Issued) -> float:
    """Milliseconds (median) in which their rows are read with asyncpg alone."""
    connection = await asyncpg.connect(dsn)
    try:
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            assert len(await connection.fetch(queries.READ_CERTIFICATES, [UUID(each) for each in issued.trainees])) == PEOPLE
            took.append((time.perf_counter() - began) * 1000)
        return statistics.median(took)
    finally:
        await connection.close()


def _some(items: list[Any]) -> list[list[Any]]:
    return [items[first : first + ITEMS_AT_MOST] for first in range(0, len(items), ITEMS_AT_MOST)]


def _timed(do: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = do()
    return answer, (time.perf_counter() - began) * 1000
