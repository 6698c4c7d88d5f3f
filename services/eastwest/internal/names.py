"""What orders are called and whether they are still open, and by which order placements are told, for every answer that names one by its id."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.codes import OrderStatus
from services.eastwest.orders.tables import Order
from services.eastwest.placements.tables import Placement
from shared.access import Actor
from shared.names import Known, Lookup, among

_ORDERS = among(Order.id, Order.number, Order.until_on, (Order.status == OrderStatus.CLOSED).label("closed"))


async def orders(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    rows = await session.execute(_ORDERS, {"ids": list(ids)})
    return {row.id: {"number": row.number, "until_on": row.until_on, "closed": row.closed} for row in rows}


async def placements(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    wanted = select(Placement.id, Order.number).join(Order, Order.id == Placement.order_id).where(Placement.id.in_(ids))
    return {row.id: {"order_number": row.number} for row in await session.execute(wanted)}


OWN: Mapping[str, Lookup] = {"orders": orders, "placements": placements}
