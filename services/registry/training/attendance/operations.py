"""Taking in attendance. Records are facts: sent again they change nothing; of two classes in one half-day the first stands and the other is kept as a conflict."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Insert, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus, EnrolmentOutcome, HalfDay
from services.registry.people.trainees.conditions import ALIASES
from services.registry.reference.policy import lists
from services.registry.training.attendance import reading, schemas
from services.registry.training.attendance.errors import AttendanceInFuture, OverlappingAttendance
from services.registry.training.attendance.policy import GONE, ONLINE, delivered_otherwise, makes_a_half_day
from services.registry.training.attendance.tables import ONE_PLACE, STANDS, Attendance, AttendanceConflict
from services.registry.training.classes import policy
from services.registry.training.classes import reading as classes
from services.registry.training.classes.operations import day_fault, permit, require_state
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import person
from services.registry.training.enrolments.steps import settle_again
from services.registry.training.enrolments.tables import Enrolment
from shared import batches, codes, deeds, errors, history, wire
from shared.access import Call
from shared.db import new_id

Key = tuple[UUID, date, str]
STANDING: Final = Attendance.voided_at.is_(None) & Attendance.counted  # and makes a half-day
PROBLEMS: dict[str, type[errors.Problem]] = {each.code: each for each in (AttendanceInFuture, OverlappingAttendance)}


@dataclass(frozen=True, slots=True)
class Mark:
    trainee_id: UUID
    on: date
    half_day: str
    source: str
    signed_at: datetime | None = None
    minutes: int | None = None
    platform: str | None = None
    corrects: UUID | None = None

    @property
    def key(self) -> Key:
        return self.trainee_id, self.on, self.half_day


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a mark: the id of its record, or the fault it is refused for. `enrolled_as`: under which of their ids the person is in the class;
    `other_class_id`: where they were instead."""

    mark: Mark
    outcome: Literal["created", "unchanged", "rejected"]
    id: UUID | None = None
    enrolled_as: UUID | None = None
    fault: errors.Fault | None = None
    other_class_id: UUID | None = None


async def record(session: AsyncSession, call: Call, class_id: UUID, asked: batches.Batch[schemas.AttendanceIn]) -> batches.BatchOut:
    """Takes in up to 500 half-days of a class that is in progress."""
    training = await permit(session, call, class_id, step=policy.ATTEND, lock=True)
    judged: list[Judged] = []

    async def take(items: Mapping[int, schemas.AttendanceIn]) -> Mapping[int, batches.Result]:
        found = await judge(session, call, training, [Mark(**item.model_dump()) for item in items.values()])
        judged.extend(await keep(session, call, training, found))
        await keep_conflicts(session, call, class_id, judged)
        return dict(zip(items, map(_result, judged), strict=True))

    try:
        return await batches.run(session, asked, take, OverlappingAttendance, rules=partial(wire.faults, [_been], today=call.today))
    except errors.Problem as problem:
        if asked.mode == "commit":
            problem.keeping(*_conflicts(call, class_id, judged))  # the request keeps nothing, yet the conflicts must stay to be seen
        raise


def _result(judged: Judged) -> batches.Result:
    if judged.fault:
        return batches.rejected(judged.fault, conflict=judged.other_class_id is not None)
    return batches.Result(judged.outcome, judged.id)


async def record_one(session: AsyncSession, call: Call, class_id: UUID, body: schemas.AttendanceIn) -> schemas.AttendanceOut:
    """Takes in one half-day; one that is known already is answered as it was kept."""
    if fault := _to_come(body.on, call.today):
        await permit(session, call, class_id, step=policy.ATTEND)
        raise AttendanceInFuture(faults=[fault])
    [item] = (await record(session, call, class_id, batches.Batch[schemas.AttendanceIn](atomic="all", items=[body]))).items
    return schemas.AttendanceOut.model_validate((await session.execute(reading.SHOWN.where(Attendance.id == item.id))).one())


async def judge(session: AsyncSession, call: Call, training: TrainingClass, marks: Sequence[Mark]) -> list[Judged]:
    """What would become of each mark, in a constant number of statements. A person is one under all of their ids."""
    people = list({mark.trainee_id for mark in marks})
    on_roster = select(Enrolment.trainee_id, person().label("who")).where(
        Enrolment.class_id == training.id, ALIASES.among(Enrolment.trainee_id, people), Enrolment.outcome != EnrolmentOutcome.WITHDRAWN
    )
    rows = (await session.execute(on_roster)).all()
    roster = {row.who: row.trainee_id for row in sorted(rows, key=lambda row: row.trainee_id == row.who)}
    ids = {row.trainee_id: row.who for row in rows} | {who: who for who in roster}
    if further := [each for each in people if each not in ids]:
        ids |= await ALIASES.resolved(session, further)
    signed = (
        select(Attendance.id, Attendance.class_id, ALIASES.kept(Attendance.trainee_id).label("who"), Attendance.on, Attendance.half_day)
        .add_columns(TrainingClass.number)
        .join(TrainingClass, TrainingClass.id == Attendance.class_id)
        .where(
            ALIASES.among(Attendance.trainee_id, people),
            Attendance.on.between(training.starts_on, training.ends_on),
            Attendance.voided_at.is_(None),
        )
        .order_by(Attendance.class_id == training.id)  # of who was in two classes before a merge, what stands here comes last
    )
    known = {(row.who, row.on, row.half_day): row for row in await session.execute(signed)}
    new: dict[Key, UUID] = {}
    judged: list[Judged] = []
    for mark in marks:
        who = ids[mark.trainee_id]
        key = (who, mark.on, mark.half_day)
        there = known.get(key)
        if fault := day_fault(training, mark.on, "/on") or _to_come(mark.on, call.today) or _delivery(training, mark):
            judged.append(Judged(mark, "rejected", fault=fault))
        elif who not in roster:
            fault = errors.Fault(
                "not_on_roster",
                "/trainee_id",
                seen=str(mark.trainee_id),
                allowed=f"班级 {training.number} 的在册学员",
                fix="请先报名,或核对学员编号。",
            )
            judged.append(Judged(mark, "rejected", fault=fault))
        elif there and there.class_id != training.id:
            judged.append(Judged(mark, "rejected", fault=_overlap(mark, there.number), other_class_id=there.class_id))
        elif there:
            judged.append(Judged(mark, "unchanged", there.id))
        elif key in new:
            judged.append(Judged(mark, "unchanged", new[key]))
        else:
            new[key] = new_id()
            judged.append(Judged(mark, "created", new[key], roster[who]))
    return judged


def _to_come(on: date, today: date) -> errors.Fault | None:
    """Nobody has been there on a day to come."""
    if on <= today:
        return None
    return errors.Fault(AttendanceInFuture.code, "/on", seen=str(on), allowed=f"不晚于今天 {today}", fix="请在当天或之后录入签到。")


def _been(body: Any, today: date) -> list[errors.Fault]:
    return [fault for fault in (_to_come(body.on, today),) if fault]


def _delivery(training: TrainingClass, mark: Mark) -> errors.Fault | None:
    """Online is told with minutes and platform, and nothing else is; and only of a class that is taught so."""
    said = {"minutes": mark.minutes, "platform": mark.platform}
    for name, value in said.items():
        if mark.source == ONLINE and value is None:
            return errors.Fault("missing_field", f"/{name}", fix="线上学习请填写分钟数和平台。")
        if mark.source != ONLINE and value is not None:
            fix = "分钟数和平台只随线上学习(source 为 online)填写,请去掉,或改正 source。"
            return errors.Fault("invalid_value", f"/{name}", seen=str(value), allowed="不填", fix=fix)
    if not delivered_otherwise(training.delivery, mark.source):
        return None
    allowed = f"本班授课方式为{codes.label('delivery', training.delivery)}"
    return errors.Fault("invalid_value", "/source", seen=mark.source, allowed=allowed, fix="请改正来源;授课方式填错的请更正班级。")


def _overlap(mark: Mark, other: str) -> errors.Fault:
    half = codes.label("half_day", mark.half_day)
    fix = "请核对签到表。本条已作为冲突留存,两个班的申领都会看到。"
    return errors.Fault(
        OverlappingAttendance.code, "/half_day", seen=f"{mark.on} {half} 已在班级 {other} 签到", allowed="一人同一半天只在一个班", fix=fix
    )


async def keep(session: AsyncSession, call: Call, training: TrainingClass, judged: Sequence[Judged]) -> list[Judged]:
    """Keeps what is new. What another class took meanwhile is judged again."""
    new = [each for each in judged if each.outcome == "created"]
    if not new:
        return list(judged)
    at_least = lists().channels[training.channel].online_minutes_a_half_day_at_least
    rows = [
        {
            "id": each.id,
            "class_id": training.id,
            "trainee_id": each.enrolled_as,
            "on": each.mark.on,
            "half_day": each.mark.half_day,
            "source": each.mark.source,
            "signed_at": each.mark.signed_at,
            "minutes": each.mark.minutes,
            "platform": each.mark.platform,
            "counted": makes_a_half_day(each.mark.source, each.mark.minutes, at_least),
            "recorded_at": call.now,
            "corrects": each.mark.corrects,
        }
        for each in sorted(new, key=lambda each: each.mark.key)  # in one order, so that two classes cannot wait for each other
    ]
    insert = upsert(Attendance).on_conflict_do_nothing(index_elements=ONE_PLACE, index_where=STANDS).returning(Attendance.id)
    kept = set((await session.execute(insert, rows)).scalars())
    await _count(session, training.id, {each.enrolled_as for each in new if each.id in kept})
    first = min((each.mark.on for each in new if each.id in kept), default=None)
    said = {"status": training.status, "version": training.version, "half_days": len(kept), "from_on": first}
    await deeds.record(session, call, "attendance.recorded", training.id, subject_type="class", **said)
    lost = [each.mark for each in new if each.id not in kept]
    again = {each.mark.key: each for each in await judge(session, call, training, lost)} if lost else {}
    return [again.get(each.mark.key, each) for each in judged]


async def _count(session: AsyncSession, class_id: UUID, trainee_ids: Collection[UUID | None]) -> None:
    """Counts anew what these people attended of the class, on their enrolments."""
    if not trainee_ids:
        return
    days = (
        select(Attendance.trainee_id, func.count().label("half_days"))
        .where(Attendance.class_id == class_id, Attendance.trainee_id == func.any(list(trainee_ids)), STANDING)
        .group_by(Attendance.trainee_id, Attendance.on)
        .cte("days")
    )
    whole = func.count().filter(days.c.half_days == len(HalfDay))
    attended = (
        select(days.c.trainee_id, func.sum(days.c.half_days).label("half_days"), whole.label("days")).group_by(days.c.trainee_id).subquery()
    )
    theirs = select(attended.c.half_days, attended.c.days).where(attended.c.trainee_id == Enrolment.trainee_id)
    half_days, whole_days = (
        func.coalesce(theirs.with_only_columns(each).scalar_subquery(), 0) for each in (attended.c.half_days, attended.c.days)
    )
    counted = update(Enrolment).where(Enrolment.class_id == class_id, Enrolment.trainee_id == func.any(list(trainee_ids)))
    counted = counted.values(half_days_attended=half_days, days_attended=whole_days)
    await session.execute(counted.execution_options(synchronize_session=False))


async def standing(session: AsyncSession, call: Call, attendance_id: UUID, *, lock: bool = False) -> tuple[TrainingClass, Attendance]:
    """A record that was not voided, of a class that the caller sees, in a state in which it can be corrected; or 404."""
    found = await session.scalar(select(Attendance).where(Attendance.id == attendance_id, Attendance.voided_at.is_(None)))
    if found is None:
        raise errors.NotFound(GONE.detail)
    training = await classes.find(session, call, found.class_id, lock=lock)
    call.match(history.version_of(found.voided_at))
    require_state(call, training, policy.CORRECT)
    return training, found


async def correct(session: AsyncSession, call: Call, attendance_id: UUID, body: schemas.AttendanceCorrected) -> schemas.AttendanceOut:
    """The wrong record is voided and stays; the right one, if there is one, stands in its place. What the person attended is counted anew, and of a
    completed class who completed it."""
    training, wrong = await standing(session, call, attendance_id, lock=True)
    given = body.model_dump(include=body.model_fields_set - {"reason"})
    before = {name: getattr(wrong, name) for name in ("trainee_id", "on", "half_day", "source", "minutes", "platform", "signed_at")}
    may_be_none = ("signed_at", "minutes", "platform")
    right = Mark(**before | {name: value for name, value in given.items() if value is not None or name in may_be_none}, corrects=wrong.id)
    wrong.voided_at, wrong.void_reason = call.now, body.reason
    await session.flush()
    shown = wrong.id
    if given:
        [judged] = await judge(session, call, training, [right])
        [judged] = await keep(session, call, training, [judged])
        if judged.fault:
            raise PROBLEMS.get(judged.fault.code, errors.Invalid)(faults=[judged.fault])
        shown = judged.id or shown
    await _count(session, training.id, {wrong.trainee_id})
    if training.status == ClassStatus.COMPLETED:
        await settle_again(session, call, training, wrong.trainee_id)
    days = sorted({wrong.on, right.on})
    told = {
        "reason": body.reason,
        "changes": history.changes(before, before | given if given else {}),
        "attendance_ids": [str(wrong.id), str(shown)],
    }
    said = {"status": training.status, "version": training.version, "trainee_id": wrong.trainee_id, "from_on": days[0]}
    await deeds.record(session, call, "attendance.corrected", training.id, subject_type="class", details=told, **said)
    return schemas.AttendanceOut.model_validate((await session.execute(reading.SHOWN.where(Attendance.id == shown))).one())


async def keep_conflicts(session: AsyncSession, call: Call, class_id: UUID, judged: Sequence[Judged]) -> None:
    """Keeps the refused records of people who were in another class."""
    for statement in _conflicts(call, class_id, judged):
        await session.execute(statement)


def _conflicts(call: Call, class_id: UUID, judged: Sequence[Judged]) -> tuple[Insert, ...]:
    rows = [
        {
            "id": new_id(),
            "class_id": class_id,
            "other_class_id": each.other_class_id,
            "trainee_id": each.mark.trainee_id,
            "on": each.mark.on,
            "half_day": each.mark.half_day,
            "source": each.mark.source,
            "recorded_at": call.now,
        }
        for each in sorted(judged, key=lambda each: each.mark.key)
        if each.other_class_id
    ]
    if not rows:
        return ()
    said = {
        "other_class_ids": sorted({str(row["other_class_id"]) for row in rows}),
        "from_on": min(each.mark.on for each in judged if each.other_class_id),
    }
    counted = {"half_days": len(rows)}
    told = deeds.told(call, "attendance.overlapped", class_id, subject_type="class", details=counted, refused=True, **said)
    return upsert(AttendanceConflict).values(rows).on_conflict_do_nothing(), told
