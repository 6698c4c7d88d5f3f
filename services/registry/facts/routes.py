"""The facts of a class for claims (internal), and what a claim would be judged to be (for everyone who sees the class)."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from services.registry.facts import operations, schemas
from services.registry.training.classes import sight
from shared import access, errors, web

router = web.Router("classes")
Scheme = Literal[
    "agricultural_short", "project", "startup", "apprenticeship", "pre_job", "transfer", "upskill", "high_skill", "new_occupation", "safety",
    "certificate_direct", "assessment_fee", "placement_stability", "placement_service", "placement_absorption",
]  # fmt: skip


@router.operation("POST", "/internal/v1/claim-facts", may=access.INTERNAL, summary="一个班级用于核定补贴的全部事实", writes=False)
async def claim_facts(body: schemas.FactsAsked, session: web.Session, call: web.Caller) -> schemas.ClaimFacts:
    return await operations.gather(session, call, body.class_id, body.trainee_ids)


@router.operation("GET", "/v1/classes/{class_id:uuid}/eligibility", may=sight.READERS, summary="预审:谁会被拒、为什么、何时起不再被拒",
                  errors=[errors.UpstreamFailed, errors.UpstreamTimeout])  # fmt: skip
async def eligibility(
    class_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf,
    scheme: Annotated[Scheme | None, Query(description="补贴项目;不填则为班级渠道的同名项目")] = None,
) -> schemas.Eligibility:  # fmt: skip
    training = await sight.find(session, call, class_id)
    return await operations.eligibility(session, call, kernel.neighbours["subsidy"], class_id, scheme or training.channel)
