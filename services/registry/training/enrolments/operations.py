"""Enrolling people into classes, and the work people had or found.

Nobody is refused here for age, category or status: the claim judges that.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus, EnrolmentOutcome
from services.registry.people.trainees import reading as trainees
from services.registry.people.trainees import visibility
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.facts import tells_begun
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes import policy as class_policy
from services.registry.training.classes.operations import permit
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import conditions, reading, rules, schemas
from services.registry.training.enrolments.errors import ClassFull, DuplicateEnrolment
from services.registry.training.enrolments.tables import Employment, Enrolment
from shared import batches, db, deeds, errors, wire
from shared.access import Call
from shared.db import new_id


@tells_begun
async def begun_of(session: AsyncSession, call: Call, trainee_ids: Collection[UUID]) -> dict[UUID, date]:
    """Of those of the people who are in a class that has begun, the latest first day of one."""
    who = func.coalesce(Trainee.merged_into, Trainee.id)
    wanted = select(who, func.max(TrainingClass.starts_on)).select_from(Trainee).join(Enrolment, Enrolment.trainee_id == Trainee.id)
    wanted = wanted.join(TrainingClass, TrainingClass.id == Enrolment.class_id).where(
        or_(Trainee.id == func.any(list(trainee_ids)), Trainee.merged_into == func.any(list(trainee_ids))),
        Enrolment.outcome != EnrolmentOutcome.WITHDRAWN,
        or_(
            TrainingClass.status.in_((ClassStatus.IN_PROGRESS, ClassStatus.COMPLETED)),
            and_(TrainingClass.status == ClassStatus.APPROVED, TrainingClass.starts_on <= call.today),
        ),
    )
    return {row[0]: row[1] for row in await session.execute(wanted.group_by(who))}


@dataclass(frozen=True, slots=True)
class Added:
    """One person asked for: a new enrolment, the one that was there already, or None because no seat was left."""

    trainee_id: UUID
    id: UUID | None
    outcome: Literal["created", "unchanged", "full"]


async def enrol(session: AsyncSession, call: Call, class_id: UUID, body: schemas.EnrolmentIn) -> schemas.EnrolmentPaper:
    """Enrols one person whom the caller may see, under whichever of their ids."""
    training = await permit(session, call, class_id, step=class_policy.ENROL, lock=True)
    if (trainee_id := (await trainees.seen(session, call, [body.trainee_id])).get(body.trainee_id)) is None:
        raise errors.NotFound()
    [added] = await add(session, call, training, [trainee_id], {trainee_id: body.external_refs})
    if added.outcome == "unchanged":
        raise DuplicateEnrolment(existing_id=str(added.id))
    if added.id is None:
        raise ClassFull(_full(training))
    return await reading.get(session, call, added.id)


async def enrol_batch(session: AsyncSession, call: Call, class_id: UUID, asked: batches.Batch[schemas.EnrolmentIn]) -> batches.BatchOut:
    """Enrols many; who is enrolled already is unchanged."""
    training = await permit(session, call, class_id, step=class_policy.ENROL, lock=True)

    async def keep(items: Mapping[int, schemas.EnrolmentIn]) -> Mapping[int, batches.Result]:
        ids = [item.trainee_id for item in items.values()]
        known = await trainees.seen(session, call, ids)
        refs = {known[item.trainee_id]: item.external_refs for item in items.values() if item.trainee_id in known}
        good = {index: known[item.trainee_id] for index, item in items.items() if item.trainee_id in known}
        added = dict(zip(good, await add(session, call, training, list(good.values()), refs), strict=True))
        return {index: _result(training, item.trainee_id, added.get(index)) for index, item in items.items()}

    return await batches.run(session, asked, keep, ClassFull)


def _result(training: TrainingClass, trainee_id: UUID, added: Added | None) -> batches.Result:
    seen = str(trainee_id)
    if added is None:
        fix = "请核对学员编号,或先登记、提供全号查询该学员。"
        return batches.rejected(errors.Fault("unknown_trainee", "/trainee_id", seen=seen, fix=fix))
    if added.outcome == "full":
        return batches.rejected(
            errors.Fault(ClassFull.code, "/trainee_id", seen=seen, allowed=f"{training.seats} 人", fix=ClassFull.remedy), conflict=True
        )
    return batches.Result(added.outcome, added.id)


async def add(
    session: AsyncSession,
    call: Call,
    training: TrainingClass,
    trainee_ids: Sequence[UUID],
    refs: Mapping[UUID, list[wire.ExternalRef]] = MappingProxyType({}),
) -> list[Added]:
    """Enrols people into a locked class as far as its seats go, in a constant number of statements. `trainee_ids`: as merged; who is named twice is
    enrolled once, and unchanged the second time. `refs`: what other platforms number the enrolments."""
    if not trainee_ids:
        return []
    here = Enrolment.class_id == training.id
    known = select(Enrolment.id, conditions.person().label("who")).where(here, ALIASES.among(Enrolment.trainee_id, trainee_ids))
    there = {row.who: row.id for row in await session.execute(known.order_by(Enrolment.outcome != EnrolmentOutcome.WITHDRAWN))}
    taken = await session.scalar(select(func.count()).where(here, Enrolment.outcome != EnrolmentOutcome.WITHDRAWN))
    free = max(training.seats - (taken or 0), 0)
    new = [each for each in dict.fromkeys(trainee_ids) if each not in there]
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "version": 1,
            "class_id": training.id,
            "trainee_id": each,
            "outcome": EnrolmentOutcome.ENROLLED,
            "enrolled_at": call.now,
            "changed_at": call.now,
            "external_refs": [ref.model_dump() for ref in refs.get(each, ())],
        }
        for each in new[:free]
    ]
    if rows:
        await db.insert_all(session, insert(db.table(Enrolment)), rows)
        await visibility.note_sightings(session, call, new[:free], "enrolled", training.institution_id)
        await deeds.record_all(
            session,
            [
                deeds.deed(
                    call, "enrolment.created", row["id"], status="enrolled", version=1, class_id=training.id, trainee_id=row["trainee_id"]
                )
                for row in rows
            ],
        )
    made = {row["trainee_id"]: row["id"] for row in rows}
    added: list[Added] = []
    for each in trainee_ids:
        if each in made and each not in there:
            there[each] = made[each]
            added.append(Added(each, made[each], "created"))
        else:
            added.append(Added(each, there.get(each), "unchanged" if each in there else "full"))
    return added


def _full(training: TrainingClass) -> str:
    return f"班级 {training.number} 上限 {training.seats} 人,已满。请改报其他班级,或有人退出后再报名。"


async def record_employment(session: AsyncSession, call: Call, enrolment_id: UUID, body: schemas.EmploymentIn) -> schemas.EmploymentOut:
    """Keeps a fact about a person's work."""
    await reading.get(session, call, enrolment_id)
    if faults := wire.faults(rules.EMPLOYMENT, body, call.today):
        raise errors.Invalid(faults=faults)
    made = schemas.EmploymentOut(id=new_id(), recorded_at=call.now, **body.model_dump())
    await session.execute(insert(Employment), [{"enrolment_id": enrolment_id, **made.model_dump()}])
    said = {"kind": body.kind, "grade": body.grade}
    what = "employment.recorded"
    await deeds.record(session, call, what, enrolment_id, subject_type="enrolment", details=said, employment_id=made.id)
    return made
