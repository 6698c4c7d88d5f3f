"""The registry's followers: one job a feed, for as long as the process lives."""

from collections.abc import Coroutine
from typing import Any

from services.registry.following import operations
from shared import changes
from shared.http_client import Neighbour
from shared.web import Kernel


def certificates(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow_certificates(kernel, kernel.neighbours["evaluation"].apart())


def placements(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow_placements(kernel, kernel.neighbours["eastwest"].apart())


def claims(kernel: Kernel) -> Coroutine[Any, Any, None]:
    return _follow_claims(kernel, kernel.neighbours["subsidy"].apart())


async def _follow_claims(kernel: Kernel, subsidy: Neighbour) -> None:
    try:
        await changes.follow(kernel.engine, "subsidy", changes.feed_of(subsidy, kernel.own_call), operations.take_in_claim)
    finally:
        await subsidy.close()


async def _follow_certificates(kernel: Kernel, evaluation: Neighbour) -> None:
    try:
        await changes.follow(kernel.engine, "evaluation", changes.feed_of(evaluation, kernel.own_call), operations.take_in_certificate)
    finally:
        await evaluation.close()


async def _follow_placements(kernel: Kernel, eastwest: Neighbour) -> None:
    fetch = operations.with_placements(changes.feed_of(eastwest, kernel.own_call), eastwest, kernel.own_call)
    try:
        await changes.follow(kernel.engine, "eastwest", fetch, operations.take_in_placement)
    finally:
        await eastwest.close()
