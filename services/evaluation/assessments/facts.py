"""What the registry is asked before certificates are issued from a batch: whether its institution takes part, on the day of the exam and today."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.evaluation import clients
from services.evaluation.assessments import policy, reading
from services.evaluation.codes import AssessmentStatus as Status
from shared import web
from shared.steps import Refusal


async def _of_batch(assessment_id: UUID, call: web.Caller, kernel: web.KernelOf) -> Refusal | None:
    """Asked only for those who may issue, of a batch that is or may now be locked."""
    if call.actor.role not in policy.INSTITUTION:
        return None
    async with kernel.reading() as session:
        assessment = await reading.find(session, call, assessment_id)
    if assessment.status == Status.ISSUED:
        return None
    return await clients.bar(kernel, call, assessment.institution_id, [assessment.held_on, call.today])


Bar = Annotated[Refusal | None, Depends(_of_batch)]
