"""Proposing, reading and changing classes, their timetable and inspections. What moves a class from state to state: `moves`."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions.tables import Institution
from services.registry.reference import policy as reference
from services.registry.training.classes import checking, ordered, policy, schemas, sight
from services.registry.training.classes.tables import ClassSession, Inspection, TrainingClass
from shared import audit, changes, errors, pages, wire
from shared.access import Call
from shared.db import new_id
from shared.steps import Refusal

COLUMNS = tuple(schemas.ClassOut.model_fields)


async def create(session: AsyncSession, call: Call, body: schemas.ClassIn) -> schemas.ClassPaper:
    """Proposes a class, as a draft."""
    institution_id = body.institution_id or call.actor.institution_id
    values = body.model_dump() | {"institution_id": institution_id}
    _may_propose(call, institution_id, body.region_code)
    if institution_id is None:
        raise errors.Invalid(faults=[errors.Fault("missing_field", "/institution_id", fix="请补充承办机构的编号。")])
    unknown = [] if await session.get(Institution, institution_id) else [
        errors.Fault("unknown_institution", "/institution_id", seen=str(institution_id), allowed="已登记的机构", fix="请先登记机构,或核对编号。")
    ]  # fmt: skip
    await checking.check(session, institution_id, values, unknown)
    serial = await session.scalar(select(func.nextval(func.pg_get_serial_sequence("classes", "serial"))))
    training = TrainingClass(
        id=new_id(), serial=serial, number=policy.number(body.starts_on.year, serial or 0), department=call.actor.department, status="draft",
        proposed_at=call.now, changed_at=call.now, **values,
    )  # fmt: skip
    session.add(training)
    await session.flush()
    await announce(session, call, training, "created", {"institution_id": str(institution_id), "channel": training.channel})
    return paper(call, training)


def listed(
    call: Call, *, status: str | None, channel: str | None, programme: str | None, institution_id: UUID | None, region_code: str | None,
    from_on: date | None, to_on: date | None, ended_from_on: date | None, ended_to_on: date | None, demonstration: bool | None, external_number: str | None,
    ordered_completed_at_least: int | None,
) -> Select[Any]:  # fmt: skip
    """The classes that fit the filters; `from_on` and `to_on` find those with a day in between."""
    pages.known("region_code", region_code, reference.packaged().regions)
    wanted = select(*(getattr(TrainingClass, name) for name in COLUMNS)).where(sight.condition(call))
    equal = {
        "status": status,
        "channel": channel,
        "institution_id": institution_id,
        "region_code": region_code,
        "demonstration": demonstration,
    }
    for name, value in equal.items():
        if value is not None:
            wanted = wanted.where(getattr(TrainingClass, name) == value)
    if programme is not None:
        wanted = wanted.where(TrainingClass.programmes.contains([programme]))
    if from_on is not None:
        wanted = wanted.where(TrainingClass.ends_on >= from_on)
    if to_on is not None:
        wanted = wanted.where(TrainingClass.starts_on <= to_on)
    if ended_from_on is not None:
        wanted = wanted.where(TrainingClass.ends_on >= ended_from_on)
    if ended_to_on is not None:
        wanted = wanted.where(TrainingClass.ends_on <= ended_to_on)
    if external_number is not None:
        wanted = wanted.where(TrainingClass.external_refs.contains([{"number": external_number}]))
    if ordered_completed_at_least is not None:
        wanted = wanted.where(ordered.of_order(ordered_completed_at_least))
    return wanted


async def change(session: AsyncSession, call: Call, class_id: UUID, body: schemas.ClassChange) -> schemas.ClassPaper:
    """Changes a draft."""
    training = await sight.find(session, call, class_id, lock=True)
    call.match(training.version)
    require_state(training, "修改", policy.CHANGED_IN)
    given = body.model_dump(include=body.model_fields_set)
    _may_propose(call, training.institution_id, given.get("region_code", training.region_code))
    values = {name: getattr(training, name) for name in schemas.ClassChange.model_fields} | given
    await checking.check(session, training.institution_id, values)
    changed = [name for name, value in given.items() if getattr(training, name) != value]
    for name in changed:
        setattr(training, name, given[name])
    if changed:
        training.changed_at = call.now
        await session.flush()
        await announce(session, call, training, "changed", {"fields": changed})
    return paper(call, training)


def _may_propose(call: Call, institution_id: UUID | None, region_code: str) -> None:
    actor = call.actor
    if actor.role == "institution" and institution_id != actor.institution_id:
        raise errors.Forbidden("机构只能为本机构申报班级。请去掉 institution_id,或由该机构自己申报。")
    if actor.role == "town" and region_code != actor.region_code:
        raise errors.Forbidden(f"镇、街道只能申报本辖区的班级,本辖区代码为 {actor.region_code}。请改正 region_code。")


def require_state(training: TrainingClass, label: str, states: frozenset[str]) -> None:
    """409 unless the class is in one of the states in which `label` can be done."""
    if training.status not in states:
        raise errors.InvalidState(policy.wrong_state(label, training.status, states))


def require_day(training: TrainingClass, on: date, pointer: str) -> None:
    if fault := day_fault(training, on, pointer):
        raise errors.Invalid(faults=[fault])


def day_fault(training: TrainingClass, on: date, pointer: str) -> errors.Fault | None:
    if training.starts_on <= on <= training.ends_on:
        return None
    allowed = f"{training.starts_on} 至 {training.ends_on}"
    return errors.Fault("outside_class_days", pointer, seen=str(on), allowed=allowed, fix="请核对日期;日期有变的请先改期。")


def paper(call: Call, training: TrainingClass) -> schemas.ClassPaper:
    """The class with what the caller may do with it."""
    shown = schemas.ClassPaper.model_validate(training)
    steps = policy.allowed(training.status, call.actor.role, training.starts_on, training.ends_on, call.today)
    shown.allowed_actions = wire.allowed_actions(
        {action: Refusal(refusal.code, refusal.detail) if refusal else None for action, refusal in steps}
    )
    return shown


async def announce(session: AsyncSession, call: Call, training: TrainingClass, what: str, details: Mapping[str, Any] | None = None) -> None:
    """Writes the deed into the trail and the feed."""
    await audit.record(
        session, call, f"class.{what}", "class", training.id, {"number": training.number, "version": training.version, **(details or {})}
    )
    await changes.publish(
        session,
        call,
        f"class.{what}",
        training.id,
        status=training.status,
        version=training.version,
        institution_id=training.institution_id,
    )


# --- timetable and inspections -------------------------------------------------------------------------------------------------------------


async def schedule(session: AsyncSession, call: Call, class_id: UUID, body: schemas.SessionIn) -> schemas.SessionOut:
    """Puts one half-day into the timetable."""
    training = await sight.find(session, call, class_id)
    require_state(training, "排课", policy.TIMETABLED_IN)
    require_day(training, body.on, "/on")
    made = schemas.SessionOut(id=new_id(), **body.model_dump())
    await session.execute(insert(ClassSession), [{"class_id": class_id, **made.model_dump()}])
    await audit.record(
        session, call, "class.scheduled", "class", class_id, {"session_id": str(made.id), "on": str(body.on), "half_day": body.half_day}
    )
    return made


async def inspect(session: AsyncSession, call: Call, class_id: UUID, body: schemas.InspectionIn) -> schemas.InspectionOut:
    """Records what an officer found on a visit."""
    training = await sight.find(session, call, class_id)
    require_state(training, "检查", policy.INSPECTED_IN)
    require_day(training, body.on, "/on")
    if body.on > call.today:
        raise errors.Invalid(
            faults=[errors.Fault("invalid_value", "/on", seen=str(body.on), allowed=f"不晚于 {call.today}", fix="请填写实际检查的日期。")]
        )
    made = schemas.InspectionOut(id=new_id(), inspected_by=call.actor.subject, recorded_at=call.now, **body.model_dump())
    await session.execute(insert(Inspection), [{"class_id": class_id, **made.model_dump()}])
    await audit.record(
        session,
        call,
        "class.inspected",
        "class",
        class_id,
        {"inspection_id": str(made.id), "on": str(body.on), "headcount": body.headcount},
    )
    return made
