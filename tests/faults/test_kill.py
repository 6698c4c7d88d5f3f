"""Whatever is killed, and whenever: what was acknowledged is there afterwards, once."""

import itertools
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from deploy.demo.main_job import Job
from deploy.stack import Stack
from tests import people
from tests.faults.restarting import replaced_under_load

WRITES = 2_000
WRITERS = 8
SECONDS_AT_MOST = 300


@pytest.fixture
def job(stack: Stack) -> Iterator[Job]:
    with Job(stack.gateway_url) as made:
        yield made


def test_every_acknowledged_write_outlives_kill_9_of_each_process_and_of_the_database(stack: Stack, job: Job) -> None:
    before = _registered(job)
    numbers, acknowledged, until = itertools.count(), dict[str, str](), time.monotonic() + SECONDS_AT_MOST

    def write() -> None:
        officer = job.local("officer")
        while (n := next(numbers)) < WRITES:
            body, key = people.trainee(n), str(uuid.uuid4())
            while time.monotonic() < until:
                try:
                    answer = officer.ask("POST", "/v1/trainees", on="2025-04-01", key=key, json=body)
                except httpx.HTTPError:
                    time.sleep(0.05)
                    continue
                if answer.status_code == 201:
                    acknowledged[body["id_number"]] = answer.json()["id"]
                    break
                assert answer.status_code in (401, 409, 500, 502, 503, 504), answer.text
                assert answer.status_code != 500, answer.text
                time.sleep(0.05)

    def destroy() -> None:
        for name in ("registry", "gateway", "postgres", "sealer", "subsidy", "registry", "evaluation", "postgres", "eastwest"):
            time.sleep(0.7)
            if len(acknowledged) >= WRITES:
                break
            stack.kill(name)
            killed.append(name)
            stack.restart(name)

    killed: list[str] = []
    destroyer = threading.Thread(target=destroy)
    with ThreadPoolExecutor(WRITERS) as writers:
        working = [writers.submit(write) for _ in range(WRITERS)]
        destroyer.start()
        for done in working:
            done.result()
    destroyer.join()
    assert {"registry", "gateway", "postgres"} <= set(killed)
    assert len(acknowledged) == WRITES

    officer = job.local("officer")
    known = list(acknowledged)
    for start in range(0, WRITES, 500):
        asked = known[start : start + 500]
        found = officer.do("POST", "/v1/trainees:lookup", on="2025-04-01", json={"id_numbers": asked})["items"]
        assert [item["id"] for item in found] == [acknowledged[number] for number in asked]
    assert _registered(job) == before + WRITES
    checked = _sealed_to_the_end(job)
    assert checked["intact"] is True and checked["services"]["registry"]["check"]["sealed_rows"] >= WRITES


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


def test_a_service_and_the_gateway_are_replaced_under_load_and_no_caller_notices(stack: Stack) -> None:
    seen = replaced_under_load(stack, ("registry", "gateway"))
    assert not seen.failures, f"{len(seen.failures)} of {sum(seen.answered.values())}: {seen.failures[:5]}"
    assert seen.registered
