"""Follows the feeds of all services while anyone listens, and makes a delivery for every event and endpoint: none is lost, none is made twice."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.webhooks.deliveries import operations as deliveries
from shared import changes, following, telemetry, web

LOOK_AGAIN_SECONDS = 1.0
WAIT_SECONDS = 20.0


async def follow_all(kernel: web.Kernel) -> None:
    """For as long as the process lives."""
    listened = asyncio.Event()
    await asyncio.gather(_look(kernel, listened), *(_follow(kernel, name, listened) for name in kernel.neighbours))


async def _look(kernel: web.Kernel, listened: asyncio.Event) -> None:
    """Whether anyone listens, for all feeds together."""
    while True:
        try:
            async with kernel.reading() as session:
                anyone = await deliveries.anyone_listens(session)
            listened.set() if anyone else listened.clear()
        except Exception as error:  # the database is away: what was known stays so
            telemetry.log.warning("webhooks_cannot_look", error=type(error).__name__)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _follow(kernel: web.Kernel, name: str, listened: asyncio.Event) -> None:
    while True:
        await listened.wait()
        try:
            await follow_once(kernel, name, wait_seconds=WAIT_SECONDS)
        except Exception as error:  # the service or the database is away: the cursor has not moved, so try again
            telemetry.log.warning("webhooks_cannot_follow", feed=name, error=type(error).__name__)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def follow_once(kernel: web.Kernel, name: str, *, wait_seconds: float = 0) -> int:
    """Takes in one batch of a service's events and answers how many it held. Who is told of them is asked before the transaction that makes it so."""
    feed, told = following.feed_of(kernel.neighbours[name], kernel.own_call), dict[UUID, list[UUID]]()

    async def fetch(after: str | None, limit: int, wait: float) -> Mapping[str, Any]:
        batch = changes.Feed.model_validate(await feed(after, limit, wait))
        if batch.items:
            async with kernel.reading() as session:
                told.update(await deliveries.wanted_by(session, kernel, name, batch.items))
        return batch.model_dump()

    async def take_in(session: AsyncSession, event: changes.Event) -> None:
        await deliveries.make(session, event, told.get(event.id, ()))

    return await following.follow_once(kernel.engine, f"webhooks:{name}", fetch, following.one_by_one(take_in), wait_seconds=wait_seconds)
