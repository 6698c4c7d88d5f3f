"""Enrolling people into classes, reading and ending enrolments, and the work people had or found.

Nobody is refused here for age, category or status: the claim judges that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, insert, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.following.tables import KnownPlacement
from services.registry.people.trainees import operations as trainees
from services.registry.people.trainees import visibility
from services.registry.people.trainees.errors import TraineeMerged
from services.registry.people.trainees.tables import Trainee
from services.registry.training.attendance.tables import Attendance
from services.registry.training.classes import policy, sight
from services.registry.training.classes.operations import require_state
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import afterwards, schemas
from services.registry.training.enrolments.errors import ClassFull, DuplicateEnrolment
from services.registry.training.enrolments.tables import Employment, Enrolment
from shared import audit, batches, changes, errors
from shared.access import Call
from shared.db import new_id

ENROLLERS = frozenset({"institution", "town", "officer"})
READERS = sight.READERS | {"person"}


@dataclass(frozen=True, slots=True)
class Added:
    """One person asked for: a new enrolment, the one that was there already, or None because no seat was left."""

    trainee_id: UUID
    id: UUID | None
    outcome: Literal["created", "unchanged", "full"]


async def enrol(session: AsyncSession, call: Call, class_id: UUID, trainee_id: UUID) -> schemas.EnrolmentOut:
    """Enrols one person whom the caller may see."""
    training = await _open_class(session, call, class_id)
    await trainees.visible(session, call, trainee_id)
    [added] = await add(session, call, training, [trainee_id])
    if added.outcome == "unchanged":
        raise DuplicateEnrolment(existing_id=str(added.id))
    if added.id is None:
        raise ClassFull(_full(training))
    return await get(session, call, added.id)


async def enrol_batch(session: AsyncSession, call: Call, class_id: UUID, asked: batches.Batch[schemas.EnrolmentIn]) -> batches.BatchOut:
    """Enrols many; who is enrolled already is unchanged."""
    training = await _open_class(session, call, class_id)

    async def keep(items: Mapping[int, schemas.EnrolmentIn]) -> Mapping[int, batches.Result]:
        ids = [item.trainee_id for item in items.values()]
        wanted = select(Trainee.id, Trainee.merged_into).where(Trainee.id == func.any(ids), visibility.visible(call.actor.role))
        known = {row.id: row.merged_into for row in await session.execute(wanted.params(visibility.bound(call.actor)))}
        good = list(dict.fromkeys(each for each in ids if each in known and known[each] is None))
        added = {each.trainee_id: each for each in await add(session, call, training, good)}
        firsts = {trainee_id: index for index, trainee_id in reversed([(index, item.trainee_id) for index, item in items.items()])}
        return {
            index: _result(training, item.trainee_id, known, added, first=firsts[item.trainee_id] == index) for index, item in items.items()
        }

    return await batches.run(session, asked, keep, ClassFull)


def _result(
    training: TrainingClass, trainee_id: UUID, known: Mapping[UUID, UUID | None], added: Mapping[UUID, Added], *, first: bool
) -> batches.Result:
    seen = str(trainee_id)
    if trainee_id not in known:
        fix = "请核对学员编号,或先登记、提供全号查询该学员。"
        return batches.rejected(errors.Fault("unknown_trainee", "/trainee_id", seen=seen, fix=fix))
    if merged_into := known[trainee_id]:
        more = {"merged_into": str(merged_into)}
        return batches.rejected(
            errors.Fault(TraineeMerged.code, "/trainee_id", seen=seen, fix="请改用 merged_into 所指的学员。", more=more)
        )
    result = added[trainee_id]
    if result.outcome == "full":
        return batches.rejected(
            errors.Fault(ClassFull.code, "/trainee_id", seen=seen, allowed=f"{training.seats} 人", fix=ClassFull.remedy), conflict=True
        )
    return batches.Result("created" if result.outcome == "created" and first else "unchanged", result.id)


async def add(session: AsyncSession, call: Call, training: TrainingClass, trainee_ids: Sequence[UUID]) -> list[Added]:
    """Enrols people into a locked class as far as its seats go, in a constant number of statements. Nobody twice among `trainee_ids`."""
    if not trainee_ids:
        return []
    there = {
        row.trainee_id: row.id
        for row in await session.execute(
            select(Enrolment.id, Enrolment.trainee_id).where(
                Enrolment.class_id == training.id, Enrolment.trainee_id == func.any(list(trainee_ids))
            )
        )
    }
    taken = await session.scalar(select(func.count()).where(Enrolment.class_id == training.id, Enrolment.outcome != "withdrawn")) or 0
    free = max(training.seats - taken, 0)
    new = [each for each in trainee_ids if each not in there]
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "version": 1,
            "class_id": training.id,
            "trainee_id": each,
            "outcome": "enrolled",
            "enrolled_at": call.now,
            "changed_at": call.now,
        }
        for each in new[:free]
    ]
    if rows:
        await session.execute(insert(Enrolment), rows)
        await visibility.note_sightings(session, call, new[:free], "enrolled", training.institution_id)
        details = {row["id"]: {"class_id": str(training.id), "trainee_id": str(row["trainee_id"])} for row in rows}
        await audit.record_all(
            session, [audit.entry(call, "enrolment.created", "enrolment", row["id"], details[row["id"]]) for row in rows]
        )
        await changes.publish_all(
            session,
            [changes.event(call, "enrolment.created", row["id"], status="enrolled", version=1, **details[row["id"]]) for row in rows],
        )
    made = {row["trainee_id"]: row["id"] for row in rows}
    return [
        Added(each, there[each], "unchanged")
        if each in there
        else Added(each, made[each], "created")
        if each in made
        else Added(each, None, "full")
        for each in trainee_ids
    ]


async def _open_class(session: AsyncSession, call: Call, class_id: UUID) -> TrainingClass:
    training = await sight.find(session, call, class_id, lock=True)
    require_state(training, "报名", policy.ENROLLED_IN)
    return training


def _full(training: TrainingClass) -> str:
    return f"班级 {training.number} 上限 {training.seats} 人,已满。请改报其他班级,或有人退出后再报名。"


# --- reading -------------------------------------------------------------------------------------------------------------------------------

_half_days = (
    select(func.count())
    .where(Attendance.class_id == Enrolment.class_id, Attendance.trainee_id == Enrolment.trainee_id)
    .correlate(Enrolment)
    .scalar_subquery()
)
_days = (
    select(Attendance.on)
    .where(Attendance.class_id == Enrolment.class_id, Attendance.trainee_id == Enrolment.trainee_id)
    .group_by(Attendance.on)
    .having(func.count() == 2)
    .correlate(Enrolment)
    .subquery()
)
SHOWN: Select[Any] = (
    select(
        Enrolment.id, Enrolment.class_id, Enrolment.trainee_id, Trainee.name, Trainee.id_number_masked.label("id_number"), Enrolment.outcome,
        select(func.count()).select_from(_days).scalar_subquery().label("days_attended"), _half_days.label("half_days_attended"),
        Enrolment.counted_on, Enrolment.counted_region_code, Enrolment.enrolled_at, Enrolment.changed_at, Enrolment.version,
    )
    .join(Trainee, Trainee.id == Enrolment.trainee_id)
    .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
)  # fmt: skip


def condition(call: Call) -> ColumnElement[bool]:
    """The enrolments within the caller's sight: of the classes it sees; a town's also those of its own people elsewhere; a person's own."""
    actor = call.actor
    if actor.role == "person" and actor.trainee_id:
        return or_(Trainee.id == actor.trainee_id, Trainee.merged_into == actor.trainee_id)
    if actor.role == "town" and actor.region_code:
        return or_(sight.condition(call), _town() == actor.region_code)
    return sight.condition(call)


def _town() -> ColumnElement[str]:
    return func.coalesce(Enrolment.counted_region_code, Trainee.region_code)


def listed(
    call: Call, *, class_id: UUID | None, trainee_id: UUID | None, institution_id: UUID | None, region_code: str | None, programme: str | None,
    channel: str | None, outcome: str | None, completed_from_on: date | None, completed_to_on: date | None,
) -> Select[Any]:  # fmt: skip
    """The enrolments that fit the filters. `region_code` is the town the person-time counts in, or else the trainee's own."""
    wanted = SHOWN.where(condition(call))
    columns = {Enrolment.class_id: class_id, Enrolment.trainee_id: trainee_id, TrainingClass.institution_id: institution_id, _town(): region_code,
               TrainingClass.channel: channel, Enrolment.outcome: outcome}  # fmt: skip
    for column, value in columns.items():
        if value is not None:
            wanted = wanted.where(column == value)
    if programme is not None:
        wanted = wanted.where(TrainingClass.programmes.contains([programme]))
    if completed_from_on is not None:
        wanted = wanted.where(Enrolment.counted_on >= completed_from_on)
    if completed_to_on is not None:
        wanted = wanted.where(Enrolment.counted_on <= completed_to_on)
    return wanted


async def get(session: AsyncSession, call: Call, enrolment_id: UUID) -> schemas.EnrolmentOut:
    row = (await session.execute(SHOWN.where(Enrolment.id == enrolment_id, condition(call)))).first()
    if row is None:
        raise errors.NotFound("没有这条报名记录,或不在您的可见范围内。请核对编号。")
    return schemas.EnrolmentOut.model_validate(row)


# --- ending, and work ----------------------------------------------------------------------------------------------------------------------


async def withdraw(session: AsyncSession, call: Call, enrolment_id: UUID) -> schemas.EnrolmentOut:
    """Takes a person out of a class that is not over."""
    shown = await get(session, call, enrolment_id)
    training = await sight.find(session, call, shown.class_id, lock=True)
    enrolment = await session.get_one(Enrolment, enrolment_id)
    call.match(enrolment.version)
    require_state(training, "退出", policy.ENROLLED_IN)
    if enrolment.outcome != "enrolled":
        raise errors.InvalidState(f"报名结果为 {enrolment.outcome},只有 enrolled 的可以退出。")
    enrolment.outcome, enrolment.changed_at = "withdrawn", call.now
    await session.flush()
    await audit.record(session, call, "enrolment.withdrawn", "enrolment", enrolment.id, {"version": enrolment.version})
    await changes.publish(
        session, call, "enrolment.withdrawn", enrolment.id, status="withdrawn", version=enrolment.version,
        class_id=enrolment.class_id, trainee_id=enrolment.trainee_id,
    )  # fmt: skip
    return await get(session, call, enrolment_id)


async def record_employment(session: AsyncSession, call: Call, enrolment_id: UUID, body: schemas.EmploymentIn) -> schemas.EmploymentOut:
    """Keeps a fact about a person's work."""
    await get(session, call, enrolment_id)
    if body.until_on is not None and body.until_on < body.from_on:
        seen = f"{body.from_on} 至 {body.until_on}"
        raise errors.Invalid(
            faults=[errors.Fault("invalid_period", "/until_on", seen=seen, allowed="不早于 from_on", fix="请改正起止日期。")]
        )
    if body.kind == "employer" and not body.employer:
        raise errors.Invalid(faults=[errors.Fault("missing_field", "/employer", fix="就业去向为单位就业时,请填写用人单位。")])
    made = schemas.EmploymentOut(id=new_id(), recorded_at=call.now, **body.model_dump())
    await session.execute(insert(Employment), [{"enrolment_id": enrolment_id, **made.model_dump()}])
    await audit.record(
        session,
        call,
        "employment.recorded",
        "enrolment",
        enrolment_id,
        {"employment_id": str(made.id), "kind": body.kind, "grade": body.grade},
    )
    await changes.publish(session, call, "employment.recorded", enrolment_id, employment_id=made.id)
    return made


async def employments(session: AsyncSession, call: Call, enrolment_id: UUID) -> tuple[Select[Any], Any]:
    """The statement that lists the work of one enrolment the caller may see, and the column it is ordered by. A placement is work for an employer too."""
    await get(session, call, enrolment_id)
    recorded = select(*(getattr(Employment, name) for name in schemas.EmploymentOut.model_fields)).where(
        Employment.enrolment_id == enrolment_id
    )
    sent = select(
        KnownPlacement.id, literal("employer", Text).label("kind"), literal("佛山订单 ", Text).concat(KnownPlacement.order_number).label("employer"),
        KnownPlacement.started_on.label("from_on"), KnownPlacement.left_on.label("until_on"),
        func.coalesce(KnownPlacement.weakest_grade, "D").label("grade"), cast(null(), Text).label("proof"), KnownPlacement.learnt_at.label("recorded_at"),
    ).join(Enrolment, KnownPlacement.trainee_id == afterwards.person()).where(
        Enrolment.id == enrolment_id, KnownPlacement.started_on.is_not(None)
    )  # fmt: skip
    work = recorded.union_all(sent).subquery("work")
    return select(work), work.c.id
