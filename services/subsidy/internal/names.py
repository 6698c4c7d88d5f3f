"""What funds are called and what numbers claims have, for every answer that names one by its id."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.tables import Claim
from services.subsidy.funds.reading import called
from services.subsidy.funds.tables import Fund
from shared.access import Actor
from shared.names import Known, Lookup, numbered


async def funds(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    rows = await session.execute(select(Fund.id, Fund.name, Fund.year, Fund.source).where(Fund.id.in_(ids)))
    return {row.id: {"name": called(row.name, row.year, row.source)} for row in rows}


OWN: Mapping[str, Lookup] = {"funds": funds, "claims": numbered(Claim.id, Claim.number)}
