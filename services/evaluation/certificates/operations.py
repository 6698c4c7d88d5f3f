"""Certificates: how they are listed, registered, revoked and verified."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, false, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation.certificates import policy
from services.evaluation.certificates.errors import DuplicateCertificate
from services.evaluation.certificates.schemas import (
    CertificateIn,
    CertificateOut,
    CertificatePaper,
    RevocationPreview,
    TouchedOut,
    VerifyIn,
    VerifyOut,
)
from services.evaluation.certificates.tables import Certificate
from shared import access, audit, changes, errors, privacy, wire
from shared.access import Call
from shared.steps import Refusal
from shared.web import Kernel

READERS = access.STAFF | {"institution", "person", "partner", "system"}
REVOKERS = frozenset({"reviewer"})
WORDS = {"not_found": "没有编号和姓名都相符的证书。", "not_yet_issued": "证书在这一天尚未发出。", "revoked": "证书在这一天已被撤销。"}


def condition(actor: access.Actor) -> ColumnElement[bool]:
    """An institution sees those it issued, a person their own. A partner reaches certificates through placements only: here it sees none."""
    if actor.role in access.STAFF or actor.role in ("system", "service"):
        return true()
    if actor.role == "institution" and actor.institution_id:
        return Certificate.issuer_institution_id == actor.institution_id
    if actor.role == "person" and actor.trainee_id:
        return Certificate.trainee_id == actor.trainee_id
    return false()


def status_on(day: date) -> ColumnElement[str]:
    return case((Certificate.revoked_on <= day, "revoked"), else_="valid")


def columns(today: date) -> list[Any]:
    return [*Certificate.__table__.c, status_on(today).label("status")]


def key_of(kernel: Kernel, number: str) -> bytes:
    return kernel.vault.blind(policy.normal(number), "certificate_number")


def listed(
    call: Call, kernel: Kernel, *, trainee_id: UUID | None, number: str | None, kind: str | None, status: str | None,
    assessment_id: UUID | None, class_id: UUID | None,
) -> Select[Any]:  # fmt: skip
    wanted = select(*columns(call.today)).where(condition(call.actor))
    same = (
        (Certificate.trainee_id, trainee_id),
        (Certificate.kind, kind),
        (Certificate.assessment_id, assessment_id),
        (Certificate.class_id, class_id),
    )
    for column, value in same:
        if value is not None:
            wanted = wanted.where(column == value)
    if number is not None:
        if policy.EMBEDDED_ID_NUMBER.search(policy.normal(number)):
            raise errors.InvalidParameter(
                "该编号中含有身份证号,不能放在网址里。请改用 trainee_id 查询,或用 /v1/certificates:verify 核验。", parameter="number"
            )
        wanted = wanted.where(Certificate.number_key == key_of(kernel, number))
    return wanted.where(status_on(call.today) == status) if status is not None else wanted


async def get(session: AsyncSession, call: Call, certificate_id: UUID) -> CertificatePaper:
    return _paper(call, await _find(session, call, certificate_id))


async def register(session: AsyncSession, call: Call, kernel: Kernel, body: CertificateIn) -> CertificatePaper:
    """Another issuer's certificate. Of its number only shape, year and level are compared."""
    known = await clients.names(kernel, call, trainee_ids=[body.trainee_id])
    number, key = policy.normal(body.number), key_of(kernel, body.number)
    existing_id = await session.scalar(select(Certificate.id).where(Certificate.kind == body.kind, Certificate.number_key == key))
    if existing_id is not None:
        raise DuplicateCertificate(existing_id=str(existing_id))
    if faults := [*_faults(body, number, call.today), *_unknown(body.trainee_id, known.trainees)]:
        raise errors.Invalid(faults=faults)
    shown = policy.EMBEDDED_ID_NUMBER.sub(lambda found: privacy.mask_number(found[0]), number)
    certificate = Certificate(**body.model_dump(exclude={"number"}), number=shown, number_key=key, registered_at=call.now)
    session.add(certificate)
    await session.flush()
    await audit.record(
        session, call, "certificate.registered", "certificate", certificate.id, {"trainee_id": str(body.trainee_id), "kind": body.kind}
    )
    await changes.publish(session, call, "certificate.registered", certificate.id, **thin(certificate))
    return _paper(call, certificate)


async def revoke(session: AsyncSession, call: Call, certificate_id: UUID, reason: str) -> CertificatePaper:
    """No longer valid from today on. Who holds a claim or placement on it learns by the event."""
    certificate = await _find(session, call, certificate_id, lock=True)
    call.match(certificate.version)
    if certificate.revoked_on is not None:
        raise errors.InvalidState(f"证书已于 {certificate.revoked_on} 撤销,不必再办。")
    certificate.revoked_on, certificate.revoked_reason = call.today, reason
    await session.flush()
    details = {"reason": reason, "trainee_id": str(certificate.trainee_id), "version": certificate.version}
    await audit.record(session, call, "certificate.revoked", "certificate", certificate.id, details)
    await changes.publish(session, call, "certificate.revoked", certificate.id, **thin(certificate), revoked_on=str(call.today))
    return _paper(call, certificate)


async def preview_revocation(session: AsyncSession, call: Call, kernel: Kernel, certificate_id: UUID) -> RevocationPreview:
    """Every claim and placement that names it, as far as the neighbours say. Changes nothing."""
    await _find(session, call, certificate_id)
    claims, placements = await clients.touched_by_certificate(kernel, call, certificate_id)
    complete = claims is not None and placements is not None
    return RevocationPreview(certificate_id=certificate_id, complete=complete, claims=_touched(claims), placements=_touched(placements))


async def verify(session: AsyncSession, call: Call, kernel: Kernel, body: VerifyIn) -> VerifyOut:
    """Whether a number and a name belong to a certificate valid on a day. Names are asked for also where the number is unknown: same work, same answer."""
    on = body.on or call.today
    wanted = select(Certificate).where(Certificate.number_key == key_of(kernel, body.number)).order_by(Certificate.issued_on.desc())
    found = (await session.scalars(wanted)).all()
    known = (await clients.names(kernel, call, trainee_ids={each.trainee_id for each in found})).trainees
    named = [each for each in found if each.trainee_id in known and policy.same_name(known[each.trainee_id].name, body.name)]
    if not named:
        return VerifyOut(valid=False, on=on, reason="not_found", detail=WORDS["not_found"])
    judged = [(each, policy.not_valid(each.issued_on, each.revoked_on, on)) for each in named]
    certificate, reason = next((pair for pair in judged if pair[1] is None), judged[0])
    return VerifyOut(
        valid=reason is None, on=on, reason=reason, detail=reason and WORDS[reason], number=certificate.number, kind=certificate.kind,
        occupation_code=certificate.occupation_code, level=certificate.level, issued_on=certificate.issued_on, issuer=certificate.issuer,
        name=privacy.mask_name(known[certificate.trainee_id].name), revoked_on=certificate.revoked_on if reason == "revoked" else None,
    )  # fmt: skip


def thin(certificate: Any) -> dict[str, Any]:
    """What an event says of a certificate: ids, codes, the day."""
    return {
        "trainee_id": certificate.trainee_id, "class_id": certificate.class_id, "kind": certificate.kind, "occupation_code": certificate.occupation_code,
        "level": certificate.level, "issued_on": str(certificate.issued_on), "version": certificate.version,
    }  # fmt: skip


async def _find(session: AsyncSession, call: Call, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    wanted = select(Certificate).where(Certificate.id == certificate_id, condition(call.actor))
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound("没有这本证书,或不在您的可见范围内。请核对编号。")
    return found


def _paper(call: Call, certificate: Certificate) -> CertificatePaper:
    why_not = None
    if call.actor.role not in REVOKERS:
        why_not = Refusal("wrong_role", f"由 {'、'.join(sorted(REVOKERS))} 办理。")
    elif certificate.revoked_on is not None:
        why_not = Refusal("invalid_state", f"证书已于 {certificate.revoked_on} 撤销。")
    values = {column.name: getattr(certificate, column.name) for column in Certificate.__table__.c}
    status = "revoked" if certificate.revoked_on is not None and certificate.revoked_on <= call.today else "valid"
    out = CertificateOut.model_validate(values | {"status": status})
    return CertificatePaper(**out.model_dump(), allowed_actions=wire.allowed_actions({"revoke": why_not}))


def _touched(papers: list[clients.TouchedPaper] | None) -> list[TouchedOut]:
    return [TouchedOut.model_validate(each) for each in papers or []]


def _unknown(trainee_id: UUID, known: dict[UUID, clients.TraineeName]) -> Iterable[errors.Fault]:
    if trainee_id not in known:
        yield errors.Fault("unknown_holder", "/trainee_id", seen=str(trainee_id), fix="请核对学员编号,或先登记学员。")


def _faults(body: CertificateIn, number: str, today: date) -> Iterable[errors.Fault]:
    for fault in policy.number_faults(body.kind, number, body.level, body.issued_on):
        yield errors.Fault(fault.code, "/number", seen=fault.seen, allowed=fault.allowed, fix="请对照证书原件核对。")
    if body.kind == "skill_level" and body.level is None:
        yield errors.Fault("level_required", "/level", allowed="八个等级之一", fix="请按证书填写等级。")
    if body.kind == "special_skill" and body.level is not None:
        yield errors.Fault("no_level", "/level", seen=body.level, allowed="不填", fix="请去掉等级,或核对证书种类。")
    if body.kind in ("skill_level", "qualification") and body.occupation_code is None:
        yield errors.Fault("missing_field", "/occupation_code", allowed="职业代码,见 /v1/occupations", fix="请按证书填写职业。")
    if body.issued_on > today:
        yield errors.Fault("issued_later", "/issued_on", seen=str(body.issued_on), allowed=f"不晚于 {today}", fix="请核对发证日期。")
