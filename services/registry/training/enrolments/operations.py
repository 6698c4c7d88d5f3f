"""Enrolling people into classes, and the work people had or found.

Nobody is refused here for age, category or status: the claim judges that.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus, EmploymentKind, EnrolmentOutcome, EvidenceGrade
from services.registry.files import reading as files
from services.registry.people.trainees import reading as trainees
from services.registry.people.trainees import visibility
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.facts import tells_begun
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes import policy as class_policy
from services.registry.training.classes.operations import permit
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import conditions, policy, reading, rules, schemas
from services.registry.training.enrolments.errors import ClassFull, DuplicateEmployment, DuplicateEnrolment
from services.registry.training.enrolments.tables import SAME_WORK, Employment, Enrolment
from shared import batches, db, deeds, errors, history, wire
from shared.access import Call
from shared.db import new_id

NEEDED = ("kind", "from_on", "grade")
NOTHING_SAID: dict[str, Any] = {"from_on": None, "reason": None, "proof": None, "external_refs": []}


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
    if faults := [*rules.enrolment(training, body, call.today), *await files.unknown(session, call, {"/proof": body.proof})]:
        raise errors.Invalid(faults=faults)
    [added] = await add(session, call, training, [trainee_id], {trainee_id: body})
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
        unknown = await files.unknown_of_each(session, call, [{"/proof": item.proof} for item in items.values()])
        faults = {
            index: found
            for (index, item), files_unknown in zip(items.items(), unknown, strict=True)
            if (found := [*rules.enrolment(training, item, call.today), *files_unknown])
        }
        good = {index: known[item.trainee_id] for index, item in items.items() if item.trainee_id in known and index not in faults}
        said = {good[index]: item for index, item in items.items() if index in good}
        added = dict(zip(good, await add(session, call, training, list(good.values()), said), strict=True))
        return {
            index: batches.rejected(*faults[index]) if index in faults else _result(training, item.trainee_id, added.get(index))
            for index, item in items.items()
        }

    return await batches.run(
        session, asked, keep, ClassFull, rules=partial(wire.faults, [partial(rules.enrolment, training)], today=call.today)
    )


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
    said: Mapping[UUID, schemas.EnrolmentIn] = MappingProxyType({}),
) -> list[Added]:
    """Enrols people into a locked class as far as its seats go, in a constant number of statements. `trainee_ids`: as merged; who is named twice is
    enrolled once, and unchanged the second time. `said`: what was asked for beside the person."""
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
            **(said[each].model_dump(exclude={"trainee_id"}) if each in said else NOTHING_SAID),
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
    born = await reading.births(session, [enrolment_id])
    faults = [*wire.faults(rules.EMPLOYMENT, body, call.today), *rules.unborn(body.from_on, born.get(enrolment_id))]
    if faults := [*faults, *await files.unknown(session, call, {"/proof": body.proof})]:
        raise errors.Invalid(faults=faults)
    return await _employ(session, call, enrolment_id, body, "employment.recorded", {})


async def standing_work(session: AsyncSession, call: Call, enrolment_id: UUID, employment_id: UUID) -> Employment:
    """The record that was not voided, or 404."""
    await reading.get(session, call, enrolment_id)
    stands = (Employment.id == employment_id, Employment.enrolment_id == enrolment_id, Employment.voided_at.is_(None))
    found = await session.scalar(select(Employment).where(*stands).with_for_update())
    if found is None:
        raise errors.NotFound(policy.WORK_GONE.detail)
    call.match(history.version_of(found.voided_at))
    return found


async def correct_employment(
    session: AsyncSession, call: Call, enrolment_id: UUID, employment_id: UUID, body: schemas.EmploymentCorrected
) -> schemas.EmploymentKept:
    """The wrong record is voided and stays; the right one, if there is one, stands in its place."""
    wrong = await standing_work(session, call, enrolment_id, employment_id)
    given = body.model_dump(include=body.model_fields_set - {"reason"})
    before = {name: getattr(wrong, name) for name in schemas.EmploymentIn.model_fields}
    if missing := [
        errors.Fault("missing_field", f"/{name}", fix="该字段不能为空。") for name in NEEDED if name in given and given[name] is None
    ]:
        raise errors.Invalid(faults=missing)
    right = schemas.EmploymentIn.model_validate({**before, "kind": EmploymentKind(wrong.kind), "grade": EvidenceGrade(wrong.grade)} | given)
    unknown = await files.unknown(session, call, {"/proof": right.proof}, kept=[wrong.proof])
    born = await reading.births(session, [enrolment_id])
    if given and (
        faults := [*wire.faults(rules.EMPLOYMENT, right, call.today), *rules.unborn(right.from_on, born.get(enrolment_id)), *unknown]
    ):
        raise errors.Invalid(faults=faults)
    wrong.voided_at, wrong.void_reason = call.now, body.reason
    await session.flush()
    told = {"reason": body.reason, "changes": history.changes(before, before | given if given else {})}
    if given:
        made = await _employ(session, call, enrolment_id, right, "employment.corrected", told | {"corrects": wrong.id}, corrects=wrong.id)
        return schemas.EmploymentKept(**made.model_dump())
    said = {"subject_type": "enrolment", "details": told, "employment_id": wrong.id}
    await deeds.record(session, call, "employment.corrected", enrolment_id, **said)
    return schemas.EmploymentKept.model_validate(wrong)


async def _employ(
    session: AsyncSession,
    call: Call,
    enrolment_id: UUID,
    body: schemas.EmploymentIn,
    what: str,
    told: Mapping[str, Any],
    corrects: UUID | None = None,
) -> schemas.EmploymentOut:
    same = (
        Employment.enrolment_id == enrolment_id,
        Employment.voided_at.is_(None),
        *(getattr(Employment, name).is_not_distinct_from(getattr(body, name)) for name in SAME_WORK[1:]),
    )
    if known := await session.scalar(select(Employment.id).where(*same)):
        raise DuplicateEmployment(existing_id=str(known))
    made = schemas.EmploymentOut(id=new_id(), recorded_at=call.now, corrects=corrects, **body.model_dump())
    await session.execute(insert(Employment), [{"enrolment_id": enrolment_id, **made.model_dump()}])
    said = {"kind": body.kind, "grade": body.grade, **told}
    await deeds.record(session, call, what, enrolment_id, subject_type="enrolment", details=said, employment_id=made.id)
    return made
