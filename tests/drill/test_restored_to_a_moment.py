"""A system whose machine is lost: restored elsewhere to a moment between two deeds, by the last backup and the archived log. Followers go on, and who reads on."""

import json
import shutil
import time
from pathlib import Path

import pytest

from deploy.backup import back_up
from deploy.demo.main_job import Job
from deploy.postgres import FAST_SETTINGS
from deploy.restore import restore
from deploy.stack import Stack
from shared import clock
from tests import people
from tests.deploy.conftest import workplace  # noqa: F401
from tests.stacks import PATIENT

pytestmark = pytest.mark.drill
ON = "2025-04-01"


def _register(job: Job, numbers: range) -> list[str]:
    return [job.officer.do("POST", "/v1/trainees", on=ON, json=people.trainee(number))["id"] for number in numbers]


def _there(job: Job, ids: list[str]) -> list[str]:
    return [each for each in ids if job.officer.ask("GET", f"/v1/trainees/{each}", on=ON).status_code == 200]


def test_it_has_everything_before_the_moment_and_nothing_after(workplace: Path) -> None:  # noqa: F811
    was, place, wal = workplace / "was", workplace / "place", workplace / "wal"
    with Stack(was, env=PATIENT, wal=wal) as stack, Job(stack.gateway_url) as job:
        before = _register(job, range(10))
        backup, _ = back_up(was, workplace / "backups")
        between = _register(job, range(10, 30))
        time.sleep(1.1)
        moment = clock.now()
        time.sleep(1.1)
        after = _register(job, range(30, 40))
        time.sleep(61)  # the log is archived once a minute at least
        stack.kill("postgres")
    place.mkdir(mode=0o755)
    shutil.copyfile(was / "secrets.json", place / "secrets.json")
    began = time.monotonic()
    proof = restore(backup, place, moment, wal)
    print(f"restored to {moment:%H:%M:%S} in {time.monotonic() - began:.1f} s: {proof.rows_in_all} rows, {sum(proof.seals.values())} seals")
    with Stack(place, env=PATIENT, database_settings=FAST_SETTINGS) as stack, Job(stack.gateway_url) as job:
        assert _there(job, before + between) == before + between
        assert _there(job, after) == []
        _register(job, range(40, 45))
        auditor = job.local("auditor")
        feed = auditor.do("GET", "/v1/changes?limit=200", on=ON)["items"]
        registered = [event["subject"] for event in feed if event["type"] == "trainee.registered"]
        assert registered[:30] == before + between and len(registered) == 35
        verified = auditor.do("GET", "/v1/audit:verify", on=ON)
        assert all(each["check"]["intact"] for each in verified["services"].values()), json.dumps(verified)
