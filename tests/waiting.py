"""Waiting for what happens beside a test: as short as it takes, as long as a machine that does other work as well may need."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

SECONDS_AT_MOST = 60
Found = TypeVar("Found")


async def until(holds: Callable[[], Awaitable[Found] | Found]) -> Found:
    """What it says as soon as that is something."""
    async with asyncio.timeout(SECONDS_AT_MOST):
        while True:
            said = holds()
            if found := await said if inspect.isawaitable(said) else said:
                return found
            await asyncio.sleep(0.02)
