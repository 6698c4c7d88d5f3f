"""Five hundred people placed in Foshan, and the time in which a batch with a fact of each is taken in."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from deploy.demo.foshan import Foshan
from deploy.demo.main_job import Job
from deploy.demo.second_half import ELECTRICIAN, accept, assess, file, lock_and_issue, register, register_people
from tests import people

ITEMS, ROUNDS = 500, 5
ASSESSORS_USCC = "91522601000401031B"
FIRST = 720_000


def time_batches(job: Job) -> tuple[float, datetime]:
    """Milliseconds (median) of a batch, and the moment of the last one."""
    foshan = Foshan(job)
    foshan.place_the_order()
    trainees = register_people(job.officer, [people.trainee(FIRST + n) for n in range(ITEMS)], on="2025-06-02")
    _certify(job, trainees)
    foshan.partner.do("GET", "/v1/orders", on="2025-08-20")  # signed in before the threads need it

    def place(n: int) -> str:
        body = {"order_id": foshan.order_id, "trainee_id": trainees[n]}
        return str(foshan.partner.do("POST", "/v1/placements", on="2025-08-20", json=body)["id"])

    with ThreadPoolExecutor(4) as placing:
        placed = list(placing.map(place, range(ITEMS)))
    _send(foshan, placed, "started", "2025-08-31", [])
    took = []
    for day in range(1, ROUNDS + 1):
        proof = [{"grade": "C", "covers_from_on": "2025-08-31", "covers_to_on": f"2025-09-{day:02d}", "ref": "盖章工资表"}]
        milliseconds, moment = _send(foshan, placed, "present", f"2025-09-{day:02d}", proof)
        took.append(milliseconds)
    return statistics.median(took), moment


def _send(foshan: Foshan, placed: list[str], kind: str, on: str, evidence: list[dict[str, str]]) -> tuple[float, datetime]:
    """Milliseconds, and the moment by which what the batch left is found."""
    items = [
        {"placement_id": one, "external_ref": f"{kind}-{on}-{n}", "kind": kind, "effective_on": on, "evidence": evidence}
        for n, one in enumerate(placed)
    ]
    began = time.perf_counter()
    answer = foshan.partner.do("POST", "/v1/placement-updates:batch", on=on, json={"mode": "commit", "atomic": "all", "items": items})
    milliseconds = (time.perf_counter() - began) * 1000
    assert answer["summary"]["created"] == ITEMS
    return milliseconds, datetime.fromisoformat(answer["items"][0]["receipt"]["received_at"])


def _certify(job: Job, trainees: list[str]) -> None:
    _, assessors = register(job, "黔东南州某技能评价中心", ASSESSORS_USCC, "assessment_organisation")
    filed = file(assessors, [{"occupation_code": ELECTRICIAN, "levels": ["junior"]}], on="2025-03-03")
    accept(job, filed["id"], [{"occupation_code": ELECTRICIAN, "level": "junior", "decision": "granted"}])
    body = {"filing_id": filed["id"], "level": "junior", "held_on": "2025-08-11", "candidates": trainees}
    assessment_id = assess(assessors, body, passed=len(trainees))
    supervision = {"supervisor": "DD-001", "mode": "online", "report": "全程录像,考评独立进行。"}
    assessors.do("POST", f"/v1/assessments/{assessment_id}/supervision", on="2025-08-11", json=supervision)
    lock_and_issue(assessors, assessment_id, on="2025-08-15")
