"""Takes in dated facts from other offices, and the days for which their lists are complete; voids what was told wrongly."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.people.status_records import reading, rules
from services.registry.people.status_records.schemas import StatusListIn, StatusListOut, StatusListPaper, StatusRecordIn, StatusRecordPaper
from services.registry.people.status_records.tables import SAME_FACT, SAME_LIST, StatusList, StatusRecord
from services.registry.people.trainees import reading as trainees
from shared import batches, db, deeds, errors, history, wire
from shared.access import Call
from shared.batches import Batch, BatchOut, Result, rejected
from shared.errors import Fault
from shared.national_numbers import citizen_id
from shared.privacy import Vault

STANDS = text("voided_at IS NULL")
RENEWED = ("until_on", "received_at")
VOIDING = ("voided_at", "void_reason")


async def take_batch(session: AsyncSession, call: Call, vault: Vault, asked: Batch[StatusRecordIn]) -> BatchOut:
    async def kept(items: Mapping[int, StatusRecordIn]) -> Mapping[int, Result]:
        return await keep(session, call, vault, items)

    return await batches.run(session, asked, kept, rules=partial(wire.faults, rules.RECORD, today=call.today))


async def keep(session: AsyncSession, call: Call, vault: Vault, items: Mapping[int, StatusRecordIn]) -> dict[int, Result]:
    """A result for each item. The same person, status, source and first day are the same fact; a new last day brings it up to date."""
    results: dict[int, Result] = {}
    rows: dict[int, dict[str, Any]] = {}
    first_with: dict[tuple[Any, ...], int] = {}
    for index, item in items.items():
        row = _row(call, vault, item)
        if isinstance(row, tuple):
            results[index] = rejected(*row)
        elif (first := first_with.setdefault(_same(row), index)) != index:
            results[index] = rejected(
                Fault("duplicate_item", pointer="/id_number", fix=f"与第 {first} 项是同一事实,请删去本项。"), conflict=True
            )
        else:
            rows[index] = row
    if not rows:
        return results
    ordered = sorted(rows.values(), key=_same)
    before = {each.id: each for each in await session.execute(_kept(rows).order_by(StatusRecord.id).with_for_update())}
    insert = upsert(StatusRecord)
    newer = insert.excluded.until_on.is_distinct_from(StatusRecord.until_on)
    renewed = {name: insert.excluded[name] for name in RENEWED}
    insert = insert.on_conflict_do_update(
        index_elements=SAME_FACT, index_where=STANDS, set_=renewed | {"version": StatusRecord.version + 1}, where=newer
    )
    written = set(await session.scalars(insert.returning(StatusRecord.id), ordered))
    kept = {(row.id_number_key, row.status, row.source, row.from_on): row.id for row in await session.execute(_kept(rows))}
    for index, row in rows.items():
        record_id = kept[_same(row)]
        results[index] = Result("created" if record_id == row["id"] else "updated" if record_id in written else "unchanged", record_id)
    counts = {name: sum(each.outcome == name for each in results.values()) for name in ("created", "updated")}
    await deeds.record(session, call, "status_records.received", None, details=counts)
    await _announce(session, call, {kept[_same(row)]: row for row in rows.values() if kept[_same(row)] in written}, before)
    return results


async def _announce(session: AsyncSession, call: Call, written: Mapping[UUID, dict[str, Any]], before: Mapping[UUID, Any]) -> None:
    """Tells of whom something new is known, and from which day, as far as they are registered; what it was before stays on the trail."""
    known = await trainees.registered_by(session, {row["id_number_key"] for row in written.values()})
    told = []
    for record_id, row in written.items():
        was = before.get(record_id)
        moved = {"changes": history.changes(was._mapping, {name: row[name] for name in RENEWED})} if was else None
        said = {"trainee_id": known.get(row["id_number_key"]), "from_on": row["from_on"]}
        told.append(deeds.deed(call, "status_record.received", record_id, details=moved, event=row["id_number_key"] in known, **said))
    await deeds.record_all(session, told)


def _kept(rows: Mapping[int, dict[str, Any]]) -> Any:
    columns = (getattr(StatusRecord, name) for name in ("id", *SAME_FACT, *RENEWED))
    keys = {row["id_number_key"] for row in rows.values()}
    return select(*columns).where(StatusRecord.id_number_key.in_(keys), StatusRecord.voided_at.is_(None))


def _same(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in SAME_FACT)


def _row(call: Call, vault: Vault, item: StatusRecordIn) -> dict[str, Any] | tuple[Fault, ...]:
    if faults := wire.faults(rules.RECORD, item, call.today):
        return tuple(faults)
    number = citizen_id(item.id_number, today=call.today).number
    return {
        "id": db.new_id(),
        "version": 1,
        "id_number_key": vault.blind(number, fields.ID_NUMBER),
        "status": item.status,
        "from_on": item.from_on,
        "until_on": item.until_on,
        "source": item.source,
        "received_at": call.now,
    }


async def state_complete(session: AsyncSession, call: Call, body: StatusListIn) -> StatusListOut:
    """Says a list is complete. Said again it stays as it was."""
    if faults := wire.faults(rules.RULES, body, call.today):
        raise errors.Invalid(faults=faults)
    made = {"id": db.new_id(), "version": 1, "received_at": call.now, **body.model_dump()}
    insert = upsert(StatusList).values(made).on_conflict_do_nothing(index_elements=SAME_LIST, index_where=STANDS)
    if await session.scalar(insert.returning(StatusList.id)):
        days = {"from_on": body.complete_from_on, "until_on": body.complete_to_on}
        await deeds.record(session, call, "status_list.completed", made["id"], details={"source": body.source}, status=body.status, **days)
    return StatusListOut.model_validate(await session.scalar(select(StatusList).filter_by(**body.model_dump(), voided_at=None)))


async def void_record(session: AsyncSession, call: Call, record_id: UUID, reason: str) -> StatusRecordPaper:
    """It was told wrongly: from now on it counts no longer, whatever days it is of; what was judged by it is judged anew."""
    record = await reading.standing(session, call, StatusRecord, record_id, lock=True)
    record.voided_at, record.void_reason = call.now, reason
    told = {"reason": reason, "changes": history.unsaved(record, VOIDING)}
    await session.flush()
    known = await trainees.registered_by(session, {record.id_number_key})
    said = {"trainee_id": known.get(record.id_number_key), "from_on": record.from_on}
    await deeds.record(session, call, "status_record.voided", record_id, details=told, event=bool(known), **said)
    return await reading.one_record(session, call, record_id)


async def void_list(session: AsyncSession, call: Call, list_id: UUID, reason: str) -> StatusListPaper:
    """It was not complete after all: of its days nobody is known to be without the status."""
    listed = await reading.standing(session, call, StatusList, list_id, lock=True)
    listed.voided_at, listed.void_reason = call.now, reason
    told = {"reason": reason, "changes": history.unsaved(listed, VOIDING)}
    await session.flush()
    days = {"from_on": listed.complete_from_on, "until_on": listed.complete_to_on}
    await deeds.record(session, call, "status_list.voided", list_id, details=told, status=listed.status, **days)
    return await reading.one_list(session, call, list_id)
