"""The paths of requests for erasure (删除申请)."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.registry.codes import ErasureStatus
from services.registry.people.erasures import operations, policy
from services.registry.people.erasures.errors import DuplicateErasureRequest
from services.registry.people.erasures.schemas import ErasureDecision, ErasureIn, ErasureOut, Foreseen
from services.registry.people.erasures.tables import ErasureRequest
from services.registry.people.trainees import reading
from services.registry.people.trainees.errors import TraineeMerged
from services.registry.reference.errors import SamePerson
from shared import access, errors, pages, web, wire

router = web.Router("trainees")
REQUESTS = "/v1/trainees/{trainee_id:uuid}/erasure-requests"
ONE = f"{REQUESTS}/{{erasure_id:uuid}}"
SEES = access.OFFICES | {"town", "person"}
Listed = Annotated[pages.Asked, pages.asking(asked_at=ErasureRequest.asked_at)]
Preview = Annotated[bool, Query(description="只列出会删除什么、保留什么、为什么,不办理")]


@router.operation(
    "POST",
    REQUESTS,
    may=policy.ASKS,
    summary="申请删除个人信息",
    status=201,
    errors=[TraineeMerged, DuplicateErasureRequest],
    paper=reading.find,
)
async def ask_erasure(trainee_id: UUID, body: ErasureIn, session: web.Session, call: web.Caller) -> ErasureOut:
    return await operations.ask(session, call, trainee_id, body)


@router.operation("GET", REQUESTS, may=SEES, summary="一名学员的删除申请", errors=[errors.InvalidCursor, TraineeMerged])
async def list_erasures(
    trainee_id: UUID, session: web.Session, call: web.Caller, asked: Listed, status: pages.AnyOf[ErasureStatus] = None
) -> wire.Page[ErasureOut]:
    return wire.Page[ErasureOut].model_validate(await operations.list_requests(session, call, trainee_id, asked, status))


@router.operation("GET", ONE, may=SEES, summary="一项删除申请", errors=[TraineeMerged])
async def get_erasure(trainee_id: UUID, erasure_id: UUID, session: web.Session, call: web.Caller) -> ErasureOut:
    return await operations.get(session, call, trainee_id, erasure_id)


async def _elsewhere(trainee_id: UUID, body: ErasureDecision, call: web.Caller, kernel: web.KernelOf) -> Mapping[str, int]:
    """What neighbours count on the person; a refusal need not know."""
    return await operations.held_elsewhere(kernel, call, trainee_id) if body.outcome == ErasureStatus.GRANTED else {}


Elsewhere = Annotated[Mapping[str, int], Depends(_elsewhere)]


async def _if_granted(trainee_id: UUID, elsewhere: Elsewhere, kernel: web.KernelOf, preview: Preview = False) -> Foreseen | None:
    """None where it is to be done."""
    return await operations.foresee(kernel, trainee_id, elsewhere) if preview else None


@router.operation(
    "POST",
    f"{ONE}:decide",
    may=policy.REVIEWER,
    summary="决定一项删除申请,予以删除的随即删除(preview=true 只看会删除和保留什么)",
    errors=[errors.InvalidState, SamePerson, errors.UpstreamFailed, errors.UpstreamTimeout],
    paper=operations.permit,
)
async def decide_erasure(
    trainee_id: UUID,
    erasure_id: UUID,
    body: ErasureDecision,
    elsewhere: Elsewhere,
    previewed: Annotated[Foreseen | None, Depends(_if_granted)],
    session: web.Session,
    call: web.Caller,
) -> ErasureOut | Foreseen:
    return await web.rehearsed(session, previewed, operations.decide(session, call, trainee_id, erasure_id, body, elsewhere))
