"""What eastwest is asked of a class's order: before one is named, and before a step of the class that names one."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from sqlalchemy import select

from services.registry import clients
from services.registry.training.classes import schemas
from services.registry.training.classes.tables import TrainingClass
from shared import web


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
