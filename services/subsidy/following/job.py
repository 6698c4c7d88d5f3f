"""Subsidy's followers: one job a feed, for as long as the process lives."""

from collections.abc import Coroutine
from typing import Any

from services.subsidy.following import operations
from shared import aliases, following
from shared.http_client import Neighbour
from shared.web import Kernel


def registry(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow(kernel, kernel.neighbours["registry"].apart())


def evaluation(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow(kernel, kernel.neighbours["evaluation"].apart())


def eastwest(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow(kernel, kernel.neighbours["eastwest"].apart())


async def _follow(kernel: Kernel, neighbour: Neighbour) -> None:
    try:
        await following.follow(
            kernel.engine,
            neighbour.name,
            following.feed_of(neighbour, kernel.own_call),
            operations.taking_in(kernel.own_call),
            operations.letting_go(kernel.own_call),
            aliases.joining("trainee"),
        )
    finally:
        await neighbour.close()
