"""What evaluation asks of subsidy: which claims rest on certificates, shown before those or the filing they come from are revoked."""

from typing import Annotated
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


class CertificatesAsked(wire.In):
    certificate_ids: Annotated[list[UUID], Field(max_length=5_000)]


class Touched(wire.Out):
    items: list[TouchedClaim] = Field(validation_alias="claims")
    open_amount: wire.Money
    approved_amount: wire.Money
    paid_amount: wire.Money


@router.operation("POST", "/internal/v1/touched-by-certificates", may=access.INTERNAL, summary="凭这些证书的申领单", writes=False)
async def touched_by_certificates(asked: CertificatesAsked, session: web.Session) -> Touched:
    return Touched.model_validate(await reassessments.affected(session, conditions.of_certificates(asked.certificate_ids)))
