"""What is done with certificates: issued to those who passed, registered for another issuer, verified by anyone."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients, rules
from services.evaluation.assessments import reading as assessments
from services.evaluation.assessments import steps as assessment_steps
from services.evaluation.assessments.schemas import AssessmentPaper
from services.evaluation.certificates import minting, policy, reading, steps
from services.evaluation.certificates.errors import DuplicateCertificate
from services.evaluation.certificates.schemas import CertificateIn, CertificatePaper, VerifyIn, VerifyOut
from services.evaluation.certificates.tables import Certificate
from services.evaluation.codes import Verification
from services.evaluation.filings.tables import Filing
from services.evaluation.known.conditions import ALIASES
from shared import deeds, errors, privacy, web, wire
from shared.access import Call
from shared.steps import Refusal
from shared.web import Kernel

WORDS = {
    Verification.NOT_FOUND: "没有编号和姓名都相符的证书。",
    Verification.NOT_YET_ISSUED: "证书在这一天尚未发出。",
    Verification.REVOKED: "证书在这一天已被撤销。",
}


async def issue(
    session: AsyncSession, call: Call, kernel: Kernel, assessment_id: UUID, bar: Refusal | None, comment: str | None
) -> AssessmentPaper:
    """Mints the certificates of those who passed. The filing must cover the batch on the day it was held and on the day of issue."""
    assessment = await assessment_steps.begin(session, call, assessment_id, "issue", bar=bar)
    filing = await session.get_one(Filing, assessment.filing_id)
    people = await assessments.candidates(session, assessment.id)
    passed = {each.trainee_id: each.written_as for each in people if each.passed}  # once of who was announced under two ids
    batch = minting.Batch(
        assessment.id,
        filing.id,
        filing.institution_id,
        filing.institution_name,
        filing.number_prefix or "",
        assessment.occupation_code,
        assessment.level,
        assessment.held_on,
        assessment.class_id,
    )
    assessment.status, assessment.issued_on = "issued", call.today
    minted = await minting.mint(session, call, kernel, batch, list(passed.values()))
    return await assessment_steps.finish(session, call, assessment, "issued", certificates=minted, comment=comment)


async def facts_to_register(body: CertificateIn, call: web.Caller, kernel: web.KernelOf) -> clients.Names:
    """Whether the registry knows the holder."""
    return await clients.names(kernel, call, trainee_ids=[body.trainee_id])


async def register(session: AsyncSession, call: Call, kernel: Kernel, body: CertificateIn, known: clients.Names) -> CertificatePaper:
    """Another issuer's certificate. Of its number only shape, year and level are compared."""
    key = reading.key_of(kernel, body.number)
    existing_id = await session.scalar(select(Certificate.id).where(Certificate.kind == body.kind, Certificate.number_key == key))
    if existing_id is not None:
        raise DuplicateCertificate(existing_id=str(existing_id))
    if faults := [*wire.faults(RULES, body, call.today), *_unknown(body.trainee_id, known.trainees)]:
        raise errors.Invalid(faults=faults)
    holder_id = (await ALIASES.resolved(session, [body.trainee_id]))[body.trainee_id]
    certificate = Certificate(**as_kept(call, kernel, body, holder_id))
    session.add(certificate)
    await session.flush()
    await deeds.record(session, call, "certificate.registered", certificate.id, **reading.thin(certificate))
    return steps.paper(call, certificate)


def as_kept(call: Call, kernel: Kernel, body: CertificateIn, holder_id: UUID) -> dict[str, Any]:
    """The columns of a certificate of another issuer."""
    shown = policy.EMBEDDED_ID_NUMBER.sub(lambda found: privacy.mask_number(found[0]), policy.normal(body.number))
    key = reading.key_of(kernel, body.number)
    return body.model_dump() | {"trainee_id": holder_id, "number": shown, "number_key": key, "registered_at": call.now}


async def verify(call: Call, kernel: Kernel, body: VerifyIn) -> VerifyOut:
    """Whether a number and a name belong to a certificate valid on a day. Names are asked for also where the number is unknown: same work, same answer."""
    on = body.on or call.today
    wanted = select(Certificate).where(Certificate.number_key == reading.key_of(kernel, body.number)).order_by(Certificate.issued_on.desc())
    async with kernel.reading() as session:
        found = (await session.scalars(wanted)).all()
    known = (await clients.names(kernel, call, trainee_ids={each.trainee_id for each in found})).trainees
    # Called so today or before: a printed certificate keeps the name it was printed with.
    named = [each for each in found if each.trainee_id in known and known[each.trainee_id].is_called(body.name)]
    if not named:
        return VerifyOut(valid=False, on=on, reason=Verification.NOT_FOUND, detail=WORDS[Verification.NOT_FOUND])
    judged = [(each, policy.not_valid(each.issued_on, each.revoked_on, on)) for each in named]
    certificate, reason = next((pair for pair in judged if pair[1] is None), judged[0])
    return VerifyOut(
        valid=reason is None,
        on=on,
        reason=reason,
        detail=reason and WORDS[reason],
        number=certificate.number,
        kind=certificate.kind,
        occupation_code=certificate.occupation_code,
        level=certificate.level,
        issued_on=certificate.issued_on,
        issuer=certificate.issuer,
        name=privacy.mask_name(known[certificate.trainee_id].name),
        revoked_on=certificate.revoked_on if reason is Verification.REVOKED else None,
    )


def _unknown(trainee_id: UUID, known: dict[UUID, clients.TraineeName]) -> Iterable[errors.Fault]:
    if trainee_id not in known:
        yield errors.Fault("unknown_holder", "/trainee_id", seen=str(trainee_id), fix="请核对学员编号,或先登记学员。")


def _number(body: CertificateIn, _: date) -> Iterable[errors.Fault]:
    level = rules.levels()[body.level] if body.level else None
    for fault in policy.number_faults(body.kind, policy.normal(body.number), level, body.issued_on):
        yield errors.Fault(fault.code, "/number", seen=fault.seen, allowed=fault.allowed, fix="请对照证书原件核对。")


def _level(body: CertificateIn, _: date) -> Iterable[errors.Fault]:
    if body.kind == "skill_level" and body.level is None:
        yield errors.Fault("level_required", "/level", allowed="八个等级之一", fix="请按证书填写等级。")
    if body.kind == "special_skill" and body.level is not None:
        yield errors.Fault("no_level", "/level", seen=body.level, allowed="不填", fix="请去掉等级,或核对证书种类。")


def _occupation(body: CertificateIn, _: date) -> Iterable[errors.Fault]:
    if body.kind in ("skill_level", "qualification") and body.occupation_code is None:
        yield errors.Fault("missing_field", "/occupation_code", allowed="职业代码,见 /v1/occupations", fix="请按证书填写职业。")


def _issued(body: CertificateIn, today: date) -> Iterable[errors.Fault]:
    if body.issued_on > today:
        yield errors.Fault("issued_later", "/issued_on", seen=str(body.issued_on), allowed=f"不晚于 {today}", fix="请核对发证日期。")


RULES = (_number, _level, _occupation, _issued)
