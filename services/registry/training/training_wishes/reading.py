"""Training wishes as they are shown: one, and many."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import TrainingWishStatus
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee
from services.registry.reference import policy as reference
from services.registry.training.training_wishes import policy, visibility
from services.registry.training.training_wishes.schemas import TrainingWishOut, TrainingWishPaper
from services.registry.training.training_wishes.tables import TrainingWish
from shared import errors, history, pages, wire
from shared.access import Call

SHOWN: Select[Any] = select(
    *(
        getattr(TrainingWish, name)
        for name in TrainingWishOut.model_fields
        if name in TrainingWish.__mapper__.columns and name != "trainee_id"
    ),
    Trainee.id.label("trainee_id"),
).join(Trainee, Trainee.id == ALIASES.kept(TrainingWish.trainee_id))


async def find(session: AsyncSession, call: Call, wish_id: UUID, *, lock: bool = False) -> TrainingWish:
    """The wish to work on, of the caller's version, or 404."""
    wanted = select(TrainingWish).join(Trainee, Trainee.id == ALIASES.kept(TrainingWish.trainee_id))
    wanted = wanted.where(TrainingWish.id == wish_id, visibility.rows(call.actor))
    wish = await session.scalar(wanted.with_for_update(of=TrainingWish) if lock else wanted)
    if wish is None:
        raise errors.NotFound("没有这条培训意愿,或不在您的可见范围内。请核对编号。")
    call.match(wish.version)
    return wish


async def get(session: AsyncSession, call: Call, wish_id: UUID, as_of: date | None = None) -> TrainingWishPaper:
    row = (await session.execute(SHOWN.where(TrainingWish.id == wish_id, visibility.rows(call.actor)))).first()
    if row is None:
        raise errors.NotFound("没有这条培训意愿,或不在您的可见范围内。请核对编号。")
    actions = wire.allowed_actions(policy.MACHINE.every_action(row.status, call.actor.doer))
    paper = TrainingWishPaper.model_validate({**row._mapping, "allowed_actions": actions})
    return await history.stood(session, paper, as_of, paper.asked_at) if as_of else paper


async def list_wishes(
    session: AsyncSession,
    call: Call,
    asked: pages.Asked,
    *,
    status: list[TrainingWishStatus] | None,
    region_code: list[str] | None,
    occupation_code: list[str] | None,
    trainee_id: list[UUID] | None,
) -> dict[str, Any]:
    pages.known("region_code", region_code, reference.lists().regions)
    pages.known("occupation_code", occupation_code, reference.lists().occupations)
    equal = {TrainingWish.status: status, TrainingWish.region_code: region_code, TrainingWish.occupation_code: occupation_code}
    wanted = pages.where(SHOWN.where(visibility.rows(call.actor)), equal)
    if trainee_id:
        wanted = wanted.where(ALIASES.among(TrainingWish.trainee_id, trainee_id))
    return await pages.page(session, wanted, TrainingWish.id, asked, TrainingWishOut.model_validate)
