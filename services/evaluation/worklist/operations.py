"""What waits at evaluation: filings to be checked, decided or corrected; batches to be supervised, locked and issued."""

from typing import Final

from sqlalchemy import exists
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.assessments import visibility as assessments
from services.evaluation.assessments.tables import Assessment, Supervision
from services.evaluation.filings import visibility as filings
from services.evaluation.filings.tables import Filing
from shared import worklist
from shared.access import Call
from shared.web import Kernel

# role → (status of the filing, the step it waits for)
FILINGS: Final = {
    "officer": (("submitted", "check"),),
    "reviewer": (("checked", "accept"),),
    "institution": (("returned", "submit"), ("draft", "submit")),
}


async def of(session: AsyncSession, call: Call, _: Kernel) -> list[worklist.Item]:
    kinds = [_filings(call, status, action) for status, action in FILINGS.get(call.actor.role, ())]
    if call.actor.role == "institution":
        supervised = exists().where(Supervision.assessment_id == Assessment.id)
        kinds += [
            _batches(call, "assessment_unsupervised", "supervision", "open").where(~supervised),
            _batches(call, "assessment_supervised", "lock", "open").where(supervised),
            _batches(call, "assessment_locked", "issue", "locked"),
        ]
    return await worklist.read(session, kinds)


def _filings(call: Call, status: str, action: str) -> worklist.Kind:
    wanted = worklist.waiting(
        f"filing_{status}",
        action,
        "filing",
        "filings",
        Filing.id,
        number=Filing.number,
        title=Filing.institution_name,
        since_at=Filing.changed_at,
    )
    return wanted.where(filings.rows(call.actor), Filing.status == status).order_by(Filing.id)


def _batches(call: Call, kind: str, action: str, status: str) -> worklist.Kind:
    """From the day of the exam on."""
    wanted = worklist.waiting(
        kind,
        action,
        "assessment",
        "assessments",
        Assessment.id,
        number=Assessment.number,
        title=Assessment.occupation_code,
        since_at=Assessment.changed_at,
        due_on=Assessment.held_on,
    )
    seen = wanted.where(assessments.rows(call.actor), Assessment.status == status, Assessment.held_on <= call.today)
    return seen.order_by(Assessment.held_on, Assessment.id)


router = worklist.router(of)
