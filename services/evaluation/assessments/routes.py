"""Paths of assessment batches; `:issue` stands with the certificates."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from services.evaluation.assessments import amendments, batch, operations, policy, reading, rules, steps, visibility
from services.evaluation.assessments.errors import ConflictOfInterest, SamePerson, SupervisionMissing
from services.evaluation.assessments.facts import Announcing, Bar
from services.evaluation.assessments.policy import INSTITUTION
from services.evaluation.assessments.schemas import (
    AmendmentIn,
    AssessmentIn,
    AssessmentMoved,
    AssessmentOut,
    AssessmentPaper,
    ResultsBatch,
    SupervisionIn,
    SupervisionOut,
)
from services.evaluation.assessments.tables import Assessment
from services.evaluation.codes import AssessmentStatus as Status
from services.evaluation.filings.errors import BARRED, OutOfScope
from shared import batches, errors, pages, web, wire

router = web.Router("assessments")
ONE = "/v1/assessments/{assessment_id:uuid}"
STEP = (errors.InvalidState, errors.StaleVersion)
ASKING = (errors.UpstreamFailed, errors.UpstreamTimeout)  # asks the registry


def _at(action: str) -> Any:
    """The batch, where this step may be taken now."""
    return partial(steps.begin, action=action, lock=False)


@router.operation(
    "POST",
    "/v1/assessments",
    may=INSTITUTION,
    summary="新建评价批次",
    status=201,
    errors=[*BARRED, ConflictOfInterest, OutOfScope, *ASKING],
    rules=rules.RULES,
)
async def create(
    body: AssessmentIn, known: Annotated[Announcing, Depends(operations.facts_to_create)], session: web.Session, call: web.Caller
) -> AssessmentPaper:
    return await operations.create(session, call, body, known)


@router.operation("GET", "/v1/assessments", may=visibility.READERS, summary="评价批次列表", errors=[errors.InvalidCursor])
async def list_assessments(
    session: web.Session,
    call: web.Caller,
    asked: Annotated[pages.Asked, pages.asking(held_on=Assessment.held_on, number=Assessment.number, created_at=Assessment.created_at)],
    external_ref: pages.ExternalRef,
    status: pages.AnyOf[Status] = None,
    filing_id: pages.AnyOf[UUID] = None,
    institution_id: pages.AnyOf[UUID] = None,
    class_id: pages.AnyOf[UUID] = None,
    order_id: pages.AnyOf[UUID] = None,
    held_from_on: Annotated[wire.CivilDate | None, Query(description="评价日期,含当日")] = None,
    held_to_on: Annotated[wire.CivilDate | None, Query(description="评价日期,含当日")] = None,
) -> wire.Page[AssessmentOut]:
    filters = {
        Assessment.status: status,
        Assessment.filing_id: filing_id,
        Assessment.institution_id: institution_id,
        Assessment.class_id: class_id,
        Assessment.order_id: order_id,
    }
    wanted = pages.within(reading.listed(call, filters, external_ref), Assessment.held_on, held_from_on, held_to_on)
    asked = asked.newest(Assessment.held_on, held_from_on, held_to_on)
    return wire.Page.model_validate(await pages.page(session, wanted, Assessment.id, asked, AssessmentOut.model_validate))


@router.operation("GET", ONE, may=visibility.READERS, summary="评价批次")
async def get(assessment_id: UUID, bar: Bar, session: web.Session, call: web.Caller) -> AssessmentPaper:
    return await steps.paper(session, call, await reading.find(session, call, assessment_id), bar)


@router.operation("POST", f"{ONE}/results:batch", may=INSTITUTION, summary="录入成绩", status=207, errors=STEP, paper=_at("results"))
async def record_results(assessment_id: UUID, body: ResultsBatch, session: web.Session, call: web.Caller) -> batches.BatchOut:
    return await batch.record(session, call, assessment_id, body)


@router.operation(
    "POST",
    f"{ONE}/supervision",
    may=INSTITUTION,
    summary="登记督导",
    status=201,
    errors=[*STEP, ConflictOfInterest, *ASKING],
    paper=_at("supervision"),
)
async def supervise(
    assessment_id: UUID,
    body: SupervisionIn,
    known: Annotated[operations.Supervising, Depends(operations.facts_to_supervise)],
    session: web.Session,
    call: web.Caller,
) -> SupervisionOut:
    return await operations.supervise(session, call, assessment_id, body, known)


@router.operation("POST", f"{ONE}:lock", may=INSTITUTION, summary="锁定成绩", errors=[*STEP, SupervisionMissing], paper=_at("lock"))
async def lock(
    assessment_id: UUID, bar: Bar, session: web.Session, call: web.Caller, body: wire.Commented | None = None
) -> AssessmentPaper:
    return await operations.lock(session, call, assessment_id, bar, body.comment if body else None)


@router.operation(
    "POST",
    f"{ONE}:reschedule",
    may=INSTITUTION,
    summary="评价批次改期",
    errors=[*STEP, *BARRED, ConflictOfInterest, OutOfScope, *ASKING],
    paper=_at("reschedule"),
)
async def reschedule(
    assessment_id: UUID,
    body: AssessmentMoved,
    known: Annotated[Announcing, Depends(operations.facts_to_reschedule)],
    session: web.Session,
    call: web.Caller,
) -> AssessmentPaper:
    return await operations.reschedule(session, call, assessment_id, body, known)


@router.operation("POST", f"{ONE}:cancel", may=INSTITUTION, summary="取消评价批次", errors=STEP, paper=_at("cancel"))
async def cancel(assessment_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> AssessmentPaper:
    return await operations.cancel(session, call, assessment_id, body.reason)


@router.operation(
    "POST",
    f"{ONE}/results/{{trainee_id:uuid}}:amend",
    may=INSTITUTION,
    summary="提出锁定后的成绩更正",
    errors=STEP,
    paper=partial(amendments.begin, action="amend", lock=False),
)
async def amend(assessment_id: UUID, trainee_id: UUID, body: AmendmentIn, session: web.Session, call: web.Caller) -> AssessmentPaper:
    return await amendments.propose(session, call, assessment_id, trainee_id, body)


@router.operation(
    "POST",
    f"{ONE}/results/{{trainee_id:uuid}}:approve",
    may=policy.APPROVERS,
    summary="批准锁定后的成绩更正",
    errors=[*STEP, SamePerson],
    paper=partial(amendments.begin, action="approve", lock=False),
)
async def approve(assessment_id: UUID, trainee_id: UUID, session: web.Session, call: web.Caller) -> AssessmentPaper:
    return await amendments.approve(session, call, assessment_id, trainee_id)


@router.operation(
    "POST",
    f"{ONE}/results/{{trainee_id:uuid}}:reject",
    may=policy.APPROVERS,
    summary="不批准锁定后的成绩更正",
    errors=STEP,
    paper=partial(amendments.begin, action="reject", lock=False),
)
async def reject(assessment_id: UUID, trainee_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> AssessmentPaper:
    return await amendments.reject(session, call, assessment_id, trainee_id, body.reason)
