"""Which papers count on a person: those of the registry, as their nouns say, and those of its neighbours; and what goes with who is erased."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import clients
from shared.access import Call
from shared.web import Kernel

Held = Callable[[AsyncSession, Collection[UUID]], Awaitable[Mapping[str, int]]]
_held_by: list[Held] = []


def holds(held: Held) -> Held:
    """Registers who counts the papers of one kind that name any of these people."""
    _held_by.append(held)
    return held


Forget = Callable[[AsyncSession, Collection[UUID]], Awaitable[None]]
_gone_with: list[Forget] = []


def goes_with(forget: Forget) -> Forget:
    """Registers who deletes what nobody counts on and goes with these people."""
    _gone_with.append(forget)
    return forget


async def forget(session: AsyncSession, trainee_ids: Collection[UUID]) -> None:
    for each in _gone_with:
        await each(session, trainee_ids)


async def elsewhere(kernel: Kernel, call: Call, trainee_ids: Collection[UUID]) -> Mapping[str, int]:
    """Asked before the transaction. A neighbour that is away stops the erasure: nothing is erased that somebody may count on."""
    return await clients.held_by(kernel, call, trainee_ids)


async def here(session: AsyncSession, trainee_ids: Collection[UUID]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for held in _held_by:
        found |= await held(session, trainee_ids)
    return found
