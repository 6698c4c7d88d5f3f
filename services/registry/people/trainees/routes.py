"""The paths of trainees (学员)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.codes import Category
from services.registry.people.trainees import batch, operations, policy, reading, rules
from services.registry.people.trainees.errors import CorrectionNeeded, DuplicateTrainee, TraineeMerged
from services.registry.people.trainees.schemas import LookupIn, LookupOut, Revealed, TraineeChange, TraineeIn, TraineeOut, TraineePaper
from services.registry.people.trainees.tables import Trainee
from shared import errors, history, pages, web, wire
from shared.batches import Batch, BatchOut

router = web.Router("trainees")

SEES = frozenset({"officer", "reviewer", "auditor", "institution", "town", "person", "partner", "system"})
ASKS_BY_NUMBER = frozenset({"officer", "reviewer", "auditor", "institution", "town", "system", "service"})
Listed = Annotated[pages.Asked, pages.asking(q=[Trainee.known_as], registered_at=Trainee.registered_at)]


@router.operation(
    "POST", "/v1/trainees", may=policy.REGISTERS, summary="登记学员", status=201, errors=[DuplicateTrainee], rules=rules.RULES
)
async def create(body: TraineeIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> TraineeOut:
    return await operations.create(session, call, kernel, body)


@router.operation("GET", "/v1/trainees", may=SEES, summary="学员列表,证件号码和电话掩码", errors=[errors.InvalidCursor])
async def list_trainees(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    ref: pages.ExternalRef,
    region_code: pages.AnyOf[str] = None,
    category: Annotated[pages.AnyOf[Category], Query(description="有过该人员类别的学员")] = None,
    institution_id: Annotated[pages.AnyOf[UUID], Query(description="由该机构登记或报名的学员")] = None,
    name: Annotated[pages.AnyOf[pages.Part], Query(description="姓名的一部分,曾用名也可")] = None,
    village: pages.AnyOf[str] = None,
    never_trained: Annotated[pages.AnyOf[bool], Query(description="true 只列还没有结过业的学员,false 只列结过业的")] = None,
) -> wire.Page[TraineeOut]:
    found = await reading.list_trainees(
        session,
        call,
        asked,
        ref,
        region_code=region_code,
        category=category,
        institution_id=institution_id,
        name=name,
        village=village,
        never_trained=never_trained,
    )
    return wire.Page[TraineeOut].model_validate(found)


@router.operation("POST", "/v1/trainees:batch", may=policy.REGISTERS, summary="批量登记学员", status=207, errors=[DuplicateTrainee])
async def take_batch(body: Batch[TraineeIn], session: web.Session, call: web.Caller, kernel: web.KernelOf) -> BatchOut:
    return await batch.take(session, call, kernel.vault, body)


@router.operation(
    "POST",
    "/v1/trainees:lookup",
    may=ASKS_BY_NUMBER,
    summary="按证件号码全号查学员编号",
    writes=False,
    recorded=True,
    errors=[errors.TooManyRequests],
)
async def lookup(body: LookupIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> LookupOut:
    return await operations.lookup(session, call, kernel, body)


@router.operation("GET", "/v1/trainees/{trainee_id:uuid}", may=SEES, summary="一名学员", errors=[TraineeMerged])
async def get(trainee_id: UUID, call: web.Caller, kernel: web.KernelOf, as_of: history.AsOf = None) -> TraineePaper:
    if as_of is None:
        return await reading.get(call, kernel, trainee_id)
    async with kernel.reading() as session:
        return await reading.as_of(session, call, kernel, trainee_id, as_of)


@router.operation(
    "PATCH",
    "/v1/trainees/{trainee_id:uuid}",
    may=policy.REGISTERS,
    summary="修改学员信息",
    errors=[CorrectionNeeded, DuplicateTrainee, TraineeMerged],
    paper=reading.matched,
    rules=rules.CHANGE_RULES,
)
async def change(trainee_id: UUID, body: TraineeChange, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> TraineePaper:
    return await operations.change(session, call, kernel, trainee_id, body)


@router.operation(
    "POST",
    "/v1/trainees/{trainee_id:uuid}:reveal",
    may=policy.REVEALS,
    summary="查看证件号码等全号,须说明理由,记入审计",
    key=None,
    errors=[TraineeMerged, errors.TooManyRequests],
    paper=reading.matched,
)
async def reveal(trainee_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Revealed:
    return await operations.reveal(session, call, kernel, trainee_id, body.reason)


@router.operation(
    "GET",
    "/v1/trainees/{trainee_id:uuid}/history",
    may=SEES,
    summary="一名学员的办理经过:何人何时把哪项由何改为何,新的在前",
    errors=[TraineeMerged, errors.InvalidCursor],
)
async def list_history(
    trainee_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    return wire.Page[history.HistoryEntry].model_validate(await reading.entries(session, call, kernel, trainee_id, asked))
