"""Merging: one person registered twice goes on as one."""

from uuid import UUID

from sqlalchemy import literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import flag_modified

from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees import reading
from services.registry.people.trainees.errors import TraineeMerged
from services.registry.people.trainees.schemas import TraineePaper
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from shared import deeds, errors
from shared.access import Call


async def merge(session: AsyncSession, call: Call, trainee_id: UUID, into: UUID) -> TraineePaper:
    """One person registered twice goes on as `into`; the old id answers 410 and says so. What they attended keeps the old id and follows it."""
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
    await session.execute(update(Trainee).where(Trainee.merged_into == old.id).values(merged_into=into))
    old.merged_into, old.changed_at, stays.changed_at = into, call.now, call.now
    flag_modified(stays, "changed_at")
    await session.flush()
    stated = aliased(TraineeCategory)
    same = select(stated).where(stated.trainee_id == into, stated.code == TraineeCategory.code, stated.since_on == TraineeCategory.since_on)
    await session.execute(update(TraineeCategory).where(TraineeCategory.trainee_id == old.id, ~same.exists()).values(trainee_id=into))
    seen_by = select(literal(into), TraineeSighting.institution_id, TraineeSighting.how).where(TraineeSighting.trainee_id == old.id)
    await session.execute(upsert(TraineeSighting).from_select(["trainee_id", "institution_id", "how"], seen_by).on_conflict_do_nothing())
    for known in (KnownCertificate, KnownPlacement):
        await session.execute(update(known).where(known.trainee_id == old.id).values(trainee_id=into))
    merged = deeds.deed(call, "trainee.merged", old.id, merged_into=into, version=old.version)
    changed = deeds.deed(call, "trainee.changed", into, details={"merged_from": old.id}, version=stays.version)
    await deeds.record_all(session, [merged, changed])
    return await reading.paper(session, call, into)
