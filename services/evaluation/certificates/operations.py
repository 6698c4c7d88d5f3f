"""What is done with certificates: issued to those who passed, registered for another issuer, verified by anyone."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients, rules
from services.evaluation.assessments import reading as assessments
from services.evaluation.assessments import steps as assessment_steps
from services.evaluation.assessments.facts import Bar
from services.evaluation.assessments.schemas import AssessmentPaper
from services.evaluation.certificates import minting, policy, reading, steps
from services.evaluation.certificates.errors import DuplicateCertificate, NumberNotMinted
from services.evaluation.certificates.schemas import CertificateIn, CertificatePaper, VerifyIn, VerifyOut
from services.evaluation.certificates.tables import Certificate
from services.evaluation.codes import AssessmentStatus, Verification
from services.evaluation.examiners.rules import occupation_faults
from services.evaluation.filings.tables import Filing, NumberPrefix
from services.evaluation.known.conditions import ALIASES
from shared import changes, deeds, errors, person_names, privacy, web, wire
from shared.access import Call
from shared.steps import Refusal
from shared.web import Kernel

WORDS = {
    Verification.NOT_FOUND: "没有编号和姓名都相符的证书。",
    Verification.NOT_YET_ISSUED: "证书在这一天尚未发出。",
    Verification.REVOKED: "证书在这一天已被撤销。",
}


@dataclass(frozen=True, slots=True)
class Issuing:
    """What the registry knows of a batch whose certificates are to be issued. `bar`: why its institution takes no part."""

    bar: Refusal | None
    holders: clients.Holders


async def facts_to_issue(assessment_id: UUID, bar: Bar, call: web.Caller, kernel: web.KernelOf) -> Issuing:
    """Whose certificates they are: each keeps the name that it is printed with. Nobody is asked where nothing can be issued."""
    async with kernel.reading() as session:
        assessment = await assessments.find(session, call, assessment_id)
        people = (
            await assessments.candidates(session, assessment_id)
            if assessment.status in (AssessmentStatus.LOCKED, AssessmentStatus.ISSUED)
            else []
        )
    passed = {each.written_as for each in people if each.passed and not each.certified}
    class_ids = [assessment.class_id] if assessment.class_id else []
    return Issuing(bar, await clients.holders(kernel, call, passed if bar is None else (), class_ids))


async def issue(
    session: AsyncSession, call: Call, kernel: Kernel, assessment_id: UUID, known: Issuing, comment: str | None
) -> AssessmentPaper:
    """Mints the certificates of those who passed, have none yet and do not hold the level by another batch that was issued meanwhile: of all at first, later of
    whom an amendment lets pass. The filing must cover the batch on the day it was held and on the day of issue."""
    assessment = await assessment_steps.begin(session, call, assessment_id, "issue", bar=known.bar)
    filing = await session.get_one(Filing, assessment.filing_id)
    people = await assessments.candidates(session, assessment.id)
    await minting.lock_persons(session, {each.trainee_id for each in people})
    without = {*await assessments.uncertified(session, assessment, call.today)}
    passed = {each.trainee_id: each.written_as for each in people if each.written_as in without}  # once of who was announced under two ids
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
        known.holders.schools.get(assessment.class_id) if assessment.class_id else None,
    )
    assessment.status, assessment.issued_on = "issued", assessment.issued_on or call.today
    holders = known.holders.by_id
    minted = await minting.mint(session, call, kernel, batch, {each: holders.get(each) for each in passed.values()})
    return await assessment_steps.finish(session, call, assessment, "issued", certificates=minted, comment=comment)


@dataclass(frozen=True, slots=True)
class Registering:
    """Whether the registry knows the holder, whom else the certificate concerns, and the file named as proof that is none."""

    holders: clients.Holders
    unknown_files: frozenset[UUID]


async def facts_to_register(body: CertificateIn, call: web.Caller, kernel: web.KernelOf) -> Registering:
    named = ([each] if each else [] for each in (body.class_id, body.skill_standard_id))
    proof = changes.file_id(body.proof)
    found = await asyncio.gather(
        clients.holders(kernel, call, [body.trainee_id], *named), clients.unknown_files(kernel, call, {proof} if proof else ())
    )
    return Registering(*found)


def unknown_proof(body: CertificateIn, unknown_files: Collection[UUID]) -> list[errors.Fault]:
    """Whoever sees the certificate may read the file that it names."""
    if changes.file_id(body.proof) not in unknown_files:
        return []
    return [errors.Fault("unknown_file", "/proof", seen=body.proof, fix="请先上传文件,填写其编号。")]


async def register(session: AsyncSession, call: Call, kernel: Kernel, body: CertificateIn, gathered: Registering) -> CertificatePaper:
    """Another issuer's certificate. Of its number only shape, year and level are compared, and that it is none that would have been minted here."""
    key = reading.key_of(kernel, body.number)
    existing_id = await session.scalar(select(Certificate.id).where(Certificate.kind == body.kind, Certificate.number_key == key))
    if existing_id is not None:
        raise DuplicateCertificate(existing_id=str(existing_id))
    if await not_minted(session, {0: body}):
        raise NumberNotMinted
    known = gathered.holders
    holder = known.by_id.get(body.trainee_id)
    faults = [*wire.faults(RULES, body, call.today), *_holder(body, holder), *unborn(body, holder), *_examined_by(body, known)]
    if faults := [*faults, *unknown_proof(body, gathered.unknown_files)]:
        raise errors.Invalid(faults=faults)
    holder_id = (await ALIASES.resolved(session, [body.trainee_id]))[body.trainee_id]
    certificate = Certificate(**as_kept(call, kernel, body, holder_id, known))
    session.add(certificate)
    await session.flush()
    await deeds.record(session, call, "certificate.registered", certificate.id, **reading.thin(certificate))
    return steps.paper(call, certificate).model_copy(update={"warnings": await reading.alike(session, [certificate.id])})


async def not_minted(session: AsyncSession, items: Mapping[int, CertificateIn]) -> set[int]:
    """Which of these, none of them registered, bear a number that could only have been minted here: under the prefix of a body filed here, dated since."""
    prefixes = {index: prefix for index, each in items.items() if (prefix := policy.prefix_of(each.kind, each.number))}
    if not prefixes:
        return set()
    rows = await session.execute(select(NumberPrefix).where(NumberPrefix.prefix.in_(set(prefixes.values()))))
    since = {row.prefix: row.since_on for row in rows.scalars()}
    return {index for index, prefix in prefixes.items() if prefix in since and items[index].issued_on >= since[prefix]}


def as_kept(call: Call, kernel: Kernel, body: CertificateIn, holder_id: UUID, known: clients.Holders) -> dict[str, Any]:
    """The columns of a certificate of another issuer. Where the name on it is not told it is the holder's of today."""
    shown = policy.EMBEDDED_ID_NUMBER.sub(lambda found: privacy.mask_number(found[0]), policy.normal(body.number))
    key = reading.key_of(kernel, body.number)
    kept = {"trainee_id": holder_id, "number": shown, "number_key": key, "registered_at": call.now}
    holder = known.by_id.get(body.trainee_id)
    standard = known.skill_standards.get(body.skill_standard_id) if body.skill_standard_id else None
    concerned = {
        "school_id": known.schools.get(body.class_id) if body.class_id else None,
        "employer_id": holder.employer_id if holder else None,
        "skill_standard_name": standard.name if standard else None,
    }
    name = body.printed_name or (holder.name if holder else None)
    return body.model_dump(exclude={"printed_name"}) | kept | concerned | {"prints": policy.prints(name, body.issued_on)}


async def verify(call: Call, kernel: Kernel, body: VerifyIn) -> VerifyOut:
    """Whether a number and a name belong to a certificate valid on a day. Names are asked for also where the number is unknown: same work, same answer."""
    on = body.on or call.today
    wanted = select(Certificate).where(Certificate.number_key == reading.key_of(kernel, body.number)).order_by(Certificate.issued_on.desc())
    async with kernel.reading() as session:
        found = (await session.scalars(wanted)).all()
    known = (await clients.names(kernel, call, trainee_ids={each.trainee_id for each in found})).trainees
    named = [each for each in found if each.trainee_id in known and _is_named(each, known[each.trainee_id], body.name)]
    if not named:
        return VerifyOut(valid=False, on=on, reason=Verification.NOT_FOUND, detail=WORDS[Verification.NOT_FOUND])
    judged = [(each, policy.not_valid(each.issued_on, each.revoked_on, on)) for each in named]
    certificate, reason = next((pair for pair in judged if pair[1] is None), judged[0])
    printed = certificate.prints if certificate.assessment_id else []
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
        edition=len(printed) or None,
        printed_on=printed[-1]["printed_on"] if printed else None,
    )


def _is_named(certificate: Certificate, holder: clients.TraineeName, name: str) -> bool:
    """By a name that it was printed with, or the holder's of today; where none was kept, by any that the holder had."""
    if not certificate.prints:
        return holder.is_called(name)
    return policy.bears(certificate.prints, name) or person_names.same(holder.name, name)


def _holder(body: CertificateIn, holder: clients.TraineeName | None) -> Iterable[errors.Fault]:
    if holder is None:
        yield errors.Fault("unknown_holder", "/trainee_id", seen=str(body.trainee_id), fix="请核对学员编号,或先登记学员。")
    elif body.printed_name and not holder.is_called(body.printed_name):
        yield errors.Fault("printed_name_differs", "/printed_name", allowed="持证人现在或以前的姓名", fix="请核对证书上的姓名和学员编号。")


def unborn(body: CertificateIn, holder: clients.Holder | None) -> Iterable[errors.Fault]:
    """Nobody was given a certificate before they were born."""
    if holder is not None and body.issued_on < holder.birth_on:
        fix = "这一天持证人尚未出生,请核对发证日期和持证人。"
        yield errors.Fault("invalid_value", "/issued_on", seen=str(body.issued_on), allowed="持证人出生之日或以后", fix=fix)


def _examined_by(body: CertificateIn, known: clients.Holders) -> Iterable[errors.Fault]:
    """A standard of the trade that was in force when the certificate was issued."""
    if body.skill_standard_id is None or body.kind != "special_skill":
        return
    standard, at, seen = known.skill_standards.get(body.skill_standard_id), "/skill_standard_id", str(body.skill_standard_id)
    if standard is None:
        yield errors.Fault("unknown_skill_standard", at, seen=seen, allowed="已登记的考核规范", fix="请核对编号。")
    elif not standard.stands(body.issued_on):
        allowed = f"在 {body.issued_on} 施行的考核规范"
        yield errors.Fault("unknown_skill_standard", at, seen=standard.name, allowed=allowed, fix="请核对考核规范和发证日期。")
    elif body.occupation_code and standard.occupation_code and body.occupation_code != standard.occupation_code:
        allowed = f"{body.occupation_code} 的考核规范"
        yield errors.Fault("unknown_skill_standard", at, seen=standard.name, allowed=allowed, fix="请核对考核规范和职业。")


def _standard(body: CertificateIn, _: date) -> Iterable[errors.Fault]:
    if body.skill_standard_id and body.kind != "special_skill":
        fix = "请去掉该项,或核对证书种类。"
        yield errors.Fault("invalid_value", "/skill_standard_id", allowed="只有专项职业能力证书填写", fix=fix)


def _number(body: CertificateIn, _: date) -> Iterable[errors.Fault]:
    level = rules.levels()[body.level] if body.level else None
    for fault in policy.number_faults(rules.number_shapes(), body.kind, body.number, level, body.issued_on):
        yield errors.Fault(fault.code, "/number", seen=fault.seen, allowed=fault.allowed, fix="请对照证书原件核对。")


def _level(body: CertificateIn, _: date) -> Iterable[errors.Fault]:
    if body.kind == "skill_level" and body.level is None:
        yield errors.Fault("level_required", "/level", allowed="八个等级之一", fix="请按证书填写等级。")
    if body.kind == "special_skill" and body.level is not None:
        yield errors.Fault("no_level", "/level", seen=body.level, allowed="不填", fix="请去掉等级,或核对证书种类。")


def _occupation(body: CertificateIn, _: date) -> Iterable[errors.Fault]:
    if body.kind in ("skill_level", "qualification") and body.occupation_code is None:
        yield errors.Fault("missing_field", "/occupation_code", allowed="职业代码,见 /v1/occupations", fix="请按证书填写职业。")
    if body.occupation_code is not None:
        yield from occupation_faults(body.occupation_code, body.level, ("/occupation_code", "/level"))


def _issued(body: CertificateIn, today: date) -> Iterable[errors.Fault]:
    if body.issued_on > today:
        yield errors.Fault("issued_later", "/issued_on", seen=str(body.issued_on), allowed=f"不晚于 {today}", fix="请核对发证日期。")


RULES = (_number, _level, _occupation, _issued, _standard)
