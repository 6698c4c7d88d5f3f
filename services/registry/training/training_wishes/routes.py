"""The paths of training wishes (培训意愿)."""

from functools import partial
from typing import Annotated
from uuid import UUID

from services.registry.codes import TrainingWishStatus
from services.registry.training.training_wishes import operations, policy, reading, rules, schemas
from services.registry.training.training_wishes.errors import DuplicateTrainingWish
from services.registry.training.training_wishes.tables import TrainingWish
from services.registry.training.training_wishes.visibility import READERS
from shared import errors, history, pages, web, wire
from shared.batches import Batch, BatchOut

router = web.Router("training-wishes")
ONE = "/v1/training-wishes/{wish_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(asked_at=TrainingWish.asked_at)]


@router.operation(
    "POST", "/v1/training-wishes", may=policy.ASKERS, summary="提出培训意愿", status=201, errors=[DuplicateTrainingWish], rules=rules.RULES
)
async def ask(body: schemas.TrainingWishIn, session: web.Session, call: web.Caller) -> schemas.TrainingWishPaper:
    return await operations.ask(session, call, body)


@router.operation(
    "POST", "/v1/training-wishes:batch", may=policy.ANSWERERS, summary="批量登记培训意愿", status=207, errors=[errors.Conflict]
)
async def take_batch(body: Batch[schemas.TrainingWishIn], session: web.Session, call: web.Caller) -> BatchOut:
    return await operations.take_batch(session, call, body)


@router.operation("GET", "/v1/training-wishes", may=READERS, summary="培训意愿列表", errors=[errors.InvalidCursor])
async def list_wishes(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    status: pages.AnyOf[TrainingWishStatus] = None,
    region_code: pages.AnyOf[str] = None,
    occupation_code: pages.AnyOf[str] = None,
    trainee_id: pages.AnyOf[UUID] = None,
) -> wire.Page[schemas.TrainingWishOut]:
    found = await reading.list_wishes(
        session, call, asked, status=status, region_code=region_code, occupation_code=occupation_code, trainee_id=trainee_id
    )
    return wire.Page[schemas.TrainingWishOut].model_validate(found)


@router.operation("GET", ONE, may=READERS, summary="一条培训意愿")
async def get(wish_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> schemas.TrainingWishPaper:
    return await reading.get(session, call, wish_id, as_of)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一条培训意愿的办理经过", errors=[errors.InvalidCursor])
async def list_history(wish_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.get(session, call, wish_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, wish_id, asked))


@router.operation(
    "POST",
    f"{ONE}:answer",
    may=policy.ANSWERERS,
    summary="答复培训意愿",
    errors=[errors.InvalidState],
    paper=partial(operations.permit, action="answer"),
)
async def answer(wish_id: UUID, body: schemas.TrainingWishAnswered, session: web.Session, call: web.Caller) -> schemas.TrainingWishPaper:
    return await operations.answer(session, call, wish_id, body)


@router.operation(
    "POST",
    f"{ONE}:withdraw",
    may=policy.ASKERS,
    summary="撤回培训意愿",
    errors=[errors.InvalidState],
    paper=partial(operations.permit, action="withdraw"),
)
async def withdraw(
    wish_id: UUID, session: web.Session, call: web.Caller, body: schemas.TrainingWishWithdrawn | None = None
) -> schemas.TrainingWishPaper:
    return await operations.withdraw(session, call, wish_id, body.reason if body else None)
