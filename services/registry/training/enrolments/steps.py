"""How an enrolment ends: the person leaves, or the class is over."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus, EnrolmentOutcome
from services.registry.people.trainees import facts as tells
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes import reading as classes
from services.registry.training.classes import steps
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import policy, reading, schemas, visibility
from services.registry.training.enrolments.conditions import person
from services.registry.training.enrolments.errors import ClassFull
from services.registry.training.enrolments.tables import Enrolment
from shared import deeds, errors, history
from shared.access import Call

SETTLED = (EnrolmentOutcome.COMPLETED, EnrolmentOutcome.ABSENT)
BECOME = ("outcome", "counted_on", "counted_region_code")  # what the end of a class makes of an enrolment


async def _class_of(session: AsyncSession, call: Call, enrolment_id: UUID) -> UUID:
    """Its class, with which the caller may do something."""
    found = await reading.get(session, call, enrolment_id)
    town = await session.scalar(select(Enrolment.class_region_code).where(Enrolment.id == enrolment_id))
    if visibility.elsewhere(call.actor, town):
        raise errors.Forbidden(policy.ELSEWHERE.detail)
    return found.class_id


async def matched(session: AsyncSession, call: Call, enrolment_id: UUID) -> Enrolment:
    """The enrolment, of the caller's version."""
    await _class_of(session, call, enrolment_id)
    enrolment = await session.get_one(Enrolment, enrolment_id)
    call.match(enrolment.version)
    return enrolment


async def change(session: AsyncSession, call: Call, enrolment_id: UUID, body: schemas.EnrolmentChange) -> schemas.EnrolmentPaper:
    """Takes a person out of a class that is not over, or notes what other platforms number the enrolment."""
    given = body.model_fields_set
    leaves = "outcome" in given
    training = await classes.find(session, call, await _class_of(session, call, enrolment_id), lock=leaves)
    enrolment = await matched(session, call, enrolment_id)
    if leaves and (refusal := policy.why_not("withdraw", enrolment.outcome, call.actor.doer, training.status, 0)):
        raise errors.InvalidState(refusal.detail)
    if leaves:
        enrolment.outcome = EnrolmentOutcome.WITHDRAWN
    if "external_refs" in given:
        enrolment.external_refs = [ref.model_dump() for ref in body.external_refs]
    if given:
        enrolment.changed_at = call.now
        told = {"fields": sorted(given), "changes": history.unsaved(enrolment, reading.TOLD)}
        await session.flush()
        said = {
            "status": enrolment.outcome,
            "version": enrolment.version,
            "class_id": enrolment.class_id,
            "trainee_id": enrolment.trainee_id,
        }
        what = "enrolment.withdrawn" if leaves else "enrolment.changed"
        await deeds.record(session, call, what, enrolment.id, details=told, **said)
    return await reading.get(session, call, enrolment_id)


async def readmissible(session: AsyncSession, call: Call, enrolment_id: UUID, *, lock: bool = False) -> Enrolment:
    """The enrolment of who left and may come back now. `lock`: nobody takes the seat meanwhile."""
    training = await classes.find(session, call, await _class_of(session, call, enrolment_id), lock=lock)
    enrolment = await matched(session, call, enrolment_id)
    left = await session.scalar(select(reading.SEATS_LEFT).where(TrainingClass.id == training.id)) or 0
    if refusal := policy.why_not("readmit", enrolment.outcome, call.actor.doer, training.status, left):
        raise (ClassFull if refusal is policy.FULL else errors.InvalidState)(refusal.detail)
    return enrolment


async def readmit(session: AsyncSession, call: Call, enrolment_id: UUID, reason: str) -> schemas.EnrolmentPaper:
    """Whoever left and comes back goes on under the same enrolment."""
    enrolment = await readmissible(session, call, enrolment_id, lock=True)
    enrolment.outcome, enrolment.changed_at = EnrolmentOutcome.ENROLLED, call.now
    told = {"reason": reason, "changes": history.unsaved(enrolment, reading.TOLD)}
    await session.flush()
    said = {"status": enrolment.outcome, "version": enrolment.version, "class_id": enrolment.class_id, "trainee_id": enrolment.trainee_id}
    await deeds.record(session, call, "enrolment.readmitted", enrolment.id, details=told, **said)
    return await reading.get(session, call, enrolment_id)


async def settle_again(session: AsyncSession, call: Call, training: TrainingClass, trainee_id: UUID) -> None:
    """Of one person of a completed class, after what they attended has changed: whether they completed it."""
    of = Enrolment.class_id == training.id, Enrolment.trainee_id == trainee_id
    differs = or_(
        and_(Enrolment.outcome == EnrolmentOutcome.COMPLETED, Enrolment.half_days_attended == 0),
        and_(Enrolment.outcome == EnrolmentOutcome.ABSENT, Enrolment.half_days_attended > 0),
    )
    found = await session.scalar(select(Enrolment.outcome).where(*of, differs))
    if found is None:
        return
    await settle(session, call, training, ClassStatus.COMPLETED, Enrolment.trainee_id == trainee_id, before=SETTLED)
    training.completed_people = (training.completed_people or 0) + (1 if found == EnrolmentOutcome.ABSENT else -1)
    training.changed_at = call.now
    told = {"changes": history.unsaved(training, classes.TOLD)}
    await session.flush()
    await deeds.record(session, call, "class.counted_again", training.id, details=told, event=False)


@tells.recounts
async def recount(session: AsyncSession, call: Call, kept_ids: Collection[UUID]) -> None:
    """How many people completed the classes that somebody of these completed twice, before they were one."""
    completed = Enrolment.outcome == EnrolmentOutcome.COMPLETED
    them = select(Trainee.id).where(or_(Trainee.id.in_(kept_ids), Trainee.merged_into.in_(kept_ids)))
    twice = (
        select(Enrolment.class_id).where(Enrolment.trainee_id.in_(them), completed).group_by(Enrolment.class_id).having(func.count() > 1)
    )
    people = select(Enrolment.class_id, func.count(person().distinct())).where(Enrolment.class_id.in_(twice), completed)
    now = {row[0]: row[1] for row in await session.execute(people.group_by(Enrolment.class_id))}
    found = select(TrainingClass).where(TrainingClass.id.in_(now), TrainingClass.status == ClassStatus.COMPLETED).with_for_update()
    told: dict[UUID, Any] = {}
    for training in await session.scalars(found) if now else ():
        training.completed_people, training.changed_at = now[training.id], call.now
        told[training.id] = {"changes": history.unsaved(training, classes.TOLD)}
    await session.flush()
    await deeds.record_all(
        session, [deeds.deed(call, "class.counted_again", each, details=said, event=False) for each, said in told.items()]
    )


async def taken_seats(session: AsyncSession, class_id: UUID) -> int:
    left = Enrolment.outcome == EnrolmentOutcome.WITHDRAWN
    return await session.scalar(select(func.count()).where(Enrolment.class_id == class_id, ~left)) or 0


async def follow_days(session: AsyncSession, call: Call, training: TrainingClass) -> None:
    """Who was to come from a day on that is none of the class's any more is in it from its first day."""
    row, outside = Enrolment, or_(Enrolment.from_on < training.starts_on, Enrolment.from_on > training.ends_on)
    asked = select(row.id, row.trainee_id, row.outcome, row.from_on, row.version).where(row.class_id == training.id, outside)
    moved = (await session.execute(asked.order_by(row.id).with_for_update())).all()
    if not moved:
        return
    follow = update(row).where(row.id.in_([each.id for each in moved]))
    follow = follow.values(from_on=None, version=row.version + 1, changed_at=call.now)
    await session.execute(follow.execution_options(synchronize_session=False))
    await deeds.record_all(
        session,
        [
            deeds.deed(
                call,
                "enrolment.changed",
                each.id,
                details={"changes": history.changes({"from_on": each.from_on}, {"from_on": training.starts_on})},
                status=each.outcome,
                version=each.version + 1,
                class_id=training.id,
                trainee_id=each.trainee_id,
            )
            for each in moved
        ],
    )


@steps.settles
async def settle(
    session: AsyncSession,
    call: Call,
    training: TrainingClass,
    status: ClassStatus,
    *only: ColumnElement[bool],
    before: Sequence[EnrolmentOutcome] = (),
) -> Counter[str]:
    """Of a completed class, who attended at all has completed it and counts on its last day in their town; who did not is absent. Of a cancelled one
    everyone is withdrawn; of a reopened one whoever did not leave is enrolled. `only`: of these alone; `before`: who were so until now. Answers how many
    people there are of each outcome."""
    attended = Enrolment.half_days_attended > 0
    completed = {
        "outcome": case((attended, EnrolmentOutcome.COMPLETED), else_=EnrolmentOutcome.ABSENT),
        "counted_on": case((attended, training.ends_on)),
        "counted_region_code": case((attended, Trainee.region_code)),
    }
    become: dict[ClassStatus, dict[str, Any]] = {
        ClassStatus.COMPLETED: completed,
        ClassStatus.CANCELLED: {"outcome": EnrolmentOutcome.WITHDRAWN},
        ClassStatus.IN_PROGRESS: {"outcome": EnrolmentOutcome.ENROLLED, "counted_on": None, "counted_region_code": None},
    }
    before = before or (SETTLED if status == ClassStatus.IN_PROGRESS else (EnrolmentOutcome.ENROLLED,))
    theirs = select(Enrolment.id, *(getattr(Enrolment, name) for name in BECOME))
    people = select(Enrolment.trainee_id).where(Enrolment.class_id == training.id, *only)
    await session.execute(select(Trainee.id).where(Trainee.id.in_(people)).order_by(Trainee.id).with_for_update(key_share=True))
    was = theirs.where(Enrolment.class_id == training.id, Enrolment.outcome.in_(before), *only).with_for_update().cte("was")
    settled = (
        update(Enrolment)
        .where(Enrolment.id == was.c.id, Trainee.id == person())
        .values(become[status])
        .values(version=Enrolment.version + 1, changed_at=call.now)
        .returning(
            Enrolment.id,
            Enrolment.trainee_id,
            Enrolment.version,
            Trainee.id.label("who"),
            *(getattr(Enrolment, name) for name in BECOME),
            *(was.c[name].label(f"was_{name}") for name in BECOME),
        )
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
                details={"changes": history.changes(*({name: getattr(row, f"{of}{name}") for name in BECOME} for of in ("was_", "")))},
                status=row.outcome,
                version=row.version,
                class_id=training.id,
                trainee_id=row.trainee_id,
            )
            for row in rows
        ],
    )
    return Counter(outcome for outcome, _ in {(row.outcome, row.who) for row in rows})
