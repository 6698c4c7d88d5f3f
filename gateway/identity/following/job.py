"""Follows the registry for as long as the process lives: whose person was erased. What was emptied stays so, also where a restored registry tells it no longer."""

from collections.abc import Coroutine
from typing import Any, Final

from gateway.identity.following import operations
from shared import following
from shared.http_client import Neighbour
from shared.web import Kernel

CURSOR: Final = "accounts:registry"


def erasures(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow(kernel, kernel.neighbours["registry"].apart())


async def _follow(kernel: Kernel, registry: Neighbour) -> None:
    try:
        await following.follow(kernel.engine, CURSOR, following.feed_of(registry, kernel.own_call), operations.taking_in(kernel.own_call))
    finally:
        await registry.close()
