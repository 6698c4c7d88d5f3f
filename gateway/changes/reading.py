"""The change feeds of all services as one: each in its own commit order, without gaps; events of different services lie about by time.

The position is one for each service, packed into one opaque text, so a service that is away holds up nobody and loses nothing.
"""

import asyncio
import base64
import binascii
import heapq
import itertools
import re
import time
from collections.abc import Mapping
from typing import Any

import orjson

from shared import access, changes, errors, web

_POSITION = re.compile(r"\d{1,19}-\d{1,19}\Z")


class MergedFeed(changes.Feed):
    """`complete` is false while a service does not answer: its events follow when it is back."""

    complete: bool


async def read(kernel: web.Kernel, call: access.Call, after: str | None, limit: int, wait_seconds: float) -> MergedFeed:
    """Events after a position, waiting up to `wait_seconds` when there is none yet."""
    positions, until = unpack(after, [*kernel.neighbours, kernel.service]), time.monotonic() + wait_seconds
    found = await _all(kernel, call, positions, limit)
    if wait_seconds and not any(feed.items for feed in found.values() if feed):
        found |= await _first(kernel, call, positions, limit, until)
    by_service = ([(name, event) for event in feed.items] for name, feed in found.items() if feed)
    merged = heapq.merge(*by_service, key=lambda named: named[1].id)  # a UUIDv7: about by time
    given = list(itertools.islice(merged, limit))
    positions |= {name: event.sequence for name, event in given}
    return MergedFeed(items=[event for _, event in given], next=pack(positions), complete=all(found.values()))


async def _one(kernel: web.Kernel, call: access.Call, name: str, after: str | None, limit: int, wait_seconds: float) -> changes.Feed | None:
    """One service's events; None when it does not answer."""
    try:
        if name == kernel.service:
            async with kernel.reading() as session:
                return await changes.read(session, name, after, limit, wait_seconds, kernel.stopping)
        params: dict[str, Any] = {"limit": limit, "wait": wait_seconds} | ({"after": after} if after else {})
        neighbour = kernel.neighbours[name]
        return changes.Feed.model_validate(
            await neighbour.get("/v1/changes", call.patient(wait_seconds), params, timeout_seconds=neighbour.timeout_seconds + wait_seconds)
        )
    except errors.Problem:
        return None


async def _all(kernel: web.Kernel, call: access.Call, positions: Mapping[str, str], limit: int) -> dict[str, changes.Feed | None]:
    names = [*kernel.neighbours, kernel.service]
    return dict(zip(names, await asyncio.gather(*(_one(kernel, call, name, positions.get(name), limit, 0) for name in names)), strict=True))


async def _first(
    kernel: web.Kernel, call: access.Call, positions: Mapping[str, str], limit: int, until: float
) -> dict[str, changes.Feed | None]:
    """Waits at every service at once, and leaves with what the first one has."""
    left = max(0.0, until - time.monotonic())
    waiting = {
        asyncio.ensure_future(_one(kernel, call, name, positions.get(name), limit, left)): name
        for name in [*kernel.neighbours, kernel.service]
    }
    pending, found = set(waiting), dict[str, changes.Feed | None]()
    try:
        while pending and not kernel.stopping.is_set() and not any(feed.items for feed in found.values() if feed):
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            found |= {waiting[task]: task.result() for task in done}
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
    return found


def pack(positions: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(positions, option=orjson.OPT_SORT_KEYS)).decode().rstrip("=")


def unpack(after: str | None, services: list[str]) -> dict[str, str]:
    """The positions in an `after`; `InvalidCursor` unless it is one that `pack` made."""
    if after is None:
        return {}
    try:
        found = orjson.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
        if not isinstance(found, dict) or not all(
            name in services and isinstance(at, str) and _POSITION.match(at) for name, at in found.items()
        ):
            raise ValueError("not a position")
    except (binascii.Error, ValueError) as error:
        raise errors.InvalidCursor("after 不是本接口给出的值。请用上一页的 next,或去掉 after 从头读取。", parameter="after") from error
    return found
