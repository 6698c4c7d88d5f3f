"""The fuzzed sheets of the checks, some thousands of them; and the process in which sheets are read, killed and told to end."""

import asyncio
import random

import pytest

from deploy.demo.main_job import Job
from shared.sheets import SheetError
from tests.conftest import Service
from tests.faults import test_sheets_beside as beside
from tests.registry.imports.conftest import jobless
from tests.registry.imports.test_fuzzed import READERS, made_at, open_or_none, through_the_job
from tests.stacks import patient

__all__ = ["jobless"]
pytestmark = pytest.mark.drill
BOOKS, JOBS = 3_000, 60


def test_thousands_of_books_at_random_are_read_or_refused() -> None:
    read = refused = 0
    for seed in range(1_000, 1_000 + BOOKS):
        book = open_or_none(made_at(random.Random(seed)))
        for reader in READERS.values() if book else ():
            try:
                reading = reader(book)
            except SheetError:
                refused += 1
                continue
            assert len(reading.rows) <= reading.total <= len(reading.rows) + len(reading.faults), seed
            read += 1
    assert read > BOOKS / 2
    assert refused > BOOKS / 2


async def test_hundreds_of_sheets_at_random_go_through_the_whole_job(jobless: Service) -> None:
    became = await through_the_job(jobless, range(1_000, 1_000 + JOBS))
    assert min(became[each] for each in ("created", "updated", "unchanged", "rejected", "failed")) > 0


def test_a_reader_that_is_killed_is_followed_by_another_and_ends_with_its_service() -> None:
    rows = 3_000
    with patient() as stack, Job(stack.gateway_url, patience_seconds=beside.PATIENCE_SECONDS) as job:
        officer = job.local("officer")
        first = beside.bring(officer, rows)
        killed = beside.who_reads(stack, officer, first)
        killed.kill()
        asyncio.run(beside.let_the_lease_run_out(stack))
        beside.until(lambda: beside.look(officer, first)["status"] == "done")
        assert beside.look(officer, first)["summary"]["created"] == rows
        [another] = beside.readers(stack)
        assert another.pid != killed.pid
        second = beside.bring(officer, rows)
        assert beside.who_reads(stack, officer, second).pid == another.pid
        stack.restart("registry")  # told to end, it takes the reader with it
        beside.until(lambda: beside.ended(another))
        asyncio.run(beside.let_the_lease_run_out(stack))
        beside.until(lambda: beside.look(officer, second)["status"] == "done")
        assert beside.look(officer, second)["summary"]["unchanged"] == rows
