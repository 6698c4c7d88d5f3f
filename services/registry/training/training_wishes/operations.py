"""What can be done with training wishes: asked, one or a sheet of them, answered, withdrawn; and what becomes of them with their person."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassStatus, TrainingWishStatus
from services.registry.people.erasures.facts import goes_with
from services.registry.people.trainees import visibility as trainees
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.training_wishes import policy, reading, rules
from services.registry.training.training_wishes.errors import DuplicateTrainingWish
from services.registry.training.training_wishes.schemas import TrainingWishAnswered, TrainingWishIn, TrainingWishPaper
from services.registry.training.training_wishes.tables import SAME_WISH, TrainingWish
from shared import access, batches, db, deeds, errors, history, wire
from shared.access import Call
from shared.batches import Batch, BatchOut, Result, rejected
from shared.errors import Fault

REFUSALS: dict[str, type[errors.Problem]] = {each.code: each for each in (access.WrongRole, errors.InvalidState)}


async def ask(session: AsyncSession, call: Call, body: TrainingWishIn) -> TrainingWishPaper:
    result = (await keep(session, call, {0: body}))[0]
    if result.outcome == "unchanged":
        raise DuplicateTrainingWish(existing_id=str(result.id))
    if result.id is None:
        raise errors.Invalid(faults=result.faults)
    return await reading.get(session, call, result.id)


async def take_batch(session: AsyncSession, call: Call, asked: Batch[TrainingWishIn]) -> BatchOut:
    async def kept(items: Mapping[int, TrainingWishIn]) -> Mapping[int, Result]:
        return await keep(session, call, items)

    return await batches.run(session, asked, kept, rules=partial(wire.faults, rules.RULES, today=call.today))


async def keep(session: AsyncSession, call: Call, items: Mapping[int, TrainingWishIn]) -> dict[int, Result]:
    """A result for each item: made, or `unchanged` where the person has the same wish already."""
    own = call.actor.trainee_id if call.actor.role == "person" else None
    named = {index: item.trainee_id or own for index, item in items.items()}
    wanted = select(WRITTEN_AS.id, Trainee.id.label("who"), Trainee.region_code).join(Trainee, IS_THE_ONE)
    wanted = wanted.where(WRITTEN_AS.id.in_({each for each in named.values() if each}), trainees.rows(call.actor))
    people = {row.id: row for row in await session.execute(wanted)}
    results: dict[int, Result] = {}
    rows: dict[int, dict[str, Any]] = {}
    for index, item in items.items():
        who, faults = people.get(named[index]), wire.faults(rules.RULES, item, call.today)
        if who is None:
            fix = "请填写已登记、且您可见的学员的编号。"
            faults.append(Fault("unknown_trainee" if named[index] else "missing_field", "/trainee_id", fix=fix))
        if who is None or faults:
            results[index] = rejected(*faults)
            continue
        said = item.model_dump(exclude={"trainee_id"}) | {"region_code": item.region_code or who.region_code}
        rows[index] = {
            "id": db.new_id(),
            "version": 1,
            "trainee_id": who.who,
            "status": TrainingWishStatus.OPEN,
            "asked_at": call.now,
            **said,
        }
    if not rows:
        return results
    insert = upsert(TrainingWish).on_conflict_do_nothing(index_elements=SAME_WISH, index_where=text("status = 'open'"))
    made = set(await session.scalars(insert.returning(TrainingWish.id), sorted(rows.values(), key=lambda row: str(row["trainee_id"]))))
    open_ = select(TrainingWish).where(
        TrainingWish.trainee_id.in_({row["trainee_id"] for row in rows.values()}), TrainingWish.status == TrainingWishStatus.OPEN
    )
    known = {_same(vars(each)): each.id for each in await session.scalars(open_)}
    await deeds.record_all(
        session,
        [
            deeds.deed(call, "training_wish.asked", row["id"], trainee_id=row["trainee_id"], status=row["status"], version=1)
            for row in rows.values()
            if row["id"] in made
        ],
    )
    return results | {index: Result("created" if row["id"] in made else "unchanged", known[_same(row)]) for index, row in rows.items()}


def _same(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in SAME_WISH)


async def permit(session: AsyncSession, call: Call, wish_id: UUID, *, action: str, lock: bool = False) -> TrainingWish:
    """The wish, where the action can be taken now."""
    wish = await reading.find(session, call, wish_id, lock=lock)
    if refusal := policy.MACHINE.why_not(action, wish.status, call.actor.doer):
        raise REFUSALS[refusal.code](refusal.detail)
    return wish


async def answer(session: AsyncSession, call: Call, wish_id: UUID, body: TrainingWishAnswered) -> TrainingWishPaper:
    """The town or an officer says what comes of it, and may name a class that can be joined."""
    wish = await permit(session, call, wish_id, action="answer", lock=True)
    if body.class_id is not None:
        joined = select(TrainingClass.id).where(TrainingClass.id == body.class_id, TrainingClass.ends_on >= call.today)
        if await session.scalar(joined.where(TrainingClass.status.in_((ClassStatus.APPROVED, ClassStatus.IN_PROGRESS)))) is None:
            fix = "请从 /v1/open-classes 选择可以报名的班级,或不填。"
            raise errors.Invalid(faults=[Fault("unknown_class", "/class_id", allowed="已批准、未结束的班级", fix=fix)])
    wish.answer, wish.class_id = body.answer, body.class_id
    return await _settled(session, call, wish, TrainingWishStatus.ANSWERED)


async def withdraw(session: AsyncSession, call: Call, wish_id: UUID, reason: str | None) -> TrainingWishPaper:
    wish = await permit(session, call, wish_id, action="withdraw", lock=True)
    wish.answer = reason
    return await _settled(session, call, wish, TrainingWishStatus.WITHDRAWN)


async def _settled(session: AsyncSession, call: Call, wish: TrainingWish, status: TrainingWishStatus) -> TrainingWishPaper:
    wish.status, wish.settled_at = status, call.now
    told: dict[str, Any] = {"changes": history.unsaved(wish, ("status", "answer", "class_id", "settled_at"))}
    if status == TrainingWishStatus.WITHDRAWN and wish.answer:
        told["reason"] = wish.answer
    await session.flush()
    said = {"trainee_id": wish.trainee_id, "class_id": wish.class_id, "status": wish.status, "version": wish.version}
    await deeds.record(session, call, f"training_wish.{status}", wish.id, details=told, **said)
    return await reading.get(session, call, wish.id)


@goes_with
async def forget(session: AsyncSession, trainee_ids: Collection[UUID]) -> None:
    await session.execute(delete(TrainingWish).where(TrainingWish.trainee_id.in_(trainee_ids)))
