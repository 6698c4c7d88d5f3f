"""Which claims rest on a certificate: what evaluation shows before a revocation."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.schemas import ClaimStatus
from services.subsidy.claims.tables import Claim, Line
from shared import access, web, wire

router = web.Router("claims")


class TouchedPaper(wire.Out):
    id: UUID
    number: str
    status: ClaimStatus


class Touched(wire.Out):
    items: list[TouchedPaper]


@router.operation("GET", "/internal/v1/touched-by-certificate/{certificate_id:uuid}", may=access.INTERNAL, summary="凭此证书的申领单")
async def touched_by_certificate(certificate_id: UUID, session: web.Session) -> Touched:
    return await of(session, certificate_id)


async def of(session: AsyncSession, certificate_id: UUID) -> Touched:
    rests_on_it = select(Line.claim_id).where(Line.certificate_id == certificate_id)
    found = await session.scalars(select(Claim).where(Claim.id.in_(rests_on_it)).order_by(Claim.id))
    return Touched(items=[TouchedPaper.model_validate(claim) for claim in found])
