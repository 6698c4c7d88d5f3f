"""The job of a service that sees to its sheets, and the process beside it in which the large ones are read and kept: a roster of thousands takes the
processor for seconds, and whoever calls the service meanwhile shall not notice. It is started when such a sheet waits, ends when none has come for five
minutes, and with the service however that ends.
"""

import asyncio
import contextlib
import gc
import importlib
import os
import pickle
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from shared import telemetry, web, wire
from shared.settings import Settings
from shared.sheet_jobs import running
from shared.sheet_jobs.running import Intake
from shared.web import Kernel, kernel

LOOK_AGAIN_SECONDS: Final = 1.0
SMALL_BYTES: Final = 16 * 1024  # the roster of a class: read at once, and before the process beside had begun
IDLE_SECONDS: Final = 300.0
IDLE_LOOK_SECONDS: Final = 0.1
INTERPRETER_FOR_SECONDS: Final = 0.001
CONNECTIONS: Final = 2  # the rows', and one for the lease and the progress
YIELDS: Final = 1  # whoever calls comes first (nice)
RUBBISH_AFTER: Final = (
    20_000,
    20,
    50,
)  # rows are many objects and no rubbish: looked for as often as by itself, it takes a twelfth of a sheet's time


async def work(of_service: Kernel, of: Intake[Any]) -> None:
    """Runs as long as the service lives. What it does with sheets itself it does in threads: whoever calls gets the interpreter back within a millisecond
    instead of five."""
    sys.setswitchinterval(INTERPRETER_FOR_SECONDS)
    if of_service.settings.sheets_beside:
        await asyncio.gather(_keep_reading(of_service, of, SMALL_BYTES), _keep_reader(of_service, of))
    else:
        await _keep_reading(of_service, of, None)


async def _keep_reading(of_service: Kernel, of: Intake[Any], at_most_bytes: int | None) -> None:
    while True:
        bell = running.bell(of_service)
        with _looking_again():
            await running.read_all(of_service, of, at_most_bytes)
        await _rung(bell)


async def _keep_reader(of_service: Kernel, of: Intake[Any]) -> None:
    large = select(of.table.id).where(running.waiting(of.table), func.length(of.table.content) > SMALL_BYTES).limit(1)
    while True:
        bell = running.bell(of_service)
        with _looking_again():
            async with of_service.reading() as session:
                waits = await session.scalar(large) is not None
            if waits:
                await _read_beside(of_service, of)
        await _rung(bell)


async def _rung(bell: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), LOOK_AGAIN_SECONDS)


@contextlib.contextmanager
def _looking_again() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the database is away, or the process came to grief
        telemetry.log.warning("import_job", error=type(error).__name__)


async def _read_beside(of_service: Kernel, of: Intake[Any]) -> None:
    """Starts the process, and stays until it has ended. Raises RuntimeError when it failed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shared.sheet_jobs.beside"),
        stdin=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    assert child.stdin
    try:
        child.stdin.write(pickle.dumps((of_service.service, of_service.settings, of)))
        await child.stdin.drain()
        if failed := await child.wait():
            raise RuntimeError(f"ended with {failed}")
    finally:
        child.stdin.close()
        await child.wait()


def main() -> None:
    service, settings, of = pickle.load(sys.stdin.buffer)  # written by the lines above, in our own service
    threading.Thread(target=_end_with_the_service, daemon=True).start()
    os.nice(YIELDS)
    gc.disable()  # as when a service starts: what it is made of stays
    web.Router.answers = False
    wire.built_when_used()
    importlib.import_module(of.app)  # puts the service's parts together
    telemetry.configure(service, settings.log_level)
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RUBBISH_AFTER)
    asyncio.run(_read_until_idle(service, settings.model_copy(update={"database_connections": CONNECTIONS}), of))


def _end_with_the_service() -> None:
    """Its end of the pipe is closed when it ends, also by kill -9. What was being read is taken up again when its lease has run out."""
    sys.stdin.buffer.read()
    os._exit(0)


async def _read_until_idle(service: str, settings: Settings, of: Intake[Any]) -> None:
    made = kernel.build(service, settings)
    beating = asyncio.create_task(made.pulse.keep_beating())
    try:
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < IDLE_SECONDS:
            if await running.read_all(made, of):
                idle_since = time.monotonic()
            await asyncio.sleep(IDLE_LOOK_SECONDS)
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await made.close()


if __name__ == "__main__":
    main()
