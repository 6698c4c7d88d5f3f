"""An assessment batch from its announcement to its lock: who sits it, who assesses, who supervises. Certificates issue it."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation import rules as county_rules
from services.evaluation.assessments import facts, rules, steps
from services.evaluation.assessments.errors import ConflictOfInterest
from services.evaluation.assessments.facts import Announcing
from services.evaluation.assessments.schemas import (
    AssessmentIn,
    AssessmentMoved,
    AssessmentPaper,
    AssessmentWarning,
    SupervisionIn,
    SupervisionOut,
)
from services.evaluation.assessments.tables import CANDIDATES, Assessment, Candidate, Supervision
from services.evaluation.examiners import facts as examiners
from services.evaluation.examiners.policy import Identity, card_invalid, first_same
from services.evaluation.filings import policy as filings
from services.evaluation.filings import reading as filing_reading
from services.evaluation.filings import visibility as filing_visibility
from services.evaluation.filings.errors import BARS, OutOfScope
from services.evaluation.filings.tables import Filing
from services.evaluation.known.conditions import ALIASES
from shared import changes, db, errors, privacy, redaction, web, wire
from shared.access import Call
from shared.steps import Refusal

CITIZEN_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")


async def facts_to_create(body: AssessmentIn, call: web.Caller, kernel: web.KernelOf) -> Announcing:
    async with kernel.reading() as session:
        filing = await _filing(session, call, body)
    return await facts.announcing(kernel, call, filing.institution_id, body)


async def create(session: AsyncSession, call: Call, body: AssessmentIn, known: Announcing) -> AssessmentPaper:
    """Announces a batch within the filing, by an institution that takes part on the day of the exam and today. First the filing on the day, then who must
    stand aside, then every other fault at once."""
    filing = await _filing(session, call, body)
    ids, warnings = await _checked(session, body, filing, known, wire.faults(rules.RULES, body, call.today))
    assessment = Assessment(
        **body.model_dump(exclude={"candidates", "proofs"}),
        **body.model_dump(mode="json", include={"proofs"}),
        institution_id=filing.institution_id,
        year=call.today.year,
        status="open",
        warnings=[each.model_dump() for each in warnings],
        created_at=call.now,
        changed_at=call.now,
    )
    session.add(assessment)
    await session.flush()
    people = dict.fromkeys(ids[each] for each in body.candidates)
    await db.insert_all(session, insert(CANDIDATES), [{"assessment_id": assessment.id, "trainee_id": each} for each in people])
    return await steps.finish(session, call, assessment, "created", bar=known.bar, candidates=len(body.candidates), reason=body.reason)


async def facts_to_reschedule(assessment_id: UUID, body: AssessmentMoved, call: web.Caller, kernel: web.KernelOf) -> Announcing:
    async with kernel.reading() as session:
        assessment = await steps.begin(session, call, assessment_id, "reschedule", lock=False)
        moved = await facts.as_announced(session, assessment, body.held_on)
    return await facts.announcing(kernel, call, assessment.institution_id, moved)


async def reschedule(session: AsyncSession, call: Call, assessment_id: UUID, body: AssessmentMoved, known: Announcing) -> AssessmentPaper:
    """Another day, which must hold as that of a new batch does."""
    assessment = await steps.begin(session, call, assessment_id, "reschedule")
    moved, before = await facts.as_announced(session, assessment, body.held_on), assessment.held_on
    faults = []
    if body.held_on < call.today:
        faults = [errors.Fault("posted_after_exam", "/held_on", seen=str(body.held_on), allowed=f"不早于 {call.today}", fix="请改选日期。")]
    _, warnings = await _checked(session, moved, await _filing(session, call, moved), known, faults)
    assessment.held_on, assessment.reason, assessment.warnings = body.held_on, body.reason, [each.model_dump() for each in warnings]
    days = {"held_on": str(body.held_on), "held_on_before": str(before)}
    return await steps.finish(session, call, assessment, "rescheduled", bar=known.bar, reason=body.reason, **days)


async def cancel(session: AsyncSession, call: Call, assessment_id: UUID, reason: str) -> AssessmentPaper:
    assessment = await steps.begin(session, call, assessment_id, "cancel")
    assessment.status, assessment.reason = "cancelled", reason
    return await steps.finish(session, call, assessment, "cancelled", reason=reason)


async def _checked(
    session: AsyncSession, body: AssessmentIn, filing: Filing, known: Announcing, faults: list[errors.Fault]
) -> tuple[Mapping[UUID, UUID], list[AssessmentWarning]]:
    """Whom the ids mean, and what warns. Refuses an institution that takes no part, then who must stand aside, then all faults together."""
    if known.bar:
        raise BARS[known.bar.code](known.bar.detail)
    staff = filings.staff_on(filing.staff, filing.staff_history, body.held_on)
    ids = await ALIASES.resolved(session, {*body.candidates, *_trainees_of(staff)})
    _stand_aside(_staff(staff, body.assessors, ids), "考评员", _people(known.facts, ids), "考生")
    _stand_aside(_staff(staff, body.assessors, ids), "考评员", _teachers(known.facts), "授课教师")
    _stand_aside(_teachers(known.facts), "授课教师", _people(known.facts, ids), "考生")
    held = await rules.held_levels(session, body, ids)
    faults += rules.of_days(body, known)
    faults += await rules.of_assessors(session, body, staff)
    if faults := [*faults, *rules.of_candidates(body, filing, known, held)]:
        raise errors.Invalid(faults=faults)
    return ids, rules.warnings(body, known, held)


@dataclass(frozen=True, slots=True)
class Supervising:
    """Who sits the exam and who teaches the class, and the file named as report that is none."""

    facts: clients.AssessmentFacts
    unknown_files: frozenset[UUID]


async def facts_to_supervise(assessment_id: UUID, body: SupervisionIn, call: web.Caller, kernel: web.KernelOf) -> Supervising:
    async with kernel.reading() as session:
        assessment = await steps.begin(session, call, assessment_id, "supervision", lock=False)
        announced = await facts.as_announced(session, assessment, assessment.held_on)
    report = changes.file_id(body.report)
    found = await asyncio.gather(
        clients.assessment_facts(kernel, call, assessment.institution_id, announced.candidates, assessment.class_id, assessment.held_on),
        clients.unknown_files(kernel, call, {report} if report else ()),
    )
    return Supervising(*found)


async def supervise(session: AsyncSession, call: Call, assessment_id: UUID, body: SupervisionIn, gathered: Supervising) -> SupervisionOut:
    """Records a supervision. The supervisor is no assessor, trainer or candidate of the batch, whatever else their card says."""
    assessment, known = await steps.begin(session, call, assessment_id, "supervision"), gathered.facts
    filing = await session.get_one(Filing, assessment.filing_id)
    staff = filings.staff_on(filing.staff, filing.staff_history, assessment.held_on)
    ids = await ALIASES.resolved(session, {*(each.id for each in known.trainees), *_trainees_of(staff)})
    supervisor = _staff(staff, [body.supervisor], ids)
    _stand_aside(supervisor, "督导员", _staff(staff, assessment.assessors, ids), "考评员")
    _stand_aside(supervisor, "督导员", _teachers(known), "授课教师")
    _stand_aside(supervisor, "督导员", _people(known, ids), "考生")
    faults = []
    if call.today < assessment.held_on:
        allowed = f"不早于 {assessment.held_on}"
        faults += [errors.Fault("supervision_before_exam", "", seen=str(call.today), allowed=allowed, fix="请在考核当日或之后登记。")]
    if body.supervisor not in {each["card"] for each in staff["supervisors"]}:
        faults += [errors.Fault("not_a_filed_supervisor", "/supervisor", allowed="备案的督导人员的证卡", fix="请核对证卡编号。")]
    registered = await examiners.registered(session, {body.supervisor})
    if reason := card_invalid(registered[body.supervisor], supervisor[0].name, assessment.held_on):
        faults += [errors.Fault("card_invalid", "/supervisor", allowed=reason, fix=examiners.FIX)]
    faults += [errors.Fault("unknown_file", "/report", seen=str(each), fix="请先上传文件。") for each in gathered.unknown_files]
    if faults:
        raise errors.Invalid(faults=faults)
    record = Supervision(assessment_id=assessment.id, **body.model_dump(), recorded_at=call.now)
    session.add(record)
    await steps.finish(session, call, assessment, "supervised", mode=body.mode)
    shown = SupervisionOut.model_validate(record)
    return shown.model_copy(update={"supervisor_name": supervisor[0].name})


async def lock(session: AsyncSession, call: Call, assessment_id: UUID, bar: Refusal | None, comment: str | None) -> AssessmentPaper:
    """From here on the results stand; who has none was absent."""
    assessment = await steps.begin(session, call, assessment_id, "lock")
    without = (Candidate.assessment_id == assessment.id, Candidate.passed.is_(None))
    await session.execute(update(Candidate).where(*without).values(passed=False, absent=True))
    await steps.count(session, assessment)
    assessment.status = "locked"
    return await steps.finish(session, call, assessment, "locked", bar=bar, comment=comment)


async def _filing(session: AsyncSession, call: Call, body: AssessmentIn) -> Filing:
    """The caller's filing, where it covers the occupation and level on the day of the exam."""
    filing = await session.scalar(select(Filing).where(Filing.id == body.filing_id, filing_visibility.rows(call.actor)))
    if filing is None:
        raise errors.Invalid(
            faults=[errors.Fault("unknown_filing", "/filing_id", seen=str(body.filing_id), fix="请填写本单位备案的编号。")]
        )
    if reason := filings.out_of_scope(
        filing_reading.covered(filing), body.occupation_code, county_rules.levels()[body.level], body.held_on
    ):
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


def _people(known: clients.AssessmentFacts, ids: Mapping[UUID, UUID]) -> list[Identity]:
    return [Identity(each.name, trainee_id=str(ids[each.id]), id_number_masked=each.id_number_masked) for each in known.trainees]


def _teachers(known: clients.AssessmentFacts) -> list[Identity]:
    return [Identity(each.name, id_number_masked=each.id_number_masked) for each in known.class_.teachers] if known.class_ else []


def _stand_aside(some: Iterable[Identity], role: str, others: list[Identity], other_role: str) -> None:
    """Raises ConflictOfInterest where somebody of the first role is one of the others."""
    if same := first_same(some, others):
        one, other = same
        who = f"证卡 {_shown(one.card)} 的{role}" if one.card else role
        whom = f"{other_role} {other.trainee_id}" if other.trainee_id else other_role
        raise ConflictOfInterest(f"{who}与本批次的{whom}是同一人。同一批次的考生、考评员、授课教师和督导员须为不同的人,请改派。")
