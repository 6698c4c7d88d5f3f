"""What can be done with a trainee: register, read, change, merge, reveal, look up."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import flag_modified

from services.registry import sealing
from services.registry.following.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees import reading, registration, visibility
from services.registry.people.trainees.errors import DuplicateTrainee, TraineeMerged
from services.registry.people.trainees.schemas import (
    Found,
    History,
    HistoryEntry,
    LookupOut,
    Revealed,
    TraineeChange,
    TraineeIn,
    TraineeOut,
    TraineePaper,
)
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from services.registry.reference import policy as reference
from shared import audit, changes, errors, pages, privacy, wire
from shared.access import Actor, Call, WrongRole
from shared.national_numbers import compact
from shared.steps import Refusal
from shared.web import Kernel

PLAIN = ("name", "sex", "birth_on", "region_code", "education", "employer_id", "retirement_track")
ACTIONS = {"merge": {"officer"}, "reveal": {"officer", "reviewer", "auditor"}, "correct": {"officer", "person", "institution", "town"}}


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: TraineeIn) -> TraineeOut:
    in_its_town(call.actor, body.region_code)
    person = reading.person(body, call.today)
    employer = (await registration.employer_faults(session, [body.employer_id]))[0]
    if isinstance(person, tuple):
        raise errors.Invalid(faults=[*person, *([employer] if employer else [])])
    if employer:
        raise errors.Invalid(faults=[employer])
    [registered] = await registration.register(session, call, kernel.vault, [person])
    if not registered.created:
        await _refuse_twice(session, call, kernel, registered.id)
    return TraineeOut.model_validate(dict((await session.execute(visibility.one("service"), {"trainee_id": registered.id})).one()._mapping))


async def _refuse_twice(session: AsyncSession, call: Call, kernel: Kernel, existing_id: UUID) -> None:
    """Who presents the full number gets the id; an institution sees the person from now on, although this request keeps nothing else."""
    if call.actor.institution_id:
        await session.rollback()
        async with kernel.writing.begin() as own:
            await visibility.note_sightings(own, call, [existing_id], "presented")
            await audit.record(own, call, "trainee.presented", "trainee", existing_id)
    raise DuplicateTrainee(existing_id=str(existing_id))


async def get(call: Call, kernel: Kernel, trainee_id: UUID) -> TraineePaper:
    """One trainee as the caller may see it: the answer asked for most, so it takes the reader's short way."""
    return _paper(call, await kernel.reader.first(visibility.one(call.actor.role), _named(call, trainee_id)))


async def paper(session: AsyncSession, call: Call, trainee_id: UUID) -> TraineePaper:
    """The same within a transaction, as it stands there."""
    row = (await session.execute(visibility.one(call.actor.role), _named(call, trainee_id))).first()
    return _paper(call, row and row._mapping)


def _named(call: Call, trainee_id: UUID) -> dict[str, Any]:
    return {"trainee_id": trainee_id, **visibility.bound(call.actor)}


def _paper(call: Call, row: Mapping[str, Any] | None) -> TraineePaper:
    if row is None:
        raise errors.NotFound()
    if row["merged_into"]:
        raise TraineeMerged(merged_into=str(row["merged_into"]))
    return TraineePaper.model_validate({**row, "allowed_actions": _allowed(call.actor, row["how"], row["region_code"])})


def _allowed(actor: Actor, how: str | None, region_code: str) -> list[wire.AllowedAction]:
    may = {"change": visibility.may_change(actor, how, region_code)} | {action: actor.role in roles for action, roles in ACTIONS.items()}
    refusal = Refusal(WrongRole.code, WrongRole.cause)
    return wire.allowed_actions({action: None if allowed else refusal for action, allowed in may.items()})


async def list_trainees(
    session: AsyncSession, call: Call, asked: pages.Asked, region_code: str | None, category: str | None, institution_id: UUID | None, name: str | None,
    external_system: str | None, external_number: str | None,
) -> dict[str, Any]:  # fmt: skip
    pages.known("region_code", region_code, reference.packaged().regions)
    pages.known("category", category, reference.packaged().categories)
    wanted = (
        select(*visibility.SHOWN)
        .where(Trainee.merged_into.is_(None), visibility.visible(call.actor.role))
        .params(visibility.bound(call.actor))
    )
    if region_code:
        wanted = wanted.where(Trainee.region_code == region_code)
    if category:
        wanted = wanted.where(
            select(TraineeCategory).where(TraineeCategory.trainee_id == Trainee.id, TraineeCategory.code == category).exists()
        )
    if institution_id:
        seen = select(TraineeSighting).where(TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id == institution_id)
        wanted = wanted.where(seen.exists())
    if name:
        wanted = wanted.where(Trainee.name.like(pages.contains(name)))
    if reference_sought := {key: value for key, value in (("system", external_system), ("number", external_number)) if value}:
        wanted = wanted.where(Trainee.external_refs.contains([reference_sought]))
    return await pages.page(session, wanted, Trainee.id, asked, lambda row: TraineeOut.model_validate(dict(row._mapping)))


async def visible(session: AsyncSession, call: Call, trainee_id: UUID) -> Trainee:
    """The trainee to work on, or 404; 410 when it was merged into another."""
    wanted = select(Trainee).where(Trainee.id == trainee_id, visibility.visible(call.actor.role)).params(visibility.bound(call.actor))
    if (trainee := await session.scalar(wanted)) is None:
        raise errors.NotFound()
    if trainee.merged_into:
        raise TraineeMerged(merged_into=str(trainee.merged_into))
    return trainee


async def change(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, body: TraineeChange) -> TraineePaper:
    trainee = await visible(session, call, trainee_id)
    call.match(trainee.version)
    how = await session.scalar(
        select(TraineeSighting.how).where(
            TraineeSighting.trainee_id == trainee_id, TraineeSighting.institution_id == call.actor.institution_id
        )
    )
    if not visibility.may_change(call.actor, how, trainee.region_code):
        raise errors.Forbidden("只有登记该学员的机构、其所在镇和经办可以修改。请用 corrections 提出更正申请。")
    if "id_number" in body.model_fields_set and call.actor.role != "officer":
        raise errors.Forbidden("证件号码只能由经办更正。请用 corrections 提出更正申请。")
    if "region_code" in body.model_fields_set:
        in_its_town(call.actor, body.region_code)
    if body.model_fields_set:
        await apply(session, call, kernel, trainee, body)
    return await paper(session, call, trainee_id)


async def apply(session: AsyncSession, call: Call, kernel: Kernel, trainee: Trainee, body: TraineeChange) -> None:
    """Makes the stated changes, or refuses them with every fault."""
    values = reading.changes(body, trainee.id_type, call.today)
    employer = (await registration.employer_faults(session, [body.employer_id]))[0]
    if isinstance(values, tuple) or employer:
        raise errors.Invalid(faults=[*(values if isinstance(values, tuple) else ()), *([employer] if employer else [])])
    if "id_number" in values:
        await _take_number(session, kernel, trainee, values["id_number"])
    for name in PLAIN:
        if name in values:
            setattr(trainee, name, values[name])
    if "external_refs" in values:
        trainee.external_refs = list(values["external_refs"])
    sealed: dict[str, Any] = {}
    if "phone" in values:
        sealed |= sealing.phone(kernel.vault, "trainees", trainee.id, values["phone"])
    if "bank_account" in values:
        sealed |= sealing.bank_account(kernel.vault, "trainees", trainee.id, values["bank_account"])
    for name, value in sealed.items():
        setattr(trainee, name, value)
    trainee.changed_at = call.now
    flag_modified(trainee, "changed_at")  # a change of the categories alone raises the version too
    await session.flush()
    if "categories" in values:
        await session.execute(delete(TraineeCategory).where(TraineeCategory.trainee_id == trainee.id))
        await registration.state_categories(session, [(trainee.id, values["categories"])])
    await audit.record(
        session, call, "trainee.changed", "trainee", trainee.id, {"version": trainee.version, "fields": sorted(body.model_fields_set)}
    )
    await changes.publish(session, call, "trainee.changed", trainee.id, version=trainee.version)


async def _take_number(session: AsyncSession, kernel: Kernel, trainee: Trainee, number: str) -> None:
    key = kernel.vault.blind(number, sealing.ID_NUMBER)
    holder = await session.scalar(select(Trainee.id).where(Trainee.id_number_key == key, Trainee.merged_into.is_(None)))
    if holder not in (None, trainee.id):
        raise DuplicateTrainee(existing_id=str(holder))
    for name, value in sealing.id_number(kernel.vault, "trainees", trainee.id, number).items():
        setattr(trainee, name, value)


def in_its_town(actor: Actor, region_code: str) -> None:
    if actor.role == "town" and region_code != actor.region_code:
        raise errors.Forbidden(f"镇(街道)只能登记本镇(街道)的学员,区划代码应为 {actor.region_code}。")


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
    await audit.record(session, call, "trainee.merged", "trainee", old.id, {"merged_into": str(into), "version": old.version})
    await audit.record(session, call, "trainee.changed", "trainee", into, {"merged_from": str(old.id), "version": stays.version})
    await changes.publish(session, call, "trainee.merged", old.id, merged_into=into, version=old.version)
    await changes.publish(session, call, "trainee.changed", into, version=stays.version)
    return await paper(session, call, into)


async def reveal(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, reason: str) -> Revealed:
    trainee = await visible(session, call, trainee_id)
    await audit.record(session, call, "trainee.revealed", "trainee", trainee.id, {"reason": privacy.redact(reason)})
    opened = {
        column: sealing.opened(kernel.vault, "trainees", trainee.id, column, getattr(trainee, column))
        for column in ("id_number", "phone", "bank_account")
    }
    return Revealed.model_validate({"id": trainee.id, "name": trainee.name, **opened})


async def lookup(session: AsyncSession, call: Call, kernel: Kernel, id_numbers: Sequence[str]) -> LookupOut:
    """The ids behind full numbers. Presenting the number is what entitles an institution to see the person."""
    keys = [kernel.vault.blind(compact(number), sealing.ID_NUMBER) for number in id_numbers]
    known = await session.execute(
        select(Trainee.id_number_key, Trainee.id).where(Trainee.id_number_key.in_(set(keys)), Trainee.merged_into.is_(None))
    )
    found: dict[bytes, UUID] = {row.id_number_key: row.id for row in known}
    await session.close()  # the connection goes back before another is taken
    async with kernel.writing.begin() as own:
        await visibility.note_sightings(own, call, found.values(), "presented")
        await audit.record(
            own, call, "trainee.looked_up", "trainee", None, {"asked": len(keys), "found": [str(each) for each in found.values()]}
        )
    return LookupOut(items=[Found(index=index, id=found.get(key)) for index, key in enumerate(keys)])


async def history(session: AsyncSession, call: Call, trainee_id: UUID, limit: int, cursor: int | None) -> History:
    await visible(session, call, trainee_id)
    trail = audit.TRAIL.c
    wanted = (
        select(trail.id, trail.at, trail.action, trail.role, trail.details).where(trail.subject == trainee_id).order_by(trail.id.desc())
    )
    if cursor is not None:
        wanted = wanted.where(trail.id < cursor)
    rows = (await session.execute(wanted.limit(limit + 1))).all()
    items = [HistoryEntry.model_validate(row) for row in rows[:limit]]
    return History(items=items, next_cursor=str(rows[limit - 1].id) if len(rows) > limit else None)
