"""A certificate's one step: its revocation."""

from functools import cache
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation.certificates import policy, reading
from services.evaluation.certificates.errors import REFUSALS
from services.evaluation.certificates.schemas import CertificateOut, CertificatePaper, RevocationPreview, TouchedClaim, TouchedOut
from services.evaluation.certificates.tables import Certificate
from shared import codes, county, deeds, errors, seeking, web, wire
from shared.access import Call
from shared.steps import Machine, Refusal

Preview = Annotated[bool, Query(description="只列出会受影响的申领和就业记录,不撤销")]


async def get(session: AsyncSession, call: Call, certificate_id: UUID) -> CertificatePaper:
    return paper(call, await reading.find(session, call, certificate_id))


def paper(call: Call, certificate: Certificate) -> CertificatePaper:
    """The certificate, with what the caller may do with it."""
    values = {column.name: getattr(certificate, column.name) for column in seeking.beside(Certificate)}
    values["trainee_id"] = certificate.holder_id or certificate.trainee_id
    status = "revoked" if certificate.revoked_on is not None and certificate.revoked_on <= call.today else "valid"
    printed_name = certificate.prints[-1]["name"] if certificate.prints else None
    out = CertificateOut.model_validate(values | {"status": status, "printed_name": printed_name})
    return CertificatePaper(**out.model_dump(), allowed_actions=wire.allowed_actions({"revoke": _why_not(call, certificate)}))


async def begin(session: AsyncSession, call: Call, certificate_id: UUID, *, lock: bool = True) -> Certificate:
    """The certificate, locked, at the version the caller knows, where it may be revoked now."""
    certificate = await reading.find(session, call, certificate_id, lock=lock)
    call.match(certificate.version)
    if refusal := _why_not(call, certificate):
        raise REFUSALS[refusal.code](refusal.detail)
    return certificate


async def revoke(session: AsyncSession, call: Call, certificate_id: UUID, reason: str | None) -> CertificatePaper:
    """No longer valid from today on. Who holds a claim or placement on it learns by the event."""
    certificate = await begin(session, call, certificate_id)
    if reason is None:
        raise errors.Invalid(faults=[errors.Fault("missing_field", "/reason", allowed="1 至 1000 字", fix="请写明撤销的理由。")])
    certificate.revoked_on, certificate.revoked_reason = call.today, reason
    await session.flush()
    await deeds.record(
        session, call, "certificate.revoked", certificate.id, details={"reason": reason}, revoked_on=call.today, **reading.thin(certificate)
    )
    return paper(call, certificate)


async def preview_revocation(
    certificate_id: UUID, call: web.Caller, kernel: web.KernelOf, preview: Preview = False
) -> RevocationPreview | None:
    """Every claim and placement that names it, as far as the neighbours say; None where it is to be revoked. Changes nothing."""
    if not preview:
        return None
    async with kernel.reading() as session:
        await reading.find(session, call, certificate_id)
    claims, placements = await clients.touched_by_certificate(kernel, call, certificate_id)
    amounts = {name: getattr(claims, name) for name in ("open_amount", "approved_amount", "paid_amount")} if claims else {}
    return RevocationPreview(
        certificate_id=certificate_id,
        complete=claims is not None and placements is not None,
        claims=[TouchedClaim.model_validate(each) for each in claims.items] if claims else [],
        placements=[TouchedOut.model_validate(each) for each in placements.items] if placements else [],
        **amounts,
    )


def _why_not(call: Call, certificate: Certificate) -> Refusal | None:
    """What was revoked stays so, also before the day on which it counts."""
    state = "valid" if certificate.revoked_on is None else "revoked"
    return machine_of(county.folder()).why_not("revoke", state, call.actor.doer)


@cache
def machine_of(_folder: Path) -> Machine:
    """With the county's words for the states."""
    return Machine("证书", {code: label.zh for code, label in codes.labels("certificate_status").items()}, policy.STEPS)
