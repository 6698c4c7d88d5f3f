"""Five hundred people placed in Foshan, and the time in which a batch with a fact of each is taken in."""

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from deploy.demo.foshan import Foshan
from deploy.demo.main_job import Job

ITEMS, ROUNDS = 500, 5


def time_batches(job: Job, trainees: Sequence[str]) -> tuple[float, datetime]:
    """Milliseconds (median) of a batch, and the moment of the last one. `trainees`: certified, and at least as many."""
    foshan = Foshan(job)
    foshan.place_the_order()
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
