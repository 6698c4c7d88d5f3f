"""The follower of the registry: who was merged into whom, for as long as the process lives."""

from collections.abc import Coroutine
from typing import Any

from services.eastwest.known.conditions import ALIASES
from shared import aliases, changes
from shared.http_client import Neighbour
from shared.web import Kernel


def merges(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow(kernel, kernel.neighbours["registry"].apart())


async def _follow(kernel: Kernel, registry: Neighbour) -> None:
    try:
        await changes.follow(kernel.engine, "registry", changes.feed_of(registry, kernel.own_call), aliases.taking_in(ALIASES, "trainee"))
    finally:
        await registry.close()
