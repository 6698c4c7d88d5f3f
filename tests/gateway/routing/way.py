"""A gateway on a port, and behind it one service that does as it is told, one that nobody answers for, and one that does not pick up."""

import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.conftest import Service, Start
from tests.gateway.houses import NOBODY
from tests.gateway.routing.upstream import Upstream, free_port, serving


@dataclass
class Way:
    """A gateway on a port, and the one service it knows behind it."""

    gateway: Service
    upstream: Upstream
    client: httpx.AsyncClient


@contextlib.asynccontextmanager
async def silent() -> AsyncIterator[str]:
    """A port whose queue of callers is full: nobody picks up, nobody refuses."""
    with socket.socket() as listening, contextlib.ExitStack() as callers:
        port = free_port()
        listening.bind(("127.0.0.1", port))
        listening.listen(0)
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                caller.connect(("127.0.0.1", port))
        yield f"http://127.0.0.1:{port}"


@contextlib.asynccontextmanager
async def a_way(start: Start, **changed: Any) -> AsyncIterator[Way]:
    upstream = Upstream()
    patient = {"neighbour_connect_seconds": 20, "deadline_seconds": 20}
    async with (
        serving(upstream) as url,
        silent() as silence,
        start("gateway", **{"subsidy_url": url, "registry_url": NOBODY, "evaluation_url": silence} | patient | changed) as gateway,
        serving(gateway.app) as address,
        httpx.AsyncClient(base_url=address, timeout=30) as client,
    ):
        yield Way(gateway, upstream, client)
