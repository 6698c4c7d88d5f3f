"""Whatever is killed, and whenever: what was acknowledged is there afterwards, once."""

import itertools
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from deploy.demo.main_job import Job
from deploy.stack import Stack
from tests import people

KILLED = ("registry", "gateway", "postgres", "sealer", "subsidy", "registry", "evaluation", "postgres", "eastwest")
SECONDS_AT_MOST = 300


def every_write_outlives_the_kills(stack: Stack, job: Job, *, writers: int, at_least: int, pause_seconds: float = 0) -> int:
    """How many people were registered while each process and the database were killed, `at_least` so many: each is found, once, and sealed."""
    before = _registered(job)
    numbers, acknowledged, until = itertools.count(), dict[str, str](), time.monotonic() + SECONDS_AT_MOST
    killed = threading.Event()

    def write() -> None:
        officer = job.local("officer")
        while not killed.is_set() or len(acknowledged) < at_least:
            body, key = people.trainee(next(numbers)), str(uuid.uuid4())
            while time.monotonic() < until:
                try:
                    answer = officer.ask("POST", "/v1/trainees", on="2025-04-01", key=key, json=body)
                except httpx.HTTPError:
                    time.sleep(0.05)
                    continue
                if answer.status_code == 201:
                    acknowledged[body["id_number"]] = answer.json()["id"]
                    break
                assert answer.status_code in (401, 409, 502, 503, 504), answer.text
                time.sleep(0.05)
            else:
                raise TimeoutError(f"{len(acknowledged)} writes in {SECONDS_AT_MOST} s")
            time.sleep(pause_seconds)

    def destroy() -> None:
        try:
            for name in KILLED:
                time.sleep(0.7)
                stack.kill(name)
                stack.restart(name)
        finally:
            killed.set()

    with ThreadPoolExecutor(writers + 1) as working:
        for done in [working.submit(destroy), *(working.submit(write) for _ in range(writers))]:
            done.result()

    officer = job.local("officer")
    known = list(acknowledged)
    for asked in (known[start : start + 500] for start in range(0, len(known), 500)):
        found = officer.do("POST", "/v1/trainees:lookup", on="2025-04-01", json={"id_numbers": asked})["items"]
        assert [item["id"] for item in found] == [acknowledged[number] for number in asked]
    assert _registered(job) == before + len(acknowledged) >= at_least
    checked = _sealed_to_the_end(job)
    assert checked["intact"] is True and checked["services"]["registry"]["check"]["sealed_rows"] >= len(acknowledged)
    return len(acknowledged)


def _registered(job: Job) -> int:
    total: int = job.local("officer").do("GET", "/v1/trainees?limit=1&include_total=true", on="2025-04-01")["total"]
    return total


def _sealed_to_the_end(job: Job) -> Any:
    """The trails as they are verified once the sealer has caught up."""
    until = time.monotonic() + SECONDS_AT_MOST
    while True:
        checked = job.local("auditor").do("GET", "/v1/audit:verify", on="2025-04-01")
        if checked["complete"] and checked["services"]["registry"]["check"]["unsealed_rows"] == 0:
            return checked
        assert time.monotonic() < until, checked
        time.sleep(0.2)
