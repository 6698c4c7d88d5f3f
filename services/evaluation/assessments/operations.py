"""An assessment batch from its announcement to its lock: who sits it, who assesses, who supervises. Certificates issue it."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients, rules
from services.evaluation.assessments import policy, steps
from services.evaluation.assessments.errors import ConflictOfInterest
from services.evaluation.assessments.schemas import AssessmentIn, AssessmentPaper, SupervisionIn, SupervisionOut
from services.evaluation.assessments.tables import Assessment, Candidate, Supervision
from services.evaluation.examiners.policy import Identity, first_same
from services.evaluation.filings import policy as filings
from services.evaluation.filings import reading as filing_reading
from services.evaluation.filings import visibility as filing_visibility
from services.evaluation.filings.errors import BARS, OutOfScope
from services.evaluation.filings.tables import Filing
from services.evaluation.known.conditions import ALIASES
from shared import errors, privacy, redaction, web, wire
from shared.access import Call
from shared.steps import Refusal

CITIZEN_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")


@dataclass(frozen=True, slots=True)
class Announcing:
    """What the registry knows of a batch to come. `bar`: why the institution takes no part."""

    bar: Refusal | None
    facts: clients.AssessmentFacts


async def facts_to_create(body: AssessmentIn, call: web.Caller, kernel: web.KernelOf) -> Announcing:
    """What the registry knows of the institution, the candidates and the class, as of the day of the exam."""
    async with kernel.reading() as session:
        filing = await _filing(session, call, body)
    bar, facts = await asyncio.gather(
        clients.bar(kernel, call, filing.institution_id, [body.held_on, call.today]),
        clients.assessment_facts(kernel, call, filing.institution_id, body.candidates, body.class_id, body.held_on),
    )
    return Announcing(bar, facts)


async def create(session: AsyncSession, call: Call, body: AssessmentIn, known: Announcing) -> AssessmentPaper:
    """Announces a batch within the filing, by an institution that takes part on the day of the exam and today. First the filing on the day, then who must
    stand aside, then every other fault at once."""
    filing = await _filing(session, call, body)
    if known.bar:
        raise BARS[known.bar.code](known.bar.detail)
    facts = known.facts
    staff = filings.staff_on(filing.staff, filing.staff_history, body.held_on)
    ids = await ALIASES.resolved(session, {*body.candidates, *_trainees_of(staff)})
    candidates = [Identity(each.name, trainee_id=str(ids[each.id]), id_number_masked=each.id_number_masked) for each in facts.trainees]
    if same := first_same(_staff(staff, body.assessors, ids), candidates):
        raise ConflictOfInterest(
            f"证卡 {_shown(same[0].card)} 的考评员与考生 {same[1].trainee_id} 是同一人。考生不能担任本批次的考评员,请改派。"
        )
    if faults := [*wire.faults(RULES, body, call.today), *_assessor_faults(body, staff), *_candidate_faults(body, filing, facts)]:
        raise errors.Invalid(faults=faults)
    assessment = Assessment(
        **body.model_dump(exclude={"candidates"}),
        institution_id=filing.institution_id,
        year=call.today.year,
        status="open",
        created_at=call.now,
        changed_at=call.now,
    )
    session.add(assessment)
    await session.flush()
    await session.execute(
        insert(Candidate),
        [{"assessment_id": assessment.id, "trainee_id": each} for each in dict.fromkeys(ids[each] for each in body.candidates)],
    )
    return await steps.finish(session, call, assessment, "created", bar=known.bar, candidates=len(body.candidates))


async def facts_to_supervise(assessment_id: UUID, call: web.Caller, kernel: web.KernelOf) -> clients.ClassRead | None:
    """Who teaches the class of the batch; None where it has none."""
    async with kernel.reading() as session:
        assessment = await steps.begin(session, call, assessment_id, "supervision", lock=False)
    if assessment.class_id is None:
        return None
    return (await clients.assessment_facts(kernel, call, assessment.institution_id, [], assessment.class_id, assessment.held_on)).class_


async def supervise(
    session: AsyncSession, call: Call, assessment_id: UUID, body: SupervisionIn, taught: clients.ClassRead | None
) -> SupervisionOut:
    """Records a supervision. The supervisor is neither an assessor nor a trainer of the batch, whatever else their card says."""
    assessment = await steps.begin(session, call, assessment_id, "supervision")
    filing = await session.get_one(Filing, assessment.filing_id)
    staff = filings.staff_on(filing.staff, filing.staff_history, assessment.held_on)
    ids = await ALIASES.resolved(session, _trainees_of(staff))
    supervisor = _staff(staff, [body.supervisor], ids)
    if first_same(supervisor, _staff(staff, assessment.assessors, ids)):
        raise ConflictOfInterest(f"证卡 {_shown(body.supervisor)} 的持有人是本批次的考评员,不能担任督导员。请改派。")
    teachers = [Identity(each.name, id_number_masked=each.id_number_masked) for each in taught.teachers] if taught else []
    if first_same(supervisor, teachers):
        raise ConflictOfInterest(f"证卡 {_shown(body.supervisor)} 的持有人是本班的授课教师,不能担任督导员。请改派。")
    if body.supervisor not in {each["card"] for each in staff["supervisors"]}:
        fault = errors.Fault("not_a_filed_supervisor", "/supervisor", allowed="备案的督导人员的证卡", fix="请核对证卡编号。")
        raise errors.Invalid(faults=[fault])
    record = Supervision(assessment_id=assessment.id, **body.model_dump(), recorded_at=call.now)
    session.add(record)
    await steps.finish(session, call, assessment, "supervised", mode=body.mode)
    shown = SupervisionOut.model_validate(record)
    return shown.model_copy(update={"supervisor_name": supervisor[0].name})


async def lock(session: AsyncSession, call: Call, assessment_id: UUID, bar: Refusal | None, comment: str | None) -> AssessmentPaper:
    """From here on the results stand."""
    assessment = await steps.begin(session, call, assessment_id, "lock")
    assessment.status = "locked"
    return await steps.finish(session, call, assessment, "locked", bar=bar, comment=comment)


async def _filing(session: AsyncSession, call: Call, body: AssessmentIn) -> Filing:
    """The caller's filing, where it covers the occupation and level on the day of the exam."""
    filing = await session.scalar(select(Filing).where(Filing.id == body.filing_id, filing_visibility.rows(call.actor)))
    if filing is None:
        raise errors.Invalid(
            faults=[errors.Fault("unknown_filing", "/filing_id", seen=str(body.filing_id), fix="请填写本单位备案的编号。")]
        )
    if reason := filings.out_of_scope(filing_reading.covered(filing), body.occupation_code, rules.levels()[body.level], body.held_on):
        raise OutOfScope(f"{reason}。请核对考核日期、职业和等级;需要增加职业、等级的先办理备案。", filing_id=str(filing.id))
    return filing


def _trainees_of(staff: filings.Staff) -> set[UUID]:
    """Those of the filing's teams who are registered as trainees too."""
    return {UUID(each["trainee_id"]) for team in staff.values() for each in team if each.get("trainee_id")}


def _staff(staff: filings.Staff, cards: Iterable[str], ids: Mapping[UUID, UUID]) -> list[Identity]:
    """Who the cards belong to, as the teams of the exam's day have them and as merged (`ids`). A card may be the holder's ID number itself."""
    known = {each["card"]: each for team in staff.values() for each in team}
    trainees = {card: str(ids[UUID(each["trainee_id"])]) for card, each in known.items() if each.get("trainee_id")}
    return [
        Identity(
            known.get(card, {}).get("name"), card, trainees.get(card), privacy.mask_number(card) if CITIZEN_NUMBER.fullmatch(card) else None
        )
        for card in cards
    ]


def _shown(card: str | None) -> str:
    return redaction.redact(card or "")


def _numbered(body: AssessmentIn, _: date) -> Iterable[errors.Fault]:
    """A certificate of the level can be numbered."""
    levels = rules.levels()
    if levels[body.level].digit is None:
        allowed = "、".join(level.name for level in levels.values() if level.digit is not None)
        yield errors.Fault("level_without_number", "/level", seen=levels[body.level].name, allowed=allowed, fix="请改选等级。")


def _assessors(body: AssessmentIn, _: date) -> Iterable[errors.Fault]:
    for index in filings.repeated((each, "") for each in body.assessors):
        yield errors.Fault("listed_twice", f"/assessors/{index}", fix="请删除重复的一项。")


def _candidates(body: AssessmentIn, _: date) -> Iterable[errors.Fault]:
    for index in filings.repeated((str(each), "") for each in body.candidates):
        yield errors.Fault("listed_twice", f"/candidates/{index}", fix="请删除重复的一项。")


RULES = (_numbered, _assessors, _candidates)


def _assessor_faults(body: AssessmentIn, staff: filings.Staff) -> Iterable[errors.Fault]:
    filed = {each["card"] for each in staff["assessors"]}
    for index, card in enumerate(body.assessors):
        if card not in filed:
            allowed = "备案的考评人员的证卡"
            yield errors.Fault("not_a_filed_assessor", f"/assessors/{index}", seen=_shown(card), allowed=allowed, fix="请核对证卡编号。")


def _candidate_faults(body: AssessmentIn, filing: Filing, facts: clients.AssessmentFacts) -> Iterable[errors.Fault]:
    known = {each.id: each for each in facts.trainees}
    own_alone, own = rules.here().own_workers_only(filing.body_class), rules.here().own_worker_category
    for index, trainee_id in enumerate(body.candidates):
        person = known.get(trainee_id)
        if person is None:
            yield errors.Fault("unknown_candidate", f"/candidates/{index}", seen=str(trainee_id), fix="请核对学员编号。")
        elif own_alone:
            worker = policy.Candidate(str(person.employer_id) if person.employer_id else None, person.registered_here, person.categories)
            if not policy.is_own_worker(worker, str(filing.institution_id), own):
                allowed = "用人单位为本单位,或由本单位登记为企业职工的学员"
                yield errors.Fault(
                    "not_own_worker", f"/candidates/{index}", seen=str(trainee_id), allowed=allowed, fix="请先更正学员的用人单位。"
                )
    if body.class_id is not None and facts.class_ is None:
        yield errors.Fault("unknown_batch_class", "/class_id", seen=str(body.class_id), fix="请核对班级编号,或不填。")
