"""A gateway in front of two services that have nothing but a change feed; the other two are away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shared import web
from tests.conftest import Databases, Start, running, settings
from tests.gateway.houses import NOBODY, House

NAMES = ("registry", "subsidy")


@pytest.fixture
async def home(start: Start, databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    async with contextlib.AsyncExitStack() as stack:
        services = {}
        for name in NAMES:
            app = web.create_app(web.Part(name, name, ()), settings(await databases.lend("evaluation"), tmp_path / name))
            services[name] = await stack.enter_async_context(running(app))
        urls: dict[str, Any] = {f"{name}_url": NOBODY for name in ("registry", "subsidy", "evaluation", "eastwest")}
        gateway = await stack.enter_async_context(start("gateway", **urls))
        for service in services.values():
            gateway.knows(service)
        yield House(gateway, services)


Until = Callable[[Callable[[], Awaitable[bool] | bool]], Awaitable[None]]


@pytest.fixture
def until() -> Until:
    """Waits for what the background does, and fails after a while."""

    async def wait(holds: Callable[[], Awaitable[bool] | bool]) -> None:
        async with asyncio.timeout(30):
            while not (held if isinstance(held := holds(), bool) else await held):  # noqa: ASYNC110 (the background says nothing)
                await asyncio.sleep(0.05)

    return wait
