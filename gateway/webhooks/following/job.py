"""Follows the feeds of all services while anyone listens, and makes a delivery for every event and endpoint: none is lost, none is made twice."""

import asyncio
from collections.abc import Mapping
from typing import Any

from gateway.webhooks.deliveries import operations as deliveries
from shared import changes, errors, telemetry, web

LOOK_AGAIN_SECONDS = 1.0
WAIT_SECONDS = 20.0


async def follow_all(kernel: web.Kernel) -> None:
    """For as long as the process lives."""
    await asyncio.gather(*(_follow(kernel, name) for name in kernel.neighbours))


async def _follow(kernel: web.Kernel, name: str) -> None:
    while True:
        try:
            async with kernel.reading() as session:
                listened = await deliveries.anyone_listens(session)
            if listened:
                await follow_once(kernel, name, wait_seconds=WAIT_SECONDS)
                continue
        except Exception as error:  # the service or the database is away: the cursor has not moved, so try again
            telemetry.log.warning("webhooks_cannot_follow", feed=name, error=type(error).__name__)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def follow_once(kernel: web.Kernel, name: str, *, wait_seconds: float = 0) -> int:
    """Takes in one batch of a service's events and answers how many it held."""

    async def fetch(after: str | None, limit: int, wait: float) -> Mapping[str, Any]:
        params: dict[str, Any] = {"limit": limit, "wait": wait} | ({"after": after} if after else {})
        neighbour = kernel.neighbours[name]
        answer = await neighbour.get("/v1/changes", kernel.own_call(), params, timeout_seconds=neighbour.timeout_seconds + wait)
        if answer is None:
            raise errors.UpstreamFailed(f"{name} 服务没有变更事件的接口。")
        found: Mapping[str, Any] = answer
        return found

    return await changes.follow_once(kernel.engine, f"webhooks:{name}", fetch, deliveries.take_in, wait_seconds=wait_seconds)
