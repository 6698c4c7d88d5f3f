"""Imports whose process dies or loses its lease, or whose class is closed meanwhile: done again, once, or not at all."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, text, update

from services.registry.imports.job import IMPORTS
from services.registry.imports.tables import Import
from shared.sheet_jobs import running as sheet_job
from tests.conftest import Service
from tests.registry import made
from tests.registry.imports.sending import SHORT, counts, finished, how_many, sent, work_until_idle
from tests.waiting import until

pytestmark = pytest.mark.jobs


async def queued_roster(registry: Service) -> str:
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    return str((await sent(registry.as_("officer", at=made.BEFORE), SHORT, kind="roster", class_id=class_id))["id"])


async def let_the_lease_run_out(registry: Service) -> None:
    async with registry.kernel.writing.begin() as session:
        await session.execute(update(Import).values(leased_until=func.now() - timedelta(seconds=1)))


async def test_an_import_whose_process_dies_over_it_is_done_again_and_takes_effect_once(jobless: Service) -> None:
    import_id = await queued_roster(jobless)
    taken = await sheet_job.take(jobless.kernel, IMPORTS)
    assert taken is not None
    async with jobless.kernel.engine.begin() as connection:  # holds the job up in the middle of its rows
        await connection.execute(text("LOCK TABLE enrolments IN EXCLUSIVE MODE"))
        dying = asyncio.create_task(sheet_job.run(jobless.kernel, IMPORTS, taken))
        await until(lambda: how_many_wait(jobless))
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
    assert await how_many(jobless) == (0, 0)
    assert await sheet_job.take(jobless.kernel, IMPORTS) is None
    await let_the_lease_run_out(jobless)
    await work_until_idle(jobless)
    answer = await finished(jobless.as_("officer"), import_id)
    assert (answer["status"], answer["summary"]) == ("done", counts(30, created=30))
    assert await how_many(jobless) == (30, 30)


async def how_many_wait(registry: Service) -> int:
    async with registry.kernel.reading() as session:
        return await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) or 0


async def test_who_lost_the_lease_keeps_nothing(jobless: Service) -> None:
    import_id = await queued_roster(jobless)
    slow = await sheet_job.take(jobless.kernel, IMPORTS)
    await let_the_lease_run_out(jobless)
    quick = await sheet_job.take(jobless.kernel, IMPORTS)
    assert slow is not None and quick is not None
    await sheet_job.run(jobless.kernel, IMPORTS, slow)
    assert await how_many(jobless) == (0, 0)
    await sheet_job.run(jobless.kernel, IMPORTS, quick)
    assert (await finished(jobless.as_("officer"), import_id))["summary"] == counts(30, created=30)
    trail = (await jobless.as_("auditor").get("/v1/audit", params={"action": "import.done"})).json()["items"]
    assert len(trail) == 1


async def test_an_import_that_kills_three_processes_is_given_up(jobless: Service) -> None:
    import_id = await queued_roster(jobless)
    for _ in range(sheet_job.ATTEMPTS_AT_MOST):
        assert await sheet_job.take(jobless.kernel, IMPORTS) is not None
        await let_the_lease_run_out(jobless)
    await work_until_idle(jobless)
    answer = await finished(jobless.as_("officer"), import_id)
    assert (answer["status"], answer["errors"][0]["code"]) == ("failed", "internal")
    assert await how_many(jobless) == (0, 0)


async def test_a_class_closed_before_the_rows_are_read_fails_the_import(jobless: Service) -> None:
    import_id = await queued_roster(jobless)
    officer = jobless.as_("officer")
    class_id = (await officer.get(f"/v1/imports/{import_id}")).json()["class_id"]
    await made.posted(officer, f"/v1/classes/{class_id}:cancel")
    await work_until_idle(jobless)
    answer = await finished(officer, import_id)
    assert (answer["status"], answer["errors"][0]["code"]) == ("failed", "invalid_state")
