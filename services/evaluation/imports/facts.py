"""Who may be meant by the rows of a sheet of results: the candidates whose results can still be entered."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.assessments import visibility
from services.evaluation.assessments.tables import Assessment, Candidate
from services.evaluation.codes import AssessmentStatus
from services.evaluation.known.conditions import ALIASES
from shared.access import Call


async def seats(session: AsyncSession, call: Call, assessment_id: UUID | None) -> Mapping[UUID, Sequence[Any]]:
    """By person, the batches they sit that the caller sees (the one, or those that are open), the latest exam first."""
    who = ALIASES.kept(Candidate.trainee_id).label("trainee_id")
    wanted = select(who, Assessment.id.label("assessment_id"), Assessment.number, Assessment.held_on)
    wanted = wanted.join(Assessment, Assessment.id == Candidate.assessment_id)
    which = Assessment.status == AssessmentStatus.OPEN if assessment_id is None else Assessment.id == assessment_id
    wanted = wanted.where(which, visibility.rows(call.actor)).order_by(Assessment.held_on.desc(), Assessment.id.desc())
    found: dict[UUID, list[Any]] = {}
    for row in await session.execute(wanted):
        found.setdefault(row.trainee_id, []).append(row)
    return found
