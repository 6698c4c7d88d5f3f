"""Merging: one person registered twice goes on as one; and taking that back. What was written keeps the id it was written with."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.registry import clients, fields
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.merges.errors import PaidSinceMerge
from services.registry.people.merges.tables import Merge
from services.registry.people.trainees import facts, policy, reading, visibility
from services.registry.people.trainees.errors import TraineeMerged
from services.registry.people.trainees.schemas import TraineePaper
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from shared import deeds, errors, history
from shared.access import Call
from shared.web import Kernel

STANDS = Merge.ended_at.is_(None)


async def merge(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, into: UUID) -> TraineePaper:
    """One person registered twice goes on as `into`; the old id answers 410 and says so. Names, categories, employments and who saw them count for `into` as well; all
    else keeps the old id and is found by either."""
    both = {
        each.id: each
        for each in await session.scalars(select(Trainee).where(Trainee.id.in_([trainee_id, into])).order_by(Trainee.id).with_for_update())
    }
    old, stays = both.get(trainee_id), both.get(into)
    if old is None:
        raise errors.NotFound()
    if old.merged_into:
        raise TraineeMerged(merged_into=str(old.merged_into))
    call.match(old.version)
    if stays is None or stays.merged_into or into == trainee_id:
        fix = "请改用另一学员的编号。" if into == trainee_id else "请核对编号;已并入他人的,请用其 merged_into。"
        raise errors.Invalid(faults=[errors.Fault("unknown_trainee", pointer="/into", seen=str(into), fix=fix)])
    before = await reading.shown(session, into)
    await session.execute(update(Trainee).where(Trainee.merged_into == old.id).values(merged_into=into))
    old.merged_into, old.changed_at, stays.changed_at = into, call.now, call.now
    stays.history_key = stays.history_key or fields.new_history_key()
    stays.earlier_names = policy.earlier_names(f"{stays.earlier_names}\n{old.earlier_names}".strip(), old.name, stays.name)
    stays.employments = [*stays.employments, *({"merged_from": str(old.id), **each} for each in old.employments)]
    stays.employer_id = _employer(stays)
    flag_modified(stays, "changed_at")
    session.add(Merge(trainee_id=old.id, into_id=into, merged_at=call.now))
    await session.flush()
    stated = TraineeCategory
    categories = select(
        func.gen_random_uuid(), literal(into), stated.code, stated.since_on, stated.until_on, stated.proof, _of_whom(stated, old.id)
    ).where(stated.trainee_id == old.id)
    kept = upsert(stated).from_select(["id", "trainee_id", "code", "since_on", "until_on", "proof", "merged_from"], categories)
    await session.execute(kept.on_conflict_do_nothing())
    seen = TraineeSighting
    seen_by = select(literal(into), seen.institution_id, seen.how, _of_whom(seen, old.id)).where(seen.trainee_id == old.id)
    noted = upsert(seen).from_select(["trainee_id", "institution_id", "how", "merged_from"], seen_by)
    await session.execute(noted.on_conflict_do_nothing())
    for known in (KnownCertificate, KnownPlacement):
        await session.execute(update(known).where(known.trainee_id == old.id).values(trainee_id=into))
    await facts.recounted(session, call, [into])
    merged = deeds.deed(call, "trainee.merged", old.id, merged_into=into, version=old.version)
    told = {"merged_from": old.id, "changes": await _changes(session, kernel, stays, before)}
    changed = deeds.deed(call, "trainee.changed", into, details=told, version=stays.version)
    await deeds.record_all(session, [merged, changed])
    return await reading.paper(session, call, into)


def _employer(kept: Trainee) -> UUID | None:
    employer_id = policy.employer_of(kept.employments)
    return UUID(employer_id) if employer_id else None


async def _changes(session: AsyncSession, kernel: Kernel, kept: Trainee, before: dict[str, Any]) -> history.Changes:
    """What differs of whom the papers go on under."""
    assert kept.history_key, "given before it was written"
    return history.sealed(kernel.vault, kept.id, kept.history_key, history.changes(before, await reading.shown(session, kept.id)))


def _of_whom(table: Any, old: UUID) -> ColumnElement[Any]:
    return func.coalesce(table.merged_from, literal(old))


async def must_be_unpaid(call: Call, kernel: Kernel, trainee_id: UUID) -> None:
    """Asked before the transaction: 409 where money went out since the merge, as it would not be known whose it is."""
    async with kernel.reading() as session:
        wanted = select(Merge.merged_at, Trainee.merged_into).join(Trainee, Trainee.id == Merge.trainee_id)
        merge = (await session.execute(wanted.where(STANDS, Merge.trainee_id == trainee_id, visibility.rows(call.actor)))).first()
    if merge and (paid := await clients.paid_since(kernel, call, [trainee_id, merge.merged_into], merge.merged_at)):
        said = f"合并以后已向此人支付 {paid} 元。银行退回该款以后才能撤回合并。"
        raise PaidSinceMerge(said, kept_id=str(merge.merged_into))


async def goes_on_as(session: AsyncSession, call: Call, trainee_id: UUID) -> UUID:
    """Whom one who was merged goes on as; 409 of who was not."""
    wanted = select(Trainee.id, Trainee.merged_into).where(Trainee.id == trainee_id, visibility.rows(call.actor))
    if (row := (await session.execute(wanted)).first()) is None:
        raise errors.NotFound()
    kept_id: UUID | None = row.merged_into
    if refusal := policy.MACHINE.why_not("unmerge", "merged" if kept_id else "registered", call.actor.doer):
        raise errors.InvalidState(refusal.detail)
    assert kept_id, "only who was merged gets here"
    return kept_id


async def unmerge(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, reason: str) -> TraineePaper:
    """Two people again: the old id, and whoever had been merged into it before, lead no longer to whom they were merged into."""
    kept_id = await goes_on_as(session, call, trainee_id)
    locked = select(Trainee).where(Trainee.id.in_([trainee_id, kept_id])).order_by(Trainee.id).with_for_update()
    both = {each.id: each for each in await session.scalars(locked)}
    old, kept = both[trainee_id], both[kept_id]
    if old.merged_into != kept_id:
        raise errors.StaleVersion()  # another merge came in between
    call.match(old.version)
    before = await reading.shown(session, kept_id)
    theirs = await _who_go_along(session, trainee_id)
    await session.execute(update(Trainee).where(Trainee.id.in_(theirs), Trainee.id != trainee_id).values(merged_into=trainee_id))
    old.merged_into, old.holds_number, old.changed_at, kept.changed_at = None, True, call.now, call.now
    own = [each for each in kept.earlier_names.splitlines() if each not in old.known_as.splitlines()]
    kept.earlier_names, kept.history_key = "\n".join(own), kept.history_key or fields.new_history_key()
    kept.employments = [each for each in kept.employments if each.get("merged_from") not in set(map(str, theirs))]
    kept.employer_id = _employer(kept)
    flag_modified(kept, "changed_at")
    await session.execute(update(Merge).where(STANDS, Merge.trainee_id == trainee_id).values(ended_at=call.now))
    await session.flush()
    for copied in (TraineeCategory, TraineeSighting):
        await session.execute(delete(copied).where(copied.trainee_id == kept.id, copied.merged_from.in_(theirs)))
    for known in (KnownCertificate, KnownPlacement):
        await session.execute(update(known).where(known.told_of.in_(theirs)).values(trainee_id=trainee_id))
    await facts.recounted(session, call, [trainee_id, kept.id])
    said: dict[str, Any] = {"from_id": kept.id, "trainee_ids": [str(each) for each in theirs], "version": old.version}
    parted = deeds.deed(call, "trainee.unmerged", old.id, details={"reason": reason}, **said)
    told = {"parted_from": old.id, "changes": await _changes(session, kernel, kept, before)}
    changed = deeds.deed(call, "trainee.changed", kept.id, details=told, version=kept.version)
    await deeds.record_all(session, [parted, changed])
    return await reading.paper(session, call, trainee_id)


async def _who_go_along(session: AsyncSession, trainee_id: UUID) -> list[UUID]:
    """The trainee and whoever was merged into them, or into one of those."""
    along = select(literal(trainee_id).label("id")).cte(recursive=True)
    along = along.union(select(Merge.trainee_id).join(along, Merge.into_id == along.c.id).where(STANDS))
    return list(await session.scalars(select(along.c.id)))
