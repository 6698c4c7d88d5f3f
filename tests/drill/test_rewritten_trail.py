"""The whole system writes its trail while the sealer and the database are killed again and again; nothing is missing afterwards, and then it is rewritten by
one who may do everything in the database and in the file, and only the witness is left to say so."""

import asyncio
import itertools
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.demo.main_job import Job
from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack
from tests import people

pytestmark = pytest.mark.drill

KILLS = ("sealer", "sealer", "postgres", "sealer", "registry", "sealer", "postgres", "sealer")
SECONDS_BETWEEN = 1.5


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    witness = tmp_path / "witness"
    witness.mkdir()
    with Stack(database_settings=FAST_SETTINGS, env={"SEAL_WITNESS_DIR": str(witness)}) as running:
        yield running


def test_what_is_killed_leaves_the_trail_whole_and_what_is_rewritten_is_found(stack: Stack, tmp_path: Path) -> None:
    over = threading.Event()
    with Job(stack.gateway_url) as job:
        writing = threading.Thread(target=_write_on, args=(job, over))
        writing.start()
        for name in KILLS:
            time.sleep(SECONDS_BETWEEN)
            stack.kill(name)
            stack.restart(name)
        over.set()
        writing.join()
        checked = _sealed_to_the_end(job)
        assert checked["intact"] is True and checked["services"]["registry"]["check"]["seals"] > len(KILLS)
        assert [copy["name"] for copy in checked["services"]["registry"]["check"]["copies"]] == ["file", "witness"]
        assert stack.dead() == []
        _cut_off_the_end(stack)
        checked = _verify(job)
    found = checked["services"]["registry"]["check"]
    assert checked["intact"] is False and found["reason"] == "seal_missing"
    assert {copy["name"]: copy["intact"] for copy in found["copies"]} == {"file": True, "witness": False}


def _write_on(job: Job, over: threading.Event) -> None:
    officer = job.local("officer")
    for n in itertools.takewhile(lambda _: not over.is_set(), itertools.count()):
        try:
            officer.ask("POST", "/v1/trainees", on="2025-04-01", key=str(uuid.uuid4()), json=people.trainee(n))
        except httpx.HTTPError:
            time.sleep(0.05)


def _verify(job: Job) -> Any:
    return job.local("auditor").do("GET", "/v1/audit:verify", on="2025-04-01")


def _sealed_to_the_end(job: Job) -> Any:
    until = time.monotonic() + 60
    while True:
        checked = _verify(job)
        checks = [service["check"] for service in checked["services"].values()]
        if checked["complete"] and not any(check["unsealed_rows"] for check in checks):
            return checked
        assert time.monotonic() < until, checked
        time.sleep(0.2)


def _cut_off_the_end(stack: Stack) -> None:
    """The last seal goes, its rows go, its line in the file goes, while the sealer is stopped."""
    stack.kill("sealer")

    async def cut() -> None:
        assert stack.server
        inside = await asyncpg.connect(stack.server.dsn("registry"))
        await inside.execute("SET session_replication_role = replica")
        end = "SELECT through_transaction, through_id FROM audit_seals ORDER BY number DESC OFFSET 1 LIMIT 1"
        await inside.execute(f"DELETE FROM audit WHERE (transaction_id, id) > ({end})")
        await inside.execute("DELETE FROM audit_seals WHERE number = (SELECT max(number) FROM audit_seals)")
        await inside.close()

    asyncio.run(cut())
    file = stack.var / "seals/registry.jsonl"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
