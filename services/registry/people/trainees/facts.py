"""What a change of a person must know: whether a class that has begun counts on what is to change."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.access import Call

Begun = Callable[[AsyncSession, Call, Collection[UUID]], Awaitable[Mapping[UUID, date]]]
_begun_of: list[Begun] = []


def tells_begun(ask: Begun) -> Begun:
    """Registers who knows of which people a class has begun, and the latest first day of one."""
    _begun_of.append(ask)
    return ask


async def correction_needed(session: AsyncSession, call: Call, changed: Mapping[UUID, date]) -> set[UUID]:
    """Of people whose categories or account are to change (from which day on) those whom a class has counted on since: their change is a correction."""
    begun: dict[UUID, date] = {}
    for ask in _begun_of:
        begun |= await ask(session, call, changed.keys()) if changed else {}
    return {each for each, on in begun.items() if changed[each] <= on}
