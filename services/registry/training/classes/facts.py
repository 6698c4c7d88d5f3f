"""What eastwest is asked of a class's order, before one is named and before a step of the class that names one; what seats are planned for it, and what
the people of a class make of it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import clients
from services.registry.training.classes import schemas
from services.registry.training.classes.tables import TrainingClass
from shared import web
from shared.access import Call


class Seats(NamedTuple):
    """What plans of seats make of a class: why it cannot be approved for want of seats (None: it can), and that it draws on them, and gives back."""

    short: Callable[[AsyncSession, Any], Awaitable[str | None]]
    draw: Callable[[AsyncSession, Any], Awaitable[None]]
    give_back: Callable[[AsyncSession, UUID], Awaitable[None]]


PLANNED: list[Seats] = []  # whoever plans seats registers it


class People(NamedTuple):
    """What a class's people make of it: how many seats they have, and what becomes of the days they are in it from when the class is held on others."""

    taken: Callable[[AsyncSession, UUID], Awaitable[int]]
    follow_days: Callable[[AsyncSession, Call, TrainingClass], Awaitable[None]]


ENROLLED: list[People] = []  # whoever enrols people registers it


async def taken_seats(session: AsyncSession, class_id: UUID) -> int:
    return sum([await each.taken(session, class_id) for each in ENROLLED])


async def follow_days(session: AsyncSession, call: Call, training: TrainingClass) -> None:
    for each in ENROLLED:
        await each.follow_days(session, call, training)


async def short_of_seats(session: AsyncSession, training: Any) -> str | None:
    """Why seats are wanting for a class that is to be approved."""
    said = [await each.short(session, training) for each in PLANNED]
    return next((each for each in said if each), None)


async def draw_seats(session: AsyncSession, training: Any) -> None:
    for each in PLANNED:
        await each.draw(session, training)


async def give_back_seats(session: AsyncSession, class_id: UUID) -> None:
    for each in PLANNED:
        await each.give_back(session, class_id)


async def _of_new(body: schemas.ClassIn, call: web.Caller, kernel: web.KernelOf) -> clients.OrderRead | None:
    return await clients.order(kernel, call, body.order_id) if body.order_id else None


async def _of_change(body: schemas.ClassChange, class_id: UUID, call: web.Caller, kernel: web.KernelOf) -> clients.OrderRead | None:
    if body.order_id is None:
        await _as_it_stands(class_id, call, kernel)
        return None
    return await clients.order(kernel, call, body.order_id)


async def _as_it_stands(class_id: UUID, call: web.Caller, kernel: web.KernelOf) -> None:
    async with kernel.reading() as session:
        order_id = await session.scalar(select(TrainingClass.order_id).where(TrainingClass.id == class_id))
    if order_id:
        await clients.tell_order(kernel, call, order_id)


# Gathered ahead of the operation's session.
OrderOfNew = Annotated[clients.OrderRead | None, Depends(_of_new)]
OrderOfChange = Annotated[clients.OrderRead | None, Depends(_of_change)]
ORDER_TOLD: Final = Depends(_as_it_stands)
