"""Proposing and changing classes, and their timetable. What moves a class from state to state: `steps`."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.clients import OrderRead
from services.registry.codes import ClassKind, ClassStatus
from services.registry.institutions.institutions.tables import Institution
from services.registry.training.classes import facts, policy, reading, rules, schemas, visibility
from services.registry.training.classes.errors import TooLate
from services.registry.training.classes.tables import ClassSession, TrainingClass
from shared import county, deeds, errors, history
from shared.access import Call
from shared.db import new_id
from shared.steps import Step


async def create(session: AsyncSession, call: Call, body: schemas.ClassIn, order: OrderRead | None) -> schemas.ClassPaper:
    """Proposes a class, as a draft."""
    institution_id = body.institution_id or call.actor.institution_id
    kind = policy.kind_of(body.kind, body.order_id, body.sponsor)
    values = _kept(body, body.model_dump()) | {"institution_id": institution_id, "kind": kind}
    _may_propose(call, institution_id, body.region_code)
    if institution_id is None:
        raise errors.Invalid(faults=[errors.Fault("missing_field", "/institution_id", fix="请补充承办机构的编号。")])
    unknown = errors.Fault(
        "unknown_institution", "/institution_id", seen=str(institution_id), allowed="已登记的机构", fix="请先登记机构,或核对编号。"
    )
    known = await session.get(Institution, institution_id)
    faults = [*([] if known else [unknown]), *rules.order(body.order_id, order, body.starts_on)]
    await rules.check(session, institution_id, values, call.today, faults)
    serial = await session.scalar(select(func.nextval(func.pg_get_serial_sequence("classes", "serial"))))
    training = TrainingClass(
        id=new_id(),
        serial=serial,
        number=policy.number(county.here().series("PX"), body.starts_on.year, serial or 0),
        department=call.actor.department,
        status=ClassStatus.DRAFT,
        proposed_by=call.actor.doer.person,
        proposed_at=call.now,
        changed_at=call.now,
        **values,
    )
    session.add(training)
    await session.flush()
    await announce(session, call, training, "created", {"channel": training.channel})
    return await reading.paper(session, call, training)


async def change(
    session: AsyncSession, call: Call, class_id: UUID, body: schemas.ClassChange, order: OrderRead | None
) -> schemas.ClassPaper:
    """Changes a draft, or a class that was returned. One that is to begin earlier is to be filed anew."""
    training = await permit(session, call, class_id, step=policy.CHANGE, lock=True)
    given = _kept(body, body.model_dump(include=body.model_fields_set))
    _may_propose(call, training.institution_id, given.get("region_code", training.region_code))
    values = {name: getattr(training, name) for name in schemas.ClassChange.model_fields} | given
    found = rules.order(body.order_id, order, values["starts_on"])
    if body.seats is not None and body.seats < training.seats:
        found += rules.seats(body.seats, await facts.taken_seats(session, training.id))
    given["kind"] = values["kind"] = policy.kind_of(body.kind, values["order_id"], values["sponsor"], ClassKind(training.kind))
    await rules.check(session, training.institution_id, values, call.today, found)
    changed = [name for name, value in given.items() if getattr(training, name) != value]
    if values["starts_on"] < training.starts_on:
        training.filed_at = None
    for name in changed:
        setattr(training, name, given[name])
    if changed:
        training.changed_at, training.changed_by = call.now, call.actor.doer.person
        await held_on_other_days(session, call, training)
        told = {"fields": changed, "changes": history.unsaved(training, reading.TOLD)}
        await session.flush()
        await announce(session, call, training, "changed", told)
    return await reading.paper(session, call, training)


def _kept(body: schemas.ClassIn | schemas.ClassChange, values: dict[str, Any]) -> dict[str, Any]:
    """As the row has it: posts as JSON."""
    return values | ({"posts": [each.model_dump(mode="json") for each in body.posts]} if body.posts else {})


async def held_on_other_days(session: AsyncSession, call: Call, training: TrainingClass) -> None:
    """The timetable loses what lies outside the class's days, and nobody is in it from a day outside them."""
    await facts.follow_days(session, call, training)
    outside = or_(ClassSession.on < training.starts_on, ClassSession.on > training.ends_on)
    await session.execute(delete(ClassSession).where(ClassSession.class_id == training.id, outside))


def _may_propose(call: Call, institution_id: UUID | None, region_code: str) -> None:
    actor = call.actor
    if actor.role == "institution" and institution_id != actor.institution_id:
        raise errors.Forbidden("机构只能为本机构申报班级。请去掉 institution_id,或由该机构自己申报。")
    if actor.role == "town" and region_code != actor.region_code:
        raise errors.Forbidden(f"镇、街道只能申报本辖区的班级,本辖区代码为 {actor.region_code}。请改正 region_code。")


async def permit(session: AsyncSession, call: Call, class_id: UUID, *, step: Step, lock: bool = False) -> TrainingClass:
    """The class, of the caller's version and in a state in which the step can be taken."""
    training = await reading.find(session, call, class_id, lock=lock)
    require_own(call, training)
    call.match(training.version)
    require_state(call, training, step)
    return training


def require_own(call: Call, training: TrainingClass) -> None:
    """403 for a department that only reads the class."""
    if not visibility.may_act(call.actor, training.department):
        raise errors.Forbidden(policy.READ_ONLY.detail)


def require_state(call: Call, training: TrainingClass, step: Step) -> None:
    """409 unless the class is in one of the states in which the step can be taken, and was not told of past years."""
    if training.imported:
        raise errors.InvalidState(policy.IMPORTED.detail)
    if refusal := policy.MACHINE.wrong_state(step, training.status, call.actor.role):
        raise errors.InvalidState(refusal.detail)
    if step is policy.ENROL and (refusal := policy.too_late(call.actor.role, training.ends_on, call.today)):
        raise TooLate(refusal.detail)


def require_not_over(call: Call, training: TrainingClass) -> None:
    """409 after the last day for whoever brings a whole roster: who is enrolled then is enrolled alone, with reason and proof."""
    if refusal := policy.too_late("", training.ends_on, call.today):
        raise TooLate(refusal.detail)


def require_day(training: TrainingClass, on: date, pointer: str) -> None:
    if fault := day_fault(training, on, pointer):
        raise errors.Invalid(faults=[fault])


def day_fault(training: TrainingClass, on: date, pointer: str) -> errors.Fault | None:
    if training.starts_on <= on <= training.ends_on:
        return None
    allowed = f"{training.starts_on} 至 {training.ends_on}"
    return errors.Fault("outside_class_days", pointer, seen=str(on), allowed=allowed, fix="请核对日期;日期有变的请先改期。")


async def announce(session: AsyncSession, call: Call, training: TrainingClass, what: str, details: dict[str, Any] | None = None) -> None:
    """Writes the deed into the trail and the feed."""
    said = {"status": training.status, "version": training.version, "institution_id": training.institution_id}
    await deeds.record(session, call, f"class.{what}", training.id, details={"number": training.number, **(details or {})}, **said)


async def schedule(session: AsyncSession, call: Call, class_id: UUID, body: schemas.SessionIn) -> schemas.SessionOut:
    """Puts one half-day into the timetable. A session without a teacher is that of the class's only one."""
    training = await permit(session, call, class_id, step=policy.SCHEDULE, lock=True)
    require_day(training, body.on, "/on")
    only = training.teacher_ids[0] if len(training.teacher_ids) == 1 else None
    made = schemas.SessionOut(id=new_id(), **body.model_dump(exclude={"teacher_id"}), teacher_id=body.teacher_id or only)
    await rules.check_session(session, training, made)
    await session.execute(insert(ClassSession), [{"class_id": class_id, **made.model_dump(exclude={"teacher_name"})}])
    said = {"session_id": made.id, "on": body.on, "half_day": body.half_day}
    await deeds.record(session, call, "class.scheduled", class_id, details=said, event=False)
    shown = (await session.execute(reading.SESSIONS.where(ClassSession.id == made.id))).one()
    return schemas.SessionOut.model_validate(shown)


async def planned(session: AsyncSession, call: Call, class_id: UUID, session_id: UUID, *, lock: bool = False) -> schemas.SessionOut:
    """The lesson, where the caller may take it out of the timetable. One that somebody signed was given; whether one of a day that has come was, an officer
    says, since what was planned is what attendance is measured by."""
    await permit(session, call, class_id, step=policy.SCHEDULE, lock=lock)
    row = (await session.execute(reading.SESSIONS.where(ClassSession.id == session_id, ClassSession.class_id == class_id))).one_or_none()
    if row is None:
        raise errors.NotFound("课程表没有这节课。请核对编号。")
    signed = TrainingClass.metadata.tables["attendance"].c  # by its table: its room stands above this one
    there = exists().where(signed.class_id == class_id, signed.on == row.on, signed.half_day == row.half_day, signed.voided_at.is_(None))
    if refusal := policy.stays(call.actor.role, row.on, call.today, signed=bool(await session.scalar(select(there)))):
        raise errors.InvalidState(refusal.detail)
    return schemas.SessionOut.model_validate(row)


async def remove_session(session: AsyncSession, call: Call, class_id: UUID, session_id: UUID, reason: str) -> schemas.SessionOut:
    """Takes one half-day out of the timetable again: a slip, or a lesson that is not given."""
    gone = await planned(session, call, class_id, session_id, lock=True)
    await session.execute(delete(ClassSession).where(ClassSession.id == session_id))
    said = {"session_id": session_id, "on": gone.on, "half_day": gone.half_day, "hours": gone.hours, "reason": reason}
    await deeds.record(session, call, "class.unscheduled", class_id, details=said, event=False)
    return gone
