"""What orders are called, for every answer that names one by its id."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.orders.tables import Order
from shared.access import Actor
from shared.names import Known, Lookup


async def orders(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    rows = await session.execute(select(Order.id, Order.number).where(Order.id.in_(ids)))
    return {row.id: {"number": row.number} for row in rows}


OWN: Mapping[str, Lookup] = {"orders": orders}
