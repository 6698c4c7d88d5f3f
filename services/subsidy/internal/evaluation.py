"""What evaluation asks of subsidy: which claims rest on a certificate, shown before it is revoked."""

from uuid import UUID

from pydantic import Field

from services.subsidy.claims import conditions
from services.subsidy.codes import ClaimStatus
from services.subsidy.reassessments import reading as reassessments
from shared import access, web, wire

router = web.Router("claims")


class TouchedClaim(wire.Out):
    id: UUID
    number: str
    status: ClaimStatus
    amount: wire.Money


class Touched(wire.Out):
    items: list[TouchedClaim] = Field(validation_alias="claims")
    open_amount: wire.Money
    approved_amount: wire.Money
    paid_amount: wire.Money


@router.operation("GET", "/internal/v1/touched-by-certificate/{certificate_id:uuid}", may=access.INTERNAL, summary="凭此证书的申领单")
async def touched_by_certificate(certificate_id: UUID, session: web.Session) -> Touched:
    return Touched.model_validate(await reassessments.affected(session, conditions.of_certificate(certificate_id)))
