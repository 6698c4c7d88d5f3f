"""Takes in dated facts from other offices, and the days for which their lists are complete; voids what was told wrongly."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import PersonalStatus
from services.registry.people.status_records.schemas import StatusListIn, StatusListOut, StatusRecordIn, StatusRecordOut
from services.registry.people.status_records.tables import SAME_FACT, SAME_LIST, StatusList, StatusRecord
from services.registry.people.trainees import reading as trainees
from services.registry.people.trainees.tables import Trainee
from services.registry.reference.errors import invalid_number
from shared import batches, db, deeds, errors, pages
from shared.access import Call
from shared.batches import Batch, BatchOut, Result, rejected
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, citizen_id, compact
from shared.privacy import Vault

VOIDED = "该项已作废。如须计入,请重新报送。"
Paper = TypeVar("Paper", StatusRecord, StatusList)
STANDS = text("voided_at IS NULL")


async def take_batch(session: AsyncSession, call: Call, vault: Vault, asked: Batch[StatusRecordIn]) -> BatchOut:
    async def kept(items: Mapping[int, StatusRecordIn]) -> Mapping[int, Result]:
        return await keep(session, call, vault, items)

    return await batches.run(session, asked, kept)


async def registered(session: AsyncSession, vault: Vault, numbers: Sequence[str]) -> set[UUID]:
    """Who is registered under these numbers, as the person they go on as."""
    return set((await trainees.registered_by(session, {vault.blind(compact(each), fields.ID_NUMBER) for each in numbers})).values())


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
    insert = upsert(StatusRecord)
    newer = insert.excluded.until_on.is_distinct_from(StatusRecord.until_on)
    insert = insert.on_conflict_do_update(
        index_elements=SAME_FACT,
        index_where=STANDS,
        set_={"until_on": insert.excluded.until_on, "received_at": insert.excluded.received_at},
        where=newer,
    )
    written = set(await session.scalars(insert.returning(StatusRecord.id), ordered))
    kept = {(row.id_number_key, row.status, row.source, row.from_on): row.id for row in await session.execute(_kept(rows))}
    for index, row in rows.items():
        record_id = kept[_same(row)]
        results[index] = Result("created" if record_id == row["id"] else "updated" if record_id in written else "unchanged", record_id)
    counts = {name: sum(each.outcome == name for each in results.values()) for name in ("created", "updated")}
    await deeds.record(session, call, "status_records.received", None, details=counts)
    await _announce(session, call, {kept[_same(row)]: row for row in rows.values() if kept[_same(row)] in written})
    return results


async def _announce(session: AsyncSession, call: Call, written: Mapping[UUID, dict[str, Any]]) -> None:
    """Tells of whom something new is known, and from which day, as far as they are registered; not what."""
    known = await trainees.registered_by(session, {row["id_number_key"] for row in written.values()})
    await deeds.record_all(
        session,
        [
            deeds.deed(call, "status_record.received", record_id, trainee_id=known[row["id_number_key"]], from_on=row["from_on"])
            for record_id, row in written.items()
            if row["id_number_key"] in known
        ],
    )


def _kept(rows: Mapping[int, dict[str, Any]]) -> Any:
    columns = (StatusRecord.id, StatusRecord.id_number_key, StatusRecord.status, StatusRecord.source, StatusRecord.from_on)
    keys = {row["id_number_key"] for row in rows.values()}
    return select(*columns).where(StatusRecord.id_number_key.in_(keys), StatusRecord.voided_at.is_(None))


def _same(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in SAME_FACT)


def _row(call: Call, vault: Vault, item: StatusRecordIn) -> dict[str, Any] | tuple[Fault, ...]:
    faults: list[Fault] = []
    number = ""
    try:
        number = citizen_id(item.id_number, today=call.today).number
    except InvalidNumber as invalid:
        faults.append(invalid_number(invalid, "/id_number"))
    faults += fields.backwards(item.from_on, item.until_on, "/until_on")
    return tuple(faults) or {
        "id": db.new_id(),
        "id_number_key": vault.blind(number, fields.ID_NUMBER),
        "status": item.status,
        "from_on": item.from_on,
        "until_on": item.until_on,
        "source": item.source,
        "received_at": call.now,
    }


async def list_records(
    session: AsyncSession, asked: pages.Asked, status: list[PersonalStatus] | None, source: list[str] | None
) -> dict[str, Any]:
    wanted = select(*(getattr(StatusRecord, name) for name in StatusRecordOut.model_fields))
    wanted = pages.where(wanted, {StatusRecord.status: status, StatusRecord.source: source})
    return await pages.page(session, wanted, StatusRecord.id, asked, StatusRecordOut.model_validate)


async def facts_of(
    session: AsyncSession, call: Call, trainee_id: UUID, asked: pages.Asked, status: list[PersonalStatus] | None
) -> dict[str, Any]:
    """What is known of one person whom the caller may see, by every number they are or were registered under."""
    await trainees.find(session, call, trainee_id)
    numbers = select(Trainee.id_number_key).where(or_(Trainee.id == trainee_id, Trainee.merged_into == trainee_id))
    wanted = select(*(getattr(StatusRecord, name) for name in StatusRecordOut.model_fields))
    wanted = pages.where(wanted.where(StatusRecord.id_number_key.in_(numbers)), {StatusRecord.status: status})
    return await pages.page(session, wanted, StatusRecord.id, asked, StatusRecordOut.model_validate)


async def state_complete(session: AsyncSession, call: Call, body: StatusListIn) -> StatusListOut:
    """Says a list is complete. Said again it stays as it was."""
    if faults := fields.backwards(body.complete_from_on, body.complete_to_on, "/complete_to_on"):
        raise errors.Invalid(faults=faults)
    made = {"id": db.new_id(), "received_at": call.now, **body.model_dump()}
    insert = upsert(StatusList).values(made).on_conflict_do_nothing(index_elements=SAME_LIST, index_where=STANDS)
    if await session.scalar(insert.returning(StatusList.id)):
        days = {"from_on": body.complete_from_on, "until_on": body.complete_to_on}
        await deeds.record(session, call, "status_list.completed", made["id"], details={"source": body.source}, status=body.status, **days)
    return StatusListOut.model_validate(await session.scalar(select(StatusList).filter_by(**body.model_dump(), voided_at=None)))


async def standing(session: AsyncSession, _call: Call, kept: type[Paper], paper_id: UUID, *, lock: bool = False) -> Paper:
    """The record or list, not voided yet."""
    paper = await session.get(kept, paper_id, with_for_update=lock or None)
    if paper is None:
        raise errors.NotFound()
    if paper.voided_at:
        raise errors.InvalidState(VOIDED)
    return paper


async def void_record(session: AsyncSession, call: Call, record_id: UUID, reason: str) -> StatusRecordOut:
    """It was told wrongly: from now on it counts no longer, whatever days it is of; what was judged by it is judged anew."""
    record = await standing(session, call, StatusRecord, record_id, lock=True)
    record.voided_at, record.void_reason = call.now, reason
    await session.flush()
    known = await trainees.registered_by(session, {record.id_number_key})
    said = {"trainee_id": known.get(record.id_number_key), "from_on": record.from_on}
    await deeds.record(session, call, "status_record.voided", record_id, details={"reason": reason}, event=bool(known), **said)
    return StatusRecordOut.model_validate(record)


async def void_list(session: AsyncSession, call: Call, list_id: UUID, reason: str) -> StatusListOut:
    """It was not complete after all: of its days nobody is known to be without the status."""
    listed = await standing(session, call, StatusList, list_id, lock=True)
    listed.voided_at, listed.void_reason = call.now, reason
    await session.flush()
    days = {"from_on": listed.complete_from_on, "until_on": listed.complete_to_on}
    await deeds.record(session, call, "status_list.voided", list_id, details={"reason": reason}, status=listed.status, **days)
    return StatusListOut.model_validate(listed)


async def list_complete(
    session: AsyncSession, asked: pages.Asked, status: list[PersonalStatus] | None, source: list[str] | None
) -> dict[str, Any]:
    wanted = select(*(getattr(StatusList, name) for name in StatusListOut.model_fields))
    wanted = pages.where(wanted, {StatusList.status: status, StatusList.source: source})
    return await pages.page(session, wanted, StatusList.id, asked, StatusListOut.model_validate)
