"""What can be done with the teachers of an institution: one, many, or a whole sheet, in a constant number of statements."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.teachers import reading, rules
from services.registry.institutions.teachers.errors import DuplicateTeacher
from services.registry.institutions.teachers.schemas import TeacherChange, TeacherIn, TeacherOut
from services.registry.institutions.teachers.tables import Teacher
from shared import batches, db, deeds, errors, history, wire
from shared.access import Call
from shared.batches import Batch, BatchOut, Result, rejected
from shared.errors import Fault
from shared.national_numbers import citizen_id
from shared.privacy import Vault

RECOGNISED = ("dual_qualified", "recognised_from_on", "recognised_until_on")  # what a list of teachers need not say
UPDATED = ("name", "employment", "to_on", "qualification", *RECOGNISED)


async def add(session: AsyncSession, call: Call, vault: Vault, institution_id: UUID, body: TeacherIn) -> TeacherOut:
    await institutions.find(session, call, institution_id)
    result = (await keep(session, call, vault, institution_id, {0: body}, update_known=False))[0]
    if result.conflict:
        raise DuplicateTeacher(existing_id=str(result.id))
    if result.id is None:
        raise errors.Invalid(faults=result.faults)
    return await reading.get(session, result.id)


async def take_batch(session: AsyncSession, call: Call, vault: Vault, institution_id: UUID, asked: Batch[TeacherIn]) -> BatchOut:
    await institutions.find(session, call, institution_id)

    async def kept(items: Mapping[int, TeacherIn]) -> Mapping[int, Result]:
        return await keep(session, call, vault, institution_id, items)

    return await batches.run(session, asked, kept, DuplicateTeacher, rules=partial(wire.faults, rules.RULES, today=call.today))


async def keep(
    session: AsyncSession, call: Call, vault: Vault, institution_id: UUID, items: Mapping[int, TeacherIn], *, update_known: bool = True
) -> dict[int, Result]:
    """A result for each item. The same person from the same day is the same service, brought up to date where `update_known`."""
    results: dict[int, Result] = {}
    rows: dict[int, dict[str, Any]] = {}
    first_with: dict[tuple[bytes, date], int] = {}
    for index, item in items.items():
        row = _row(call, vault, institution_id, item)
        if isinstance(row, tuple):
            results[index] = rejected(*row)
        elif (first := first_with.setdefault((row["id_number_key"], row["from_on"]), index)) != index:
            results[index] = rejected(
                Fault("duplicate_item", pointer="/id_number", fix=f"与第 {first} 项是同一人,请删去本项。"), conflict=True
            )
        else:
            rows[index] = row
    changed: dict[UUID, list[dict[str, Any]]] = {}
    if rows:
        ordered = sorted(rows.values(), key=lambda row: (row["id_number_key"], row["from_on"]))
        made = set(await session.scalars(upsert(Teacher).on_conflict_do_nothing().returning(Teacher.id), ordered))
        results |= {index: Result("created", row["id"]) for index, row in rows.items() if row["id"] in made}
        known = {index: row for index, row in rows.items() if row["id"] not in made}
        results |= await _known(session, institution_id, known, changed, update_known=update_known)
    done = {"created": "teacher.added", "updated": "teacher.changed"}
    told = [(each, items[index].from_on) for index, each in results.items() if each.outcome in done]
    await deeds.record_all(
        session,
        [
            deeds.deed(
                call,
                done[each.outcome],
                each.id,
                details={"changes": changed[each.id]} if each.id in changed else None,
                institution_id=institution_id,
                from_on=from_on,
            )
            for each, from_on in told
        ],
    )
    return results


async def _known(
    session: AsyncSession,
    institution_id: UUID,
    rows: Mapping[int, dict[str, Any]],
    changed: dict[UUID, list[dict[str, Any]]],
    *,
    update_known: bool,
) -> dict[int, Result]:
    """`changed`: takes what differs of whom is brought up to date."""
    if not rows:
        return {}
    keys = [row["id_number_key"] for row in rows.values()]
    wanted = (
        select(Teacher)
        .where(Teacher.institution_id == institution_id, Teacher.id_number_key.in_(keys))
        .order_by(Teacher.id)
        .with_for_update()
    )
    found = (await session.scalars(wanted.execution_options(populate_existing=True))).all()
    same = {(each.id_number_key, each.from_on): each for each in found}
    still_there = {each.id_number_key: each for each in found if each.to_on is None}
    results: dict[int, Result] = {}
    newer: list[dict[str, Any]] = []
    for index, row in rows.items():
        service = same.get((row["id_number_key"], row["from_on"]))
        if service and update_known and all(getattr(service, name) == row[name] for name in UPDATED):
            results[index] = Result("unchanged", service.id)
        elif service and update_known:
            results[index] = Result("updated", service.id)
            newer.append({"known_id": service.id, **{name: row[name] for name in UPDATED}})
            changed[service.id] = history.changes({name: getattr(service, name) for name in UPDATED}, {name: row[name] for name in UPDATED})
        else:
            existing = service or still_there[row["id_number_key"]]
            fault = Fault(
                DuplicateTeacher.code, pointer="/id_number", fix="请先填写前一段任职的 to_on。", more={"existing_id": str(existing.id)}
            )
            results[index] = Result("rejected", existing.id, (fault,), conflict=True)
    if newer:
        change = (
            update(Teacher)
            .where(Teacher.id == bindparam("known_id"))
            .values({"version": Teacher.version + 1, **{name: bindparam(name) for name in UPDATED}})
        )
        await (await session.connection()).execute(change, newer)
    return results


def _row(call: Call, vault: Vault, institution_id: UUID, item: TeacherIn) -> dict[str, Any] | tuple[Fault, ...]:
    if faults := wire.faults(rules.RULES, item, call.today):
        return tuple(faults)
    made = db.new_id()
    return {
        "id": made,
        "version": 1,
        "institution_id": institution_id,
        "name": fields.name(item.name),
        "employment": item.employment,
        "from_on": item.from_on,
        "to_on": item.to_on,
        "qualification": item.qualification,
        "dual_qualified": item.dual_qualified,
        "recognised_from_on": item.recognised_from_on,
        "recognised_until_on": item.recognised_until_on,
        "external_refs": [ref.model_dump() for ref in item.external_refs],
        **fields.sealed_number(vault, "teachers", made, citizen_id(item.id_number, today=call.today).number),
    }


async def change(
    session: AsyncSession, call: Call, vault: Vault, institution_id: UUID, teacher_id: UUID, body: TeacherChange
) -> TeacherOut:
    teacher = await reading.find(session, call, institution_id, teacher_id)
    before = await reading.get(session, teacher.id)
    values = body.model_dump(exclude_unset=True, exclude={"reason"})
    from_on, to_on = values.get("from_on", teacher.from_on), values.get("to_on", teacher.to_on)
    faults = [*rules.named(body, call.today), *fields.backwards(from_on, to_on, "/to_on")]
    faults += rules.recognition(*(values.get(name, getattr(teacher, name)) for name in ("recognised_from_on", "recognised_until_on")))
    faults += rules.unexplained(body, teacher.from_on, teacher.to_on)
    if {"from_on", "to_on", "recognised_from_on"} & values.keys():
        number = fields.opened(vault, "teachers", teacher.id, "id_number", teacher.id_number) or ""
        born = citizen_id(number, today=call.today).birth_on
        faults += rules.ages(born, from_on, to_on) if {"from_on", "to_on"} & values.keys() else []
        faults += rules.recognised_age(born, values.get("recognised_from_on"))
    if faults:
        raise errors.Invalid(faults=faults)
    if "name" in values:
        values["name"] = fields.name(values["name"])
    told_from = min(teacher.from_on, from_on)
    for name, value in values.items():
        setattr(teacher, name, value)
    await session.flush()
    after = await reading.get(session, teacher.id)
    said = {"changes": history.changes(before.model_dump(mode="json"), after.model_dump(mode="json")), "reason": body.reason}
    await deeds.record(session, call, "teacher.changed", teacher.id, details=said, institution_id=institution_id, from_on=told_from)
    return after
