"""A second database server that really follows the first: figures come from it, whatever is asked afresh or decides does not, and nobody notices when it is late or gone."""

import asyncio
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import asyncpg
import httpx
import psutil
import pytest
from sqlalchemy import make_url

from deploy.places import throwaway_folder
from deploy.postgres import FAST_SETTINGS, Server, postgres
from tests.conftest import Databases, Service, Start

pytestmark = pytest.mark.drill
FUND = {"name": "就业补助资金", "source": "employment_subsidy", "year": 2025, "total": "100.00"}
FIGURES, FRESH = "/v1/statistics/funds", {"Cache-Control": "no-cache"}


def copy_of(first: Server) -> Callable[[Server], None]:
    def make(server: Server) -> None:
        unfinished = server.directory / "new"
        program = server._programs / "bin/pg_basebackup"
        subprocess.run([program, "-d", first.dsn(), "-D", unfinished, "-R", "-X", "stream", "--checkpoint=fast"], check=True)
        server.keep_password(first.password)
        server.own(unfinished)
        unfinished.rename(server.data)

    return make


@contextmanager
def following(first: Server) -> Iterator[Server]:
    with throwaway_folder("kaili-pg-", quick=True) as folder, postgres(folder, FAST_SETTINGS, copy_of(first)) as server:
        yield server


def _halt(server: Server, sent: signal.Signals) -> None:
    """The server with every process of its own, as when its machine hangs; or on again."""
    for each in (psutil.Process(server.pid), *psutil.Process(server.pid).children()):
        each.send_signal(sent)


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            if so():
                return
            await asyncio.sleep(0.05)


async def _add(finance: httpx.AsyncClient, number: int) -> None:
    made = await finance.post("/v1/funds", json=FUND | {"name": f"资金 {number}"}, headers={"Idempotency-Key": f"fund-{number}"})
    assert made.status_code == 201, made.text


async def _asked(service: Service, finance: httpx.AsyncClient, path: str = FIGURES, **headers: str) -> tuple[int, bool]:
    """How many funds the answer knows, and whether the first server was asked."""
    with service.statements() as asked:
        answer = await finance.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return sum(each.get("funds", 1) for each in answer.json()["items"]), bool(asked)


async def test_figures_come_from_it_while_it_keeps_up_and_from_the_first_else(start: Start, databases: Databases, server: Server) -> None:
    url = await databases.lend("subsidy")
    with following(server) as second:
        at = make_url(url)
        elsewhere = second.url(str(at.database), str(at.username), at.password)
        async with start("subsidy", url=url, read_database_url=elsewhere) as subsidy:
            replica, finance = subsidy.kernel.replica, subsidy.as_("finance")
            await _add(finance, 1)
            await _until(lambda: replica.opened is not None)
            assert await _asked(subsidy, finance, **FRESH) == (1, True)
            assert (await _asked(subsidy, finance))[1] is False
            assert await _asked(subsidy, finance, "/v1/funds") == (1, True)

            admin = await asyncpg.connect(second.dsn())
            await admin.execute("SELECT pg_wal_replay_pause()")
            await _add(finance, 2)
            assert await _asked(subsidy, finance) in [(1, False), (2, True)]
            await _until(lambda: replica.opened is None)
            assert await _asked(subsidy, finance) == (2, True)
            await admin.execute("SELECT pg_wal_replay_resume()")
            await admin.close()
            await _until(lambda: replica.opened is not None)
            assert await _asked(subsidy, finance) == (2, False)

            _halt(second, signal.SIGSTOP)
            assert await _asked(subsidy, finance) == (2, True)
            _halt(second, signal.SIGCONT)
            await _until(lambda: replica.opened is not None)
            second.kill(signal.SIGKILL)
            assert await _asked(subsidy, finance) == (2, True)


async def test_whoever_follows_nobody_is_not_read(start: Start, databases: Databases, server: Server) -> None:
    url = await databases.lend("subsidy")
    for wrong in (url, url.replace("host=", "host=/nowhere")):
        async with start("subsidy", url=url, read_database_url=wrong) as subsidy:
            await asyncio.sleep(0)
            finance = subsidy.as_("finance")
            assert (await _asked(subsidy, finance))[1] is True
            assert subsidy.kernel.replica.opened is None
