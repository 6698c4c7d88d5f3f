"""Paths that evaluation calls."""

from services.registry.assessing import operations
from services.registry.assessing.schemas import AssessmentAsked, AssessmentFacts, Enterprises
from shared import access, web

router = web.Router("institutions")


@router.operation("POST", "/internal/v1/assessment-facts", may=access.INTERNAL, summary="评价批次的考生和授课教师", writes=False)
async def assessment_facts(body: AssessmentAsked, session: web.Session) -> AssessmentFacts:
    return await operations.assessment_facts(session, body)


@router.operation("GET", "/internal/v1/above-scale-enterprises", may=access.INTERNAL, summary="规上企业")
async def above_scale_enterprises(session: web.Session) -> Enterprises:
    return await operations.above_scale_enterprises(session)
