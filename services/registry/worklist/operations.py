"""What waits at the registry: an officer approves classes and decides corrections; whoever holds a class starts and completes it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, literal
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus, CorrectionStatus
from services.registry.people.corrections.tables import TraineeCorrection
from services.registry.training.classes import visibility
from services.registry.training.classes.policy import PROPOSERS
from services.registry.training.classes.tables import TrainingClass
from shared import worklist
from shared.access import Call
from shared.web import Kernel

HOLDERS = PROPOSERS - {"officer"}
PAPER: Mapping[str, Any] = {"number": TrainingClass.number, "title": TrainingClass.name, "since_at": TrainingClass.changed_at}


async def of(session: AsyncSession, call: Call, _: Kernel) -> list[worklist.Item]:
    if call.actor.role == "officer":
        return await worklist.read(session, [_submitted(), _corrections()])
    if call.actor.role in HOLDERS:
        return await worklist.read(session, [_to_start(call), _to_complete(call)])
    return []


def _submitted() -> worklist.Kind:
    """To be decided before they begin."""
    wanted = worklist.waiting("class_submitted", "approve", "class", "classes", TrainingClass.id, due_on=TrainingClass.starts_on, **PAPER)
    return wanted.where(TrainingClass.status == ClassStatus.SUBMITTED).order_by(TrainingClass.starts_on, TrainingClass.id)


def _corrections() -> worklist.Kind:
    row = TraineeCorrection
    wanted = worklist.waiting(
        "correction_asked",
        "accept",
        "trainee",
        "trainees",
        row.trainee_id,
        title=literal("申请更正:", Text) + row.field,
        since_at=row.asked_at,
        below="/corrections",
    )
    return wanted.where(row.status == CorrectionStatus.OPEN).order_by(row.id)


def _to_start(call: Call) -> worklist.Kind:
    wanted = worklist.waiting("class_approved", "start", "class", "classes", TrainingClass.id, due_on=TrainingClass.starts_on, **PAPER)
    return wanted.where(
        visibility.rows(call.actor), TrainingClass.status == ClassStatus.APPROVED, TrainingClass.starts_on <= call.today
    ).order_by(TrainingClass.starts_on, TrainingClass.id)


def _to_complete(call: Call) -> worklist.Kind:
    wanted = worklist.waiting("class_over", "complete", "class", "classes", TrainingClass.id, due_on=TrainingClass.ends_on, **PAPER)
    return wanted.where(
        visibility.rows(call.actor), TrainingClass.status == ClassStatus.IN_PROGRESS, TrainingClass.ends_on < call.today
    ).order_by(TrainingClass.ends_on, TrainingClass.id)


router = worklist.router(of)
