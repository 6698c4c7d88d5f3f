"""A process that is told to end ends."""

import asyncio
import contextlib
from pathlib import Path

from shared.web import Part, create_app
from tests.conftest import Databases, running, settings


async def test_a_process_ends_though_its_work_did_not_hear_it_the_first_time(databases: Databases, tmp_path: Path) -> None:
    async def job(_: object) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # as a call does that fails just then
            begun.set()
            await asyncio.Event().wait()
        again.append("worked on")
        await asyncio.Event().wait()

    begun, again = asyncio.Event(), list[str]()
    part = Part("papers", "Papers", [], jobs=[job])
    async with asyncio.timeout(20):
        async with running(create_app(part, settings(await databases.lend("evaluation"), tmp_path))):
            await begun.wait()
    assert again == ["worked on"]
