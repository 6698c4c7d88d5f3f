"""The follower of the registry: who was merged into whom, for as long as the process lives."""

from collections.abc import Coroutine
from typing import Any

from services.evaluation.known.conditions import ALIASES
from shared import aliases, following
from shared.http_client import Neighbour
from shared.web import Kernel


def merges(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow(kernel, kernel.neighbours["registry"].apart())


async def _follow(kernel: Kernel, registry: Neighbour) -> None:
    try:
        fetch, taking_in, letting_go = (
            following.feed_of(registry, kernel.own_call),
            aliases.taking_in(ALIASES, "trainee"),
            aliases.letting_go(ALIASES, "trainee"),
        )
        await following.follow(kernel.engine, "registry", fetch, taking_in, letting_go, aliases.joining("trainee"))
    finally:
        await registry.close()
