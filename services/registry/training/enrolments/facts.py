"""Which classes and enrolments a fact about an institution, about people or about days concerns: told before it is kept, and with it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.clients import AffectedClass, AffectedTraining, Concerned
from services.registry.codes import ClassStatus, EnrolmentOutcome
from services.registry.people.erasures.facts import holds
from services.registry.people.trainees.conditions import ALIASES
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Enrolment

CLASSES_AT_MOST = 200
BODIES: Mapping[str, Any] = {each.key: each for each in (TrainingClass.institution_id, TrainingClass.region_code, TrainingClass.department)}
OVER = (ClassStatus.REJECTED, ClassStatus.COMPLETED, ClassStatus.CANCELLED)


async def concerned(session: AsyncSession, about: Concerned) -> AffectedTraining:
    enrolled = select(Enrolment.id).join(TrainingClass, TrainingClass.id == Enrolment.class_id).where(*_days(about))
    enrolled = enrolled.where(Enrolment.outcome != EnrolmentOutcome.WITHDRAWN)
    classes = select(*(getattr(TrainingClass, name) for name in AffectedClass.model_fields)).where(*_days(about))
    for name, column in BODIES.items():
        if name in about:
            of = column == about[name]  # type: ignore[literal-required]
            enrolled, classes = enrolled.where(of), classes.where(of)
    if "trainee_ids" in about:
        theirs = ALIASES.among(Enrolment.trainee_id, list(about["trainee_ids"]))
        enrolled = enrolled.where(theirs)
        classes = classes.where(TrainingClass.id.in_(select(Enrolment.class_id).where(theirs)))
    going_on = classes.where(TrainingClass.status.not_in(OVER)).order_by(TrainingClass.starts_on.desc(), TrainingClass.id)
    return AffectedTraining(
        classes=[AffectedClass.model_validate(each) for each in await session.execute(going_on.limit(CLASSES_AT_MOST))],
        enrolments=await session.scalar(select(func.count()).select_from(enrolled.subquery())) or 0,
    )


@holds
async def enrolments_of(session: AsyncSession, trainee_ids: Collection[UUID]) -> dict[str, int]:
    """All of them, also of whom left: they are the class's files."""
    theirs = select(func.count()).select_from(Enrolment).where(Enrolment.trainee_id.in_(trainee_ids))
    return {"enrolment": await session.scalar(theirs) or 0}


def _days(about: Concerned) -> list[ColumnElement[bool]]:
    from_on, until_on = about.get("from_on"), about.get("until_on")
    latest = TrainingClass.ends_on if about.get("listed") else TrainingClass.starts_on
    found = [latest >= from_on] if from_on else []
    return found + ([TrainingClass.starts_on <= until_on] if until_on else [])
