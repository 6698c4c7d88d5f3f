"""What is done to a certificate that was issued: it is printed anew, or revoked."""

from functools import cache
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation.certificates import policy, reading
from services.evaluation.certificates.errors import REFUSALS, NotIssuedHere
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
    return CertificatePaper(
        **out.model_dump(),
        prints=reading.prints(certificate),
        allowed_actions=wire.allowed_actions({step.action: _why_not(call, certificate, step.action) for step in policy.STEPS}),
    )


async def begin(session: AsyncSession, call: Call, certificate_id: UUID, *, action: str, lock: bool = True) -> Certificate:
    """The certificate, locked, at the version the caller knows, where this may be done to it now."""
    certificate = await reading.find(session, call, certificate_id, lock=lock)
    call.match(certificate.version)
    if refusal := _why_not(call, certificate, action):
        raise REFUSALS[refusal.code](refusal.detail)
    return certificate


async def revoke(session: AsyncSession, call: Call, certificate_id: UUID, reason: str | None) -> CertificatePaper:
    """No longer valid from today on. Who holds a claim or placement on it learns by the event."""
    certificate = await begin(session, call, certificate_id, action="revoke")
    if reason is None:
        raise errors.Invalid(faults=[errors.Fault("missing_field", "/reason", allowed="1 至 1000 字", fix="请写明撤销的理由。")])
    certificate.revoked_on, certificate.revoked_reason = call.today, reason
    await session.flush()
    await deeds.record(
        session, call, "certificate.revoked", certificate.id, details={"reason": reason}, revoked_on=call.today, **reading.thin(certificate)
    )
    return paper(call, certificate)


async def facts_to_reissue(certificate_id: UUID, call: web.Caller, kernel: web.KernelOf) -> clients.TraineeName | None:
    """Who the holder is: what is printed anew has today's name."""
    async with kernel.reading() as session:
        certificate = await begin(session, call, certificate_id, action="reissue", lock=False)
    return (await clients.names(kernel, call, trainee_ids=[certificate.trainee_id])).trainees.get(certificate.trainee_id)


async def reissue(
    session: AsyncSession, call: Call, certificate_id: UUID, holder: clients.TraineeName | None, reason: str
) -> CertificatePaper:
    """Printed anew, with the holder's name of today, under its number and day. The print before is superseded; whoever shows it is told so by its edition,
    and the names of all prints verify."""
    certificate = await begin(session, call, certificate_id, action="reissue")
    if holder is None:
        raise errors.NotFound("登记系统中没有这名持证人。")
    first = certificate.prints or policy.prints(holder.name, certificate.issued_on)  # of one from before names were kept
    certificate.prints = [*first, *policy.prints(holder.name, call.today, reason)]
    await session.flush()
    details = {"reason": reason, "print": len(certificate.prints)}
    await deeds.record(session, call, "certificate.reissued", certificate.id, details=details, **reading.thin(certificate))
    return paper(call, certificate)


async def preview_revocation(
    certificate_id: UUID, call: web.Caller, kernel: web.KernelOf, preview: Preview = False
) -> RevocationPreview | None:
    """Every claim and placement that rests on it, as far as the neighbours say; None where it is to be revoked. Changes nothing."""
    if not preview:
        return None
    async with kernel.reading() as session:
        certificate = await begin(session, call, certificate_id, action="revoke", lock=False)
    claims, placements = await clients.touched_by_certificates(kernel, call, {certificate.id: certificate.trainee_id})
    amounts = {name: getattr(claims, name) for name in ("open_amount", "approved_amount", "paid_amount")} if claims else {}
    return RevocationPreview(
        certificate_id=certificate_id,
        complete=claims is not None and placements is not None,
        claims=[TouchedClaim.model_validate(each) for each in claims.items] if claims else [],
        placements=[TouchedOut.model_validate(each) for each in placements.items] if placements else [],
        **amounts,
    )


def _why_not(call: Call, certificate: Certificate, action: str) -> Refusal | None:
    """What was revoked stays so, also before the day on which it counts. What is printed anew was issued here, and by the institution that asks."""
    state = "valid" if certificate.revoked_on is None else "revoked"

    def further(action: str) -> Refusal | None:
        if action != "reissue":
            return None
        if call.actor.role == "institution" and call.actor.institution_id != certificate.issuer_institution_id:
            return Refusal("wrong_role", "证书由发证机构或经办人员补发。")
        if certificate.assessment_id is None:
            return Refusal(NotIssuedHere.code, f"{NotIssuedHere.cause}{NotIssuedHere.remedy}")
        return None

    return machine_of(county.folder()).why_not(action, state, call.actor.doer, further=further)


@cache
def machine_of(_folder: Path) -> Machine:
    """With the county's words for the states."""
    return Machine("证书", {code: label.zh for code, label in codes.labels("certificate_status").items()}, policy.STEPS)
