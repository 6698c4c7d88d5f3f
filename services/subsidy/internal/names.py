"""What funds are called and what numbers claims have, for every answer that names one by its id."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.tables import Claim
from services.subsidy.funds.reading import called
from services.subsidy.funds.tables import Fund
from shared.access import Actor
from shared.names import Known, Lookup, among, numbered

_FUNDS = among(Fund.id, Fund.name, Fund.year, Fund.source)


async def funds(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    rows = await session.execute(_FUNDS, {"ids": list(ids)})
    return {row.id: {"name": called(row.name, row.year, row.source)} for row in rows}


OWN: Mapping[str, Lookup] = {"funds": funds, "claims": numbered(Claim.id, Claim.number)}
