"""An order's steps: whether one may be taken now, and the paper that says so."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.orders import policy, reading
from services.eastwest.orders.errors import REFUSALS, OrderClosed
from services.eastwest.orders.schemas import OrderOut, OrderPaper
from services.eastwest.orders.tables import Order
from shared import codes, county, deeds, history, wire
from shared.access import Call
from shared.steps import Machine, Refusal


async def begin(session: AsyncSession, call: Call, order_id: UUID, action: str, *, lock: bool = True) -> Order:
    """The order, locked, at the version the caller knows, where this step may be taken now."""
    order = await reading.get(session, call, order_id, lock=lock)
    call.match(order.version)
    if refusal := _why_not(call, order, action):
        raise REFUSALS[refusal.code](refusal.detail)
    return order


async def finish(session: AsyncSession, call: Call, order: Order, done: str, before: OrderOut | None = None, **details: Any) -> OrderPaper:
    """`before`: what it was."""
    await session.flush()
    told = {"number": order.number, **details}
    if before is not None:
        told["changes"] = history.changes(before.model_dump(mode="json"), reading.shown(order).model_dump(mode="json"))
    await deeds.record(session, call, f"order.{done}", order.id, details=told, status=order.status, version=order.version)
    return paper(call, order)


async def stood(session: AsyncSession, call: Call, order_id: UUID, on: date | None) -> OrderPaper:
    """The order as it stood at the end of a day (None: as it is), with what the caller may do today."""
    order = await reading.get(session, call, order_id)
    return paper(call, order, None if on is None else await history.stood(session, reading.shown(order), on, order.entered_at))


def paper(call: Call, order: Order, shown: OrderOut | None = None) -> OrderPaper:
    """The order, with what the caller may do. `shown`: unless as it is."""
    found = {step.action: _why_not(call, order, step.action) for step in policy.STEPS}
    shown = shown or reading.shown(order)
    return OrderPaper(**dict(shown), warnings=reading.warnings(shown), allowed_actions=wire.allowed_actions(found))


def _why_not(call: Call, order: Order, action: str) -> Refusal | None:
    closed = Refusal(OrderClosed.code, f"{OrderClosed.cause}{OrderClosed.remedy}") if order.status == "closed" else None
    return machine_of(county.folder()).why_not(action, order.status, call.actor.doer, further=lambda _: closed)


@cache
def machine_of(_folder: Path) -> Machine:
    """With the county's words for the states."""
    return Machine("订单", {code: label.zh for code, label in codes.labels("order_status").items()}, policy.STEPS)
