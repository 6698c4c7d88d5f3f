"""Which assessments a caller sees, and a batch as it is shown."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.assessments import policy
from services.evaluation.assessments.schemas import AssessmentOut, AssessmentPaper, Exams
from services.evaluation.assessments.tables import Assessment, Candidate, Supervision
from services.evaluation.certificates.tables import Certificate
from shared import access, errors, wire
from shared.access import Call
from shared.steps import Refusal

READERS = access.STAFF | {"institution", "system"}


def condition(actor: access.Actor) -> ColumnElement[bool]:
    if actor.role in access.STAFF or actor.role in ("system", "service"):
        return true()
    if actor.role == "institution" and actor.institution_id:
        return Assessment.institution_id == actor.institution_id
    return false()


async def find(session: AsyncSession, call: Call, assessment_id: UUID, *, lock: bool = False) -> Assessment:
    """The batch, or 404 for who may not see it. `lock` keeps results and supervision as they are until the transaction ends."""
    wanted = select(Assessment).where(Assessment.id == assessment_id, condition(call.actor))
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound("没有这个评价批次,或不在您的可见范围内。请核对编号。")
    return found


def listed(
    call: Call, *, status: str | None, filing_id: UUID | None, institution_id: UUID | None, class_id: UUID | None, order_id: UUID | None
) -> Select[Any]:
    wanted = select(*Assessment.__table__.c).where(condition(call.actor))
    same: tuple[tuple[Any, object], ...] = (
        (Assessment.status, status), (Assessment.filing_id, filing_id), (Assessment.institution_id, institution_id),
        (Assessment.class_id, class_id), (Assessment.order_id, order_id),
    )  # fmt: skip
    for column, value in same:
        if value is not None:
            wanted = wanted.where(column == value)
    return wanted


async def paper(session: AsyncSession, call: Call, assessment: Assessment) -> AssessmentPaper:
    people = (
        await session.execute(select(Candidate.__table__).where(Candidate.assessment_id == assessment.id).order_by(Candidate.trainee_id))
    ).all()
    watched = (
        await session.execute(select(Supervision.__table__).where(Supervision.assessment_id == assessment.id).order_by(Supervision.id))
    ).all()
    issued = await session.scalar(select(func.count()).where(Certificate.assessment_id == assessment.id))
    refusals: dict[str, Refusal | None] = {}
    for action, step in policy.STEPS.items():
        wrong = policy.wrong_state(action, assessment.status)
        why_not = Refusal("invalid_state", wrong) if wrong else None
        if call.actor.role not in policy.INSTITUTION:
            why_not = Refusal("wrong_role", f"{step.label}由评价机构办理。")
        elif action == "lock" and not wrong and not watched:
            why_not = Refusal("supervision_missing", "没有督导记录。请先登记督导。")
        refusals[action] = why_not
    return AssessmentPaper.model_validate(
        AssessmentOut.model_validate(assessment).model_dump()
        | {
            "candidates": [each.trainee_id for each in people],
            "results": [each._mapping for each in people if each.passed is not None],
            "supervision": [each._mapping for each in watched],
            "certificates_issued": issued,
            "allowed_actions": wire.allowed_actions(refusals),
        }
    )


async def exams(session: AsyncSession, class_id: UUID | None, trainee_id: UUID | None) -> Exams:
    """Exams of a class, of a person, or of a person in a class; the latest first."""
    batch = Assessment
    wanted = select(
        batch.id.label("assessment_id"), Candidate.trainee_id, batch.class_id, batch.order_id, batch.occupation_code, batch.level,
        batch.held_on, batch.status, Candidate.passed,
    ).join(Candidate, Candidate.assessment_id == batch.id)  # fmt: skip
    if class_id is not None:
        wanted = wanted.where(batch.class_id == class_id)
    if trainee_id is not None:
        wanted = wanted.where(Candidate.trainee_id == trainee_id)
    rows = await session.execute(wanted.order_by(batch.held_on.desc(), batch.id.desc(), Candidate.trainee_id).limit(5000))
    return Exams.model_validate({"items": rows.mappings().all()})
