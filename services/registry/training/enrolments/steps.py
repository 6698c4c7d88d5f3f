"""How an enrolment ends: the person leaves, or the class is over."""

from collections import Counter
from uuid import UUID

from sqlalchemy import case, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus, EnrolmentOutcome
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes import reading as classes
from services.registry.training.classes import steps
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import policy, reading, schemas
from services.registry.training.enrolments.conditions import person
from services.registry.training.enrolments.tables import Enrolment
from shared import deeds, errors
from shared.access import Call


async def matched(session: AsyncSession, call: Call, enrolment_id: UUID) -> Enrolment:
    """The enrolment, of the caller's version."""
    await reading.get(session, call, enrolment_id)
    enrolment = await session.get_one(Enrolment, enrolment_id)
    call.match(enrolment.version)
    return enrolment


async def change(session: AsyncSession, call: Call, enrolment_id: UUID, body: schemas.EnrolmentChange) -> schemas.EnrolmentPaper:
    """Takes a person out of a class that is not over, or notes what other platforms number the enrolment."""
    given = body.model_fields_set
    leaves = "outcome" in given
    training = await classes.find(session, call, (await reading.get(session, call, enrolment_id)).class_id, lock=leaves)
    enrolment = await matched(session, call, enrolment_id)
    if leaves and (refusal := policy.why_not("withdraw", enrolment.outcome, call.actor.doer, training.status)):
        raise errors.InvalidState(refusal.detail)
    if leaves:
        enrolment.outcome = EnrolmentOutcome.WITHDRAWN
    if "external_refs" in given:
        enrolment.external_refs = [ref.model_dump() for ref in body.external_refs]
    if given:
        enrolment.changed_at = call.now
        await session.flush()
        said = {
            "status": enrolment.outcome,
            "version": enrolment.version,
            "class_id": enrolment.class_id,
            "trainee_id": enrolment.trainee_id,
        }
        what = "enrolment.withdrawn" if leaves else "enrolment.changed"
        await deeds.record(session, call, what, enrolment.id, details={"fields": sorted(given)}, **said)
    return await reading.get(session, call, enrolment_id)


@steps.settles
async def settle(session: AsyncSession, call: Call, training: TrainingClass, status: ClassStatus) -> Counter[str]:
    """Of a completed class, who attended at all has completed it and counts on its last day in their town; who did not is absent. Of a cancelled one
    everyone is withdrawn."""
    attended = Enrolment.half_days_attended > 0
    completed = {
        "outcome": case((attended, EnrolmentOutcome.COMPLETED), else_=EnrolmentOutcome.ABSENT),
        "counted_on": case((attended, training.ends_on)),
        "counted_region_code": case((attended, Trainee.region_code)),
    }
    settled = (
        update(Enrolment)
        .where(Enrolment.class_id == training.id, Enrolment.outcome == EnrolmentOutcome.ENROLLED, Trainee.id == person())
        .values(completed if status == ClassStatus.COMPLETED else {"outcome": EnrolmentOutcome.WITHDRAWN})
        .values(version=Enrolment.version + 1, changed_at=call.now)
        .returning(Enrolment.id, Enrolment.trainee_id, Enrolment.outcome, Enrolment.version)
        .execution_options(synchronize_session=False)
    )
    rows = (await session.execute(settled)).all()
    await deeds.record_all(
        session,
        [
            deeds.deed(
                call,
                f"enrolment.{row.outcome}",
                row.id,
                status=row.outcome,
                version=row.version,
                class_id=training.id,
                trainee_id=row.trainee_id,
            )
            for row in rows
        ],
    )
    return Counter(row.outcome for row in rows)
