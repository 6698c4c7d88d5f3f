"""Large sheets are read in a process beside their service: killed over one, it takes effect once, and nobody is left behind."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import asyncpg
import httpx
import psutil
import pytest

from deploy.demo.main_job import Job
from deploy.stack import Stack
from shared.sheets import Table, write_book
from tests import people

PATIENCE_SECONDS = 300  # on a machine that does other work as well


@pytest.fixture
def officer(stack: Stack) -> Iterator[Any]:
    with Job(stack.gateway_url, patience_seconds=PATIENCE_SECONDS) as job:
        yield job.local("officer")


async def test_a_sheet_over_which_its_service_is_killed_takes_effect_once_and_its_reader_ends(stack: Stack, officer: Any) -> None:
    async with nobody_registers(stack):
        import_id = bring(officer, 1_200)
        reader = who_reads(stack, officer, import_id)
        stack.kill("registry")
        until(lambda: ended(reader))
    stack.restart("registry")
    await let_the_lease_run_out(stack)
    until(lambda: look(officer, import_id)["status"] == "done")
    assert look(officer, import_id)["summary"] == {"rows": 1_200, "created": 1_200, "updated": 0, "unchanged": 0, "rejected": 0}


@contextlib.asynccontextmanager
async def nobody_registers(stack: Stack) -> AsyncIterator[None]:
    """Meanwhile nothing is written of people: a sheet stays in its midst, however fast the machine is."""
    inside = await asyncpg.connect(stack.database_url("registry").replace("+asyncpg", ""))
    async with inside.transaction():
        await inside.execute("LOCK TABLE trainees IN SHARE MODE")
        yield
    await inside.close()


def bring(officer: Any, rows: int, first: int = 4_000_000) -> str:
    header = ("姓名", "身份证号码", "户籍所在乡镇")
    listed = [(people.name(n), people.id_number(n), "三棵树镇") for n in range(first, first + rows)]
    form, files = {"kind": "trainees"}, {"file": ("学员.xlsx", write_book([Table("学员", header, listed)]))}
    return str(officer.do("POST", "/v1/imports", on="2025-04-01", data=form, files=files)["id"])


def look(officer: Any, import_id: str) -> Any:
    return officer.do("GET", f"/v1/imports/{import_id}", on="2025-04-01")


def who_reads(stack: Stack, officer: Any, import_id: str) -> psutil.Process:
    """The process, in the middle of the sheet."""
    until(lambda: look(officer, import_id)["progress"]["total"])
    [reader] = readers(stack)
    assert look(officer, import_id)["status"] == "running"
    return reader


def ended(reader: psutil.Process) -> bool:
    return not reader.is_running() or reader.status() == psutil.STATUS_ZOMBIE


def readers(stack: Stack) -> list[psutil.Process]:
    return [each for each in psutil.Process(stack.pids["registry"]).children() if "shared.sheet_jobs.beside" in each.cmdline()]


async def let_the_lease_run_out(stack: Stack) -> None:
    inside = await asyncpg.connect(stack.database_url("registry").replace("+asyncpg", ""))
    await inside.execute("UPDATE imports SET leased_until = now() - interval '1 second' WHERE status = 'running'")
    await inside.close()


def until(holds: Callable[[], Any]) -> None:
    patience_ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if holds():
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < patience_ends
        time.sleep(0.02)
