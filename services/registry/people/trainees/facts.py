"""What a change of a person must know: whether a class that has begun counts on what is to change, who else is like them, and who
counts people."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared import deeds
from shared.access import Call

Compare = Callable[[AsyncSession, Call, Collection[UUID]], Awaitable[None]]
_compared_by: list[Compare] = []


def compares(compare: Compare) -> Compare:
    """Registers who looks for others like those who were registered or changed."""
    _compared_by.append(compare)
    return compare


async def compared(session: AsyncSession, call: Call, trainee_ids: Collection[UUID]) -> None:
    """Of what is only tried, whom they are like would be forgotten with them."""
    if trainee_ids and not deeds.are_left_out():
        for compare in _compared_by:
            await compare(session, call, trainee_ids)


Recount = Callable[[AsyncSession, Call, Collection[UUID]], Awaitable[None]]
_recounted_by: list[Recount] = []


def recounts(recount: Recount) -> Recount:
    """Registers who keeps a number of people that may be another when two are one, or two again."""
    _recounted_by.append(recount)
    return recount


async def recounted(session: AsyncSession, call: Call, kept_ids: Collection[UUID]) -> None:
    """`kept_ids`: whom the ids lead to now."""
    for recount in _recounted_by:
        await recount(session, call, kept_ids)


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
