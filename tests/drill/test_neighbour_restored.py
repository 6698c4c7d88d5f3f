"""One service's database is restored to an earlier moment while the others are left as they are: every service that follows it goes back to where both agree,
lets go of what was lost, and at the end knows what a recount of that service's own tables finds."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from deploy.databases import run_aside
from deploy.demo.main_job import Job
from deploy.demo.second_half import SecondHalf
from deploy.stack import Stack
from tests.stacks import forked

pytestmark = pytest.mark.drill
ON = "2025-06-02"
SECONDS_AT_MOST = 60
FOLLOWERS = (("registry", "subsidy"), ("evaluation", "eastwest", "subsidy"))


def test_who_follows_a_restored_service_knows_what_a_recount_finds() -> None:
    with forked() as stack, Job(stack.gateway_url) as job:
        half = SecondHalf(job)
        half.register_the_enterprise()
        half.file_for_self_assessment()
        half.accept_the_filing()
        half.train_the_workers()
        half.assess_the_workers()
        half.supervise("DD-001")
        first, *_ = half.lock_and_issue()
        _until(lambda: _agree(stack))
        copies = [_copied(stack, each) for each in ("evaluation", "registry")]
        known = _known(stack)
        half.revoke(first["id"])
        half.register_an_outside_certificate()
        old, into = half.workers[-2:]
        job.officer.act(f"/v1/trainees/{old}", "merge", {"into": into}, on=ON)
        _until(lambda: _agree(stack) and _known(stack) != known)
        for each, copy, followers in zip(("evaluation", "registry"), copies, FOLLOWERS, strict=True):
            began = time.monotonic()
            _restored(stack, each, copy)
            _until(lambda: _agree(stack))
            for follower in followers:
                ready = job.officer.http.get(f"{stack.urls[follower]}/readyz").json()["checks"]["followed"]
                assert each in ready.get("went_back", {}), (follower, ready)
            print(f"{each} put back: who follows it agrees with a recount {time.monotonic() - began:.1f} s after that began")
        assert _known(stack) == known
        half.register_an_outside_certificate()  # and what happens from now on is followed as ever
        _until(lambda: _agree(stack) and _known(stack) != known)


def _agree(stack: Stack) -> bool:
    return all(kept == counted for kept, counted in _known(stack).values())


def _known(stack: Stack) -> dict[str, tuple[Any, Any]]:
    """What each follower keeps of its neighbour, and what that one's tables say."""
    certificates = _rows(stack, "evaluation", "SELECT id, (revoked_on IS NOT NULL) AS revoked FROM certificates ORDER BY id")
    merged = _rows(stack, "registry", "SELECT id, merged_into FROM trainees WHERE merged_into IS NOT NULL ORDER BY id")
    kept = "SELECT id, kept_id FROM merged_trainees ORDER BY id"
    return {
        "registry": (
            _rows(stack, "registry", "SELECT id, (revoked_on IS NOT NULL) AS revoked FROM known_certificates ORDER BY id"),
            certificates,
        ),
        **{each: (_rows(stack, each, kept), merged) for each in ("evaluation", "eastwest", "subsidy")},
    }


def _rows(stack: Stack, service: str, asked: str) -> list[tuple[Any, ...]]:
    async def ask() -> list[tuple[Any, ...]]:
        assert stack.server is not None
        connection = await asyncpg.connect(stack.server.dsn(service))
        try:
            return [tuple(row) for row in await connection.fetch(asked)]
        finally:
            await connection.close()

    return run_aside(ask())


def _copied(stack: Stack, service: str) -> str:
    """Its database as it is now, kept under another name."""
    _ended(stack, service)
    _admin(stack, f"CREATE DATABASE {service}_then TEMPLATE {service}")
    _started(stack, service)
    return f"{service}_then"


def _restored(stack: Stack, service: str, copy: str) -> None:
    _ended(stack, service)
    _admin(stack, f"DROP DATABASE {service} WITH (FORCE)", f"ALTER DATABASE {copy} RENAME TO {service}")
    _started(stack, service)


def _ended(stack: Stack, service: str) -> None:
    for each in (service, "sealer"):
        stack.kill(each)


def _started(stack: Stack, service: str) -> None:
    stack.start(service)
    stack.start("sealer", wait=False)


def _admin(stack: Stack, *statements: str) -> None:
    async def run() -> None:
        assert stack.server is not None
        connection = await asyncpg.connect(stack.server.dsn())
        try:
            for each in statements:
                for _ in range(50):
                    try:
                        await connection.execute(each)
                        break
                    except asyncpg.ObjectInUseError:
                        await asyncio.sleep(0.1)
        finally:
            await connection.close()

    run_aside(run())


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_AT_MOST
    while not holds():
        assert time.monotonic() < deadline, "the followers never agreed"
        time.sleep(0.2)
