"""A result changed after the lock: proposed by one person with a reason, in force once a second person approves it.

Who passed by it gets a certificate by issuing the batch again. Whose certificate it takes the ground from is shown with it, and waits for the reviewer to
revoke it: that is never done by itself, since claims and placements hang on it.
"""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.assessments import rules, steps
from services.evaluation.assessments.errors import SamePerson
from services.evaluation.assessments.schemas import AmendmentIn, AssessmentPaper
from services.evaluation.assessments.tables import Amendment, Assessment, Candidate
from services.evaluation.codes import AmendmentStatus
from services.evaluation.known.conditions import ALIASES
from shared import errors
from shared.access import Call


async def begin(
    session: AsyncSession, call: Call, assessment_id: UUID, trainee_id: UUID, action: str, *, lock: bool = True
) -> tuple[Assessment, Candidate]:
    """The batch, locked, at the version the caller knows, where this step may be taken now, and the candidate of it under whichever id; 404 for nobody
    of the batch."""
    assessment = await steps.begin(session, call, assessment_id, action, lock=lock)
    wanted = select(Candidate).where(Candidate.assessment_id == assessment.id, ALIASES.among(Candidate.trainee_id, [trainee_id]))
    candidate = await session.scalar(wanted.limit(1))
    if candidate is None:
        raise errors.NotFound("该学员不是本批次的考生。请核对学员编号。")
    return assessment, candidate


async def propose(session: AsyncSession, call: Call, assessment_id: UUID, trainee_id: UUID, body: AmendmentIn) -> AssessmentPaper:
    """Another result. One that was proposed before for the same person and not approved yet is replaced."""
    assessment, candidate = await begin(session, call, assessment_id, trainee_id, "amend")
    if faults := [*rules.of_outcome(assessment, body)]:
        raise errors.Invalid(faults=faults)
    before, result = {name: getattr(candidate, name) for name in rules.OUTCOME}, rules.kept(body)
    if before == result:
        fault = errors.Fault("unchanged_result", "", allowed="与现有成绩不同", fix="请核对;成绩没有变化的不必更正。")
        raise errors.Invalid(faults=[fault])
    pending = (Amendment.assessment_id == assessment.id, Amendment.trainee_id == candidate.trainee_id, Amendment.status == "proposed")
    await session.execute(update(Amendment).where(*pending).values(status=AmendmentStatus.REPLACED))
    session.add(
        Amendment(
            assessment_id=assessment.id,
            trainee_id=candidate.trainee_id,
            result=result,
            before=before,
            reason=body.reason,
            proposed_by=call.actor.doer.person,
            proposed_at=call.now,
            status=AmendmentStatus.PROPOSED,
        )
    )
    return await steps.finish(session, call, assessment, "amendment_proposed", trainee_id=trainee_id, reason=body.reason)


async def approve(session: AsyncSession, call: Call, assessment_id: UUID, trainee_id: UUID) -> AssessmentPaper:
    assessment, candidate = await begin(session, call, assessment_id, trainee_id, "approve")
    amendment = await _proposed(session, candidate)
    if amendment.proposed_by == call.actor.doer.person:
        raise SamePerson("这次更正由您提出,须由另一人批准。")
    for name, value in amendment.result.items():
        setattr(candidate, name, value)
    await steps.count(session, assessment)
    _decide(call, amendment, AmendmentStatus.APPROVED)
    passed = {"passed": amendment.result["passed"], "passed_before": amendment.before["passed"]}
    return await steps.finish(session, call, assessment, "amended", trainee_id=trainee_id, **passed)


async def reject(session: AsyncSession, call: Call, assessment_id: UUID, trainee_id: UUID, reason: str) -> AssessmentPaper:
    """The result stays as it is. Who proposed the amendment may take it back so."""
    assessment, candidate = await begin(session, call, assessment_id, trainee_id, "reject")
    _decide(call, await _proposed(session, candidate), AmendmentStatus.REJECTED)
    return await steps.finish(session, call, assessment, "amendment_rejected", trainee_id=trainee_id, reason=reason)


async def _proposed(session: AsyncSession, candidate: Candidate) -> Amendment:
    """The amendment of this candidate's result that nobody has decided on."""
    of = (Amendment.assessment_id == candidate.assessment_id, Amendment.trainee_id == candidate.trainee_id)
    amendment = await session.scalar(select(Amendment).where(*of, Amendment.status == "proposed"))
    if amendment is None:
        raise errors.InvalidState("该考生没有待批准的成绩更正。")
    return amendment


def _decide(call: Call, amendment: Amendment, status: AmendmentStatus) -> None:
    amendment.status, amendment.decided_by, amendment.decided_at = status, call.actor.doer.person, call.now
