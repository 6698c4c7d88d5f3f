"""What evaluation asks of subsidy: which claims rest on a certificate, shown before it is revoked."""

from uuid import UUID

from sqlalchemy import select

from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import ClaimStatus
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
    rests_on_it = select(Line.claim_id).where(Line.certificate_id == certificate_id)
    found = await session.scalars(select(Claim).where(Claim.id.in_(rests_on_it)).order_by(Claim.id))
    return Touched(items=[TouchedPaper.model_validate(claim) for claim in found])
