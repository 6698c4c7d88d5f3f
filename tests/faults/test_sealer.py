"""The sealer as a process: killed with -9, also in the middle of a line, it goes on where it stood; a second one waits for its turn."""

import asyncio
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.keeping import SEALER
from shared.sealing import verifying
from tests.conftest import KEYS, Databases
from tests.sealing import KEY, engine_of, lines, write


class Processes:
    """Sealers of one folder."""

    def __init__(self, url: str, folder: Path) -> None:
        self.file, self.running = folder / "evaluation.jsonl", list[subprocess.Popen[bytes]]()
        inherited = {name: value for name, value in os.environ.items() if name != "SEAL_WITNESS_DIR"}
        self._env = inherited | {"SEAL_KEY": KEYS["seal_key"], "SEAL_DIR": str(folder), "SEAL_EVERY_SECONDS": "0.02"}
        self._env["DATABASE_URLS"] = json.dumps({"evaluation": url})

    def start(self, bytes_at_most: int | None = None) -> subprocess.Popen[bytes]:
        """`bytes_at_most`: its files grow no further, as on a full disk; compiled modules, which others use as well, are none of them."""
        env = self._env | ({"PYTHONDONTWRITEBYTECODE": "1"} if bytes_at_most else {})
        made = subprocess.Popen([sys.executable, "-m", "shared.sealing"], env=env, stdout=subprocess.PIPE)
        if bytes_at_most:
            resource.prlimit(made.pid, resource.RLIMIT_FSIZE, (bytes_at_most, bytes_at_most))
        self.running.append(made)
        return made

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.communicate()

    def heads(self) -> int:
        return len([line for line in lines(self.file) if line.endswith(b"\n")]) if self.file.exists() else 0

    def owner(self) -> int:
        lock = self.file.with_name("sealer.lock")
        return int(lock.read_text() or 0) if lock.exists() else 0


@pytest.fixture
async def engines(databases: Databases) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    """The same database, for the service and for the sealer."""
    url = await databases.lend("evaluation")
    made = engine_of(databases.server, url, "evaluation"), engine_of(databases.server, url, SEALER)
    yield made
    for engine in made:
        await engine.dispose()


@pytest.fixture
def processes(engines: tuple[AsyncEngine, AsyncEngine], tmp_path: Path) -> Iterator[Processes]:
    made = Processes(engines[1].url.render_as_string(hide_password=False), tmp_path)
    yield made
    made.end()


def _until(holds: Callable[[], Any], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.01)


async def _verify(engine: AsyncEngine, file: Path) -> verifying.Found:
    return await verifying.verify(verifying.sealed(engine, [KEY.public_key().public_bytes_raw()], {"file": file}))


async def _write_on(engine: AsyncEngine) -> None:
    while True:
        await write(engine, 1)


async def test_a_disk_that_fills_in_the_middle_of_a_line_leaves_nothing_that_the_next_start_does_not_mend(
    engines: tuple[AsyncEngine, AsyncEngine], processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "WRITTEN_WITHIN_SECONDS", 0.0)
    engine = engines[0]
    sealer = processes.start(bytes_at_most=400)  # a line and a half
    for count in (1, 2):
        await write(engine, 1)
        await asyncio.to_thread(_until, lambda count=count: len(_any_lines(processes.file)) == count, sealer)  # type: ignore[misc]
    found = await _verify(engine, processes.file)
    assert found.broken and (found.broken.reason, found.broken.number) == ("head_unfinished", 2)
    sealer.kill()
    sealer.wait()
    sealer = processes.start()
    await asyncio.to_thread(_until, lambda: processes.heads() == 2, sealer)
    assert (await _verify(engine, processes.file)).broken is None


def _any_lines(file: Path) -> list[bytes]:
    return lines(file) if file.exists() else []


async def test_a_second_sealer_waits_and_takes_over_when_the_first_is_gone(
    engines: tuple[AsyncEngine, AsyncEngine], processes: Processes
) -> None:
    first = processes.start()
    await asyncio.to_thread(_until, lambda: processes.owner() == first.pid, first)
    second = processes.start()
    writing = asyncio.create_task(_write_on(engines[0]))
    await asyncio.to_thread(_until, lambda: processes.heads() > 3, first)
    assert processes.owner() == first.pid and second.poll() is None
    first.kill()
    await asyncio.to_thread(_until, lambda: processes.owner() == second.pid, second)
    before = processes.heads()
    await asyncio.to_thread(_until, lambda: processes.heads() > before + 1, second)
    writing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await writing
    assert (await _verify(engines[0], processes.file)).broken is None


async def test_told_to_end_it_ends_though_a_shell_in_the_background_started_it(processes: Processes) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # so a shell starts what it leaves in the background
    sealer = processes.start()
    signal.signal(signal.SIGINT, before)
    await asyncio.to_thread(_until, lambda: processes.owner() == sealer.pid, sealer)
    sealer.terminate()
    assert await asyncio.to_thread(sealer.wait, 60) == 0


def test_a_sealer_without_its_settings_names_them_and_does_not_start() -> None:
    said = subprocess.run([sys.executable, "-m", "shared.sealing"], env={"PATH": os.environ["PATH"]}, capture_output=True, check=False)
    assert said.returncode == 1
    assert {name for name in ("SEAL_KEY", "DATABASE_URLS", "SEAL_DIR") if name.encode() in said.stderr} == {
        "SEAL_KEY",
        "DATABASE_URLS",
        "SEAL_DIR",
    }
