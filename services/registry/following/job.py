"""The registry's followers: one job a feed, for as long as the process lives."""

from collections.abc import Coroutine
from typing import Any

from services.registry.following import operations
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from shared import following
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
        letting_go = operations.letting_go("subsidy", operations.take_in_claims)
        fetch = following.feed_of(subsidy, kernel.own_call)
        await following.follow(kernel.engine, "subsidy", fetch, operations.take_in_claims, letting_go)
    finally:
        await subsidy.close()


async def _follow_certificates(kernel: Kernel, evaluation: Neighbour) -> None:
    try:
        letting_go = operations.letting_go("evaluation", operations.take_in_certificates, KnownCertificate)
        fetch = following.feed_of(evaluation, kernel.own_call)
        await following.follow(kernel.engine, "evaluation", fetch, operations.take_in_certificates, letting_go)
    finally:
        await evaluation.close()


async def _follow_placements(kernel: Kernel, eastwest: Neighbour) -> None:
    fetch = operations.with_placements(following.feed_of(eastwest, kernel.own_call), eastwest, kernel.own_call)
    try:
        letting_go = operations.letting_go("eastwest", operations.take_in_placements, KnownPlacement)
        await following.follow(kernel.engine, "eastwest", fetch, operations.take_in_placements, letting_go)
    finally:
        await eastwest.close()
