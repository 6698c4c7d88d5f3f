"""An assessment batch from its announcement to the certificates: who sits it, who assesses, who supervises, lock, issue."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.evaluation import clients
from services.evaluation.assessments import policy, sight
from services.evaluation.assessments.errors import ConflictOfInterest, SupervisionMissing
from services.evaluation.assessments.schemas import AssessmentIn, AssessmentPaper, SupervisionIn, SupervisionOut
from services.evaluation.assessments.tables import Assessment, Candidate, Supervision
from services.evaluation.certificates import minting
from services.evaluation.filings import policy as filings
from services.evaluation.filings import sight as filing_sight
from services.evaluation.filings.errors import OutOfScope
from services.evaluation.filings.tables import Filing
from services.evaluation.levels import DIGITS, LEVELS
from shared import audit, changes, errors, privacy
from shared.access import Call
from shared.web import Kernel

CITIZEN_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: AssessmentIn) -> AssessmentPaper:
    """Announces a batch within the filing. First the filing on the day, then who must stand aside, then every other fault at once."""
    filing = await session.scalar(select(Filing).where(Filing.id == body.filing_id, filing_sight.condition(call.actor)))
    if filing is None:
        raise errors.Invalid(
            faults=[errors.Fault("unknown_filing", "/filing_id", seen=str(body.filing_id), fix="请填写本单位备案的编号。")]
        )
    if reason := filings.out_of_scope(filing_sight.coverage(filing), body.occupation_code, body.level, body.held_on):
        raise OutOfScope(f"{reason}。请核对考核日期、职业和等级;需要增加职业、等级的先办理备案。", filing_id=str(filing.id))
    facts = await clients.assessment_facts(kernel, call, filing.institution_id, body.candidates, body.class_id, body.held_on)
    candidates = [policy.Identity(each.name, trainee_id=str(each.id), id_number_masked=each.id_number_masked) for each in facts.trainees]
    if same := policy.first_same(_staff(filing, body.assessors), candidates):
        raise ConflictOfInterest(
            f"证卡 {_shown(same[0].card)} 的考评员与考生 {same[1].trainee_id} 是同一人。考生不能担任本批次的考评员,请改派。"
        )
    if faults := [*_faults(body, filing), *_candidate_faults(body, filing, facts)]:
        raise errors.Invalid(faults=faults)
    assessment = Assessment(
        **body.model_dump(exclude={"candidates"}), institution_id=filing.institution_id, year=call.today.year, status="open",
        created_at=call.now, changed_at=call.now,
    )  # fmt: skip
    session.add(assessment)
    await session.flush()
    await session.execute(insert(Candidate), [{"assessment_id": assessment.id, "trainee_id": each} for each in body.candidates])
    await announce(session, call, assessment, "created", candidates=len(body.candidates))
    return await sight.paper(session, call, assessment)


async def supervise(session: AsyncSession, call: Call, kernel: Kernel, assessment_id: UUID, body: SupervisionIn) -> SupervisionOut:
    """Records a supervision. The supervisor is neither an assessor nor a trainer of the batch, whatever else their card says."""
    assessment = await begin(session, call, assessment_id, "supervision")
    filing = await session.get_one(Filing, assessment.filing_id)
    supervisor = _staff(filing, [body.supervisor])
    if policy.first_same(supervisor, _staff(filing, assessment.assessors)):
        raise ConflictOfInterest(f"证卡 {_shown(body.supervisor)} 的持有人是本批次的考评员,不能担任督导员。请改派。")
    if assessment.class_id is not None:
        facts = await clients.assessment_facts(kernel, call, assessment.institution_id, [], assessment.class_id, assessment.held_on)
        teachers = (
            [policy.Identity(each.name, id_number_masked=each.id_number_masked) for each in facts.class_.teachers] if facts.class_ else []
        )
        if policy.first_same(supervisor, teachers):
            raise ConflictOfInterest(f"证卡 {_shown(body.supervisor)} 的持有人是本班的授课教师,不能担任督导员。请改派。")
    if body.supervisor not in {each["card"] for each in filing.staff["supervisors"]}:
        fault = errors.Fault("not_a_filed_supervisor", "/supervisor", allowed="备案的督导人员的证卡", fix="请核对证卡编号。")
        raise errors.Invalid(faults=[fault])
    record = Supervision(assessment_id=assessment.id, **body.model_dump(), recorded_at=call.now)
    session.add(record)
    await finish(session, call, assessment, "supervised", mode=body.mode)
    return SupervisionOut.model_validate(record)


async def lock(session: AsyncSession, call: Call, assessment_id: UUID, comment: str | None) -> AssessmentPaper:
    """From here on the results stand."""
    assessment = await begin(session, call, assessment_id, "lock")
    if await session.scalar(select(Supervision.id).where(Supervision.assessment_id == assessment.id).limit(1)) is None:
        raise SupervisionMissing()
    assessment.status = "locked"
    await finish(session, call, assessment, "locked", comment=comment)
    return await sight.paper(session, call, assessment)


async def issue(session: AsyncSession, call: Call, kernel: Kernel, assessment_id: UUID, comment: str | None) -> AssessmentPaper:
    """Mints the certificates of those who passed. The filing must cover the batch on the day it was held and on the day of issue.

    The filing is locked as well, so that it is not suspended or revoked in between.
    """
    assessment = await begin(session, call, assessment_id, "issue")
    if too_early := policy.too_early_to_issue(assessment.held_on, call.today):
        raise errors.InvalidState(too_early)
    filing = await session.get_one(Filing, assessment.filing_id, with_for_update={"read": True})
    for day in (assessment.held_on, call.today):
        if reason := filings.out_of_scope(filing_sight.coverage(filing), assessment.occupation_code, assessment.level, day):
            raise OutOfScope(f"{reason}。不能据此发证。", filing_id=str(filing.id))
    passed = (
        select(Candidate.trainee_id)
        .where(Candidate.assessment_id == assessment.id, Candidate.passed.is_(True))
        .order_by(Candidate.trainee_id)
    )
    batch = minting.Batch(
        assessment.id, filing.id, filing.institution_id, filing.institution_name, filing.number_prefix or "", assessment.occupation_code,
        assessment.level, assessment.held_on, assessment.class_id,
    )  # fmt: skip
    assessment.status, assessment.issued_on = "issued", call.today
    minted = await minting.mint(session, call, kernel, batch, (await session.scalars(passed)).all())
    await finish(session, call, assessment, "issued", certificates=minted, comment=comment)
    return await sight.paper(session, call, assessment)


async def begin(session: AsyncSession, call: Call, assessment_id: UUID, action: policy.Action) -> Assessment:
    """The batch, locked, at the version the caller knows, in the state the step needs."""
    assessment = await sight.find(session, call, assessment_id, lock=True)
    call.match(assessment.version)
    if wrong := policy.wrong_state(action, assessment.status):
        raise errors.InvalidState(wrong)
    return assessment


async def finish(session: AsyncSession, call: Call, assessment: Assessment, done: str, **details: Any) -> None:
    assessment.changed_at = call.now
    flag_modified(assessment, "changed_at")  # results and supervision are part of the paper: they raise its version too
    await session.flush()
    await announce(session, call, assessment, done, **details)


async def announce(session: AsyncSession, call: Call, assessment: Assessment, done: str, **details: Any) -> None:
    told = {name: value for name, value in details.items() if value is not None} | {
        "status": assessment.status,
        "version": assessment.version,
    }
    await audit.record(session, call, f"assessment.{done}", "assessment", assessment.id, told)
    await changes.publish(
        session, call, f"assessment.{done}", assessment.id, filing_id=assessment.filing_id, class_id=assessment.class_id,
        status=assessment.status, version=assessment.version,
    )  # fmt: skip


def _staff(filing: Filing, cards: Iterable[str]) -> list[policy.Identity]:
    """Who the cards belong to, as the filing's teams have them. A card may be the holder's ID number itself."""
    known = {each["card"]: each for team in filing.staff.values() for each in team}
    return [
        policy.Identity(
            known.get(card, {}).get("name"), card, known.get(card, {}).get("trainee_id"), privacy.mask_number(card) if CITIZEN_NUMBER.fullmatch(card) else None
        )
        for card in cards
    ]  # fmt: skip


def _shown(card: str | None) -> str:
    return privacy.redact(card or "")


def _faults(body: AssessmentIn, filing: Filing) -> Iterable[errors.Fault]:
    if body.level not in DIGITS:
        allowed = "、".join(LEVELS[level] for level in DIGITS)
        yield errors.Fault("level_without_number", "/level", seen=LEVELS[body.level], allowed=allowed, fix="请改选等级。")
    filed = {each["card"] for each in filing.staff["assessors"]}
    for index, card in enumerate(body.assessors):
        if card not in filed:
            yield errors.Fault(
                "not_a_filed_assessor", f"/assessors/{index}", seen=_shown(card), allowed="备案的考评人员的证卡", fix="请核对证卡编号。"
            )
    for field, listed in (("assessors", body.assessors), ("candidates", [str(each) for each in body.candidates])):
        for index in filings.repeated((each, "") for each in listed):
            yield errors.Fault("listed_twice", f"/{field}/{index}", fix="请删除重复的一项。")


def _candidate_faults(body: AssessmentIn, filing: Filing, facts: clients.AssessmentFacts) -> Iterable[errors.Fault]:
    known = {each.id: each for each in facts.trainees}
    own_only = filing.number_prefix is not None and filing.number_prefix[0] == filings.OWN_WORKERS_ONLY
    for index, trainee_id in enumerate(body.candidates):
        person = known.get(trainee_id)
        if person is None:
            yield errors.Fault("unknown_candidate", f"/candidates/{index}", seen=str(trainee_id), fix="请核对学员编号。")
        elif own_only:
            worker = policy.Candidate(str(person.employer_id) if person.employer_id else None, person.registered_here, person.categories)
            if not policy.is_own_worker(worker, str(filing.institution_id)):
                allowed = "用人单位为本单位,或由本单位登记为企业职工的学员"
                yield errors.Fault(
                    "not_own_worker", f"/candidates/{index}", seen=str(trainee_id), allowed=allowed, fix="请先更正学员的用人单位。"
                )
    if body.class_id is not None and facts.class_ is None:
        yield errors.Fault("unknown_batch_class", "/class_id", seen=str(body.class_id), fix="请核对班级编号,或不填。")
