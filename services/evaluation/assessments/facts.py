"""What neighbours are asked before a batch is announced, supervised or issued: who the candidates are, the class, the order, whether the body takes part."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation.assessments import policy, reading
from services.evaluation.assessments.schemas import AssessmentIn
from services.evaluation.assessments.tables import Assessment
from services.evaluation.codes import AssessmentStatus as Status
from shared import web
from shared.access import Call
from shared.steps import Refusal
from shared.web import Kernel


@dataclass(frozen=True, slots=True)
class Announcing:
    """What neighbours know of a batch on its day. `bar`: why the institution takes no part."""

    bar: Refusal | None
    facts: clients.AssessmentFacts
    standard_set_on: date | None
    unknown_files: frozenset[UUID]


async def announcing(kernel: Kernel, call: Call, institution_id: UUID, body: AssessmentIn) -> Announcing:
    """One call for each thing, side by side."""
    found = await asyncio.gather(
        clients.bar(kernel, call, institution_id, [body.held_on, call.today]),
        clients.assessment_facts(kernel, call, institution_id, body.candidates, body.class_id, body.held_on),
        clients.standard_set_on(kernel, call, body.order_id),
        clients.unknown_files(kernel, call, {each.file_id for each in body.proofs if each.file_id}),
    )
    return Announcing(*found)


async def as_announced(session: AsyncSession, assessment: Assessment, held_on: date) -> AssessmentIn:
    """A batch as it would be announced for this day."""
    people = [each.trainee_id for each in await reading.candidates(session, assessment.id)]
    kept = {name: getattr(assessment, name) for name in AssessmentIn.model_fields if name != "candidates"}
    return AssessmentIn.model_construct(**kept | {"proofs": [], "candidates": people, "held_on": held_on})


async def _of_batch(assessment_id: UUID, call: web.Caller, kernel: web.KernelOf) -> Refusal | None:
    """Asked only for those who may issue, of a batch that is or may now be locked. How its class stands is told to the call beside."""
    async with kernel.reading() as session:
        assessment = await reading.find(session, call, assessment_id)
        issued = assessment.status == Status.ISSUED and not await reading.uncertified(session, assessment, call.today)
        people = await reading.candidates(session, assessment.id) if assessment.status in policy.NOT_ISSUED and assessment.class_id else []
    may_issue = call.actor.role in policy.INSTITUTION and assessment.status != Status.CANCELLED and not issued
    bars = [clients.bar(kernel, call, assessment.institution_id, [assessment.held_on, call.today])] if may_issue else []
    found = await asyncio.gather(*bars, *([_tell_class(kernel, call, assessment, [each.trainee_id for each in people])] if people else []))
    return found[0] if may_issue else None


async def _tell_class(kernel: Kernel, call: Call, assessment: Assessment, people: list[UUID]) -> None:
    """The class as it is held now, and who of the candidates is in it, by which the paper warns. A registry that is away holds up nothing."""
    with contextlib.suppress(*clients.NOT_TOLD):
        told = await clients.assessment_facts(kernel, call, assessment.institution_id, people, assessment.class_id, assessment.held_on)
        in_class = {each.id for each in told.trainees if each.enrolled}
        if told.class_:
            now = {"status": told.class_.status, "starts_on": told.class_.starts_on, "ends_on": told.class_.ends_on}
            call.told["examined_classes"] = {str(assessment.class_id): now | {"in_class": in_class}}


Bar = Annotated[Refusal | None, Depends(_of_batch)]
