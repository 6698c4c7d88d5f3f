"""The job that judges anew what is due, class by class and claim by claim, for as long as the process lives."""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from services.subsidy.reassessments.operations import DUE, Overtaken, judge_subject
from shared import db, telemetry
from shared.web import Kernel

LOOK_AGAIN_SECONDS = 1.0
SUBJECTS_A_ROUND = 20
TRIED_AGAIN_AFTER = timedelta(seconds=15)


async def work(kernel: Kernel) -> None:
    while True:
        try:
            await run_due(kernel)
        except Exception as error:  # the database is away: look again
            telemetry.log.warning("reassessments", error=type(error).__name__)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def run_due(kernel: Kernel) -> int:
    """Judges all that is due now, and answers how many classes, and claims without one, it looked at."""
    looked_at = 0
    while subjects := await _some(kernel):
        looked_at += subjects
    return looked_at


async def _some(kernel: Kernel) -> int:
    """Of what cannot be judged now (a neighbour is away, a claim was just changed) nothing is lost: it is tried again later, and does not keep
    the others waiting."""
    async with kernel.reading() as session:
        due = (
            select(DUE.c.subject_id)
            .where(db.has_come(DUE.c.look_at, TRIED_AGAIN_AFTER))
            .group_by(DUE.c.subject_id)
            .order_by(func.min(DUE.c.look_at))
        )
        subjects = (await session.scalars(due.limit(SUBJECTS_A_ROUND))).all()
    for subject_id in subjects:
        try:
            await judge_subject(kernel, subject_id)
        except Overtaken:
            await _later(kernel, subject_id, timedelta())
        except Exception as error:
            telemetry.log.warning("not_judged_anew", subject_id=str(subject_id), error=type(error).__name__)
            await _later(kernel, subject_id, TRIED_AGAIN_AFTER)
    return len(subjects)


async def _later(kernel: Kernel, subject_id: UUID, after: timedelta) -> None:
    async with kernel.writing.begin() as session:
        await session.execute(update(DUE).where(DUE.c.subject_id == subject_id).values(look_at=func.now() + after))
