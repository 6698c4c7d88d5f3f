"""The paths of complaints (投诉)."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from services.registry import clients
from services.registry.codes import ComplaintStatus, ComplaintSubject
from services.registry.training.complaints import operations, policy, schemas
from services.registry.training.complaints.schemas import ComplaintOut, ComplaintPaper
from services.registry.training.complaints.tables import Complaint
from shared import access, errors, history, pages, web, wire

router = web.Router("complaints")
READERS = access.OFFICES
ONE = "/v1/complaints/{complaint_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(received_at=Complaint.received_at)]


async def _complained_of(body: schemas.ComplaintIn, call: web.Caller, kernel: web.KernelOf) -> clients.ComplaintSubject | None:
    return await operations.complained_of(body, call, kernel)


@router.operation(
    "POST",
    "/v1/complaints",
    may=access.PUBLIC,
    summary="投诉",
    status=201,
    errors=[errors.TooManyRequests, errors.UpstreamFailed, errors.UpstreamTimeout],
    unkept=["code"],
)
async def create(
    body: schemas.ComplaintIn,
    told: Annotated[clients.ComplaintSubject | None, Depends(_complained_of)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> schemas.ComplaintReceived:
    return await operations.receive(session, call, kernel, body, told)


@router.operation(
    "POST",
    "/v1/complaints:state",
    may=access.PUBLIC,
    summary="凭编号和查询码看投诉的办理情况",
    writes=False,
    errors=[errors.NotFound, errors.TooManyRequests],
)
async def state(body: schemas.ComplaintAsked, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> schemas.ComplaintState:
    return await operations.state(session, call, kernel, body)


@router.operation("GET", "/v1/complaints", may=READERS, summary="投诉列表", errors=[errors.InvalidCursor])
async def list_complaints(
    session: web.Session,
    asked: Listed,
    status: pages.AnyOf[ComplaintStatus] = None,
    subject_kind: pages.AnyOf[ComplaintSubject] = None,
    class_id: pages.AnyOf[UUID] = None,
) -> wire.Page[ComplaintOut]:
    filters = {Complaint.status: status, Complaint.subject_kind: subject_kind, Complaint.class_id: class_id}
    return wire.Page[ComplaintOut].model_validate(await operations.page(session, asked, filters))


@router.operation("GET", ONE, may=READERS, summary="一件投诉")
async def get(
    complaint_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, as_of: history.AsOf = None
) -> ComplaintPaper:
    return await operations.paper(session, call, kernel, complaint_id, as_of)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一件投诉的办理经过", errors=[errors.InvalidCursor])
async def list_history(complaint_id: UUID, session: web.Session, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await operations.load(session, complaint_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, complaint_id, asked))


def _step(action: str, summary: str) -> Any:
    return router.operation(
        "POST",
        f"{ONE}:{action}",
        may=frozenset(policy.MACHINE.step(action).roles),
        summary=summary,
        errors=[errors.InvalidState, errors.StaleVersion],
        paper=partial(operations.permit, action=action),
    )


@_step("accept", "受理投诉")
async def accept(
    complaint_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: wire.Commented | None = None
) -> ComplaintPaper:
    return await operations.accept(session, call, kernel, complaint_id, body.comment if body else None)


@_step("answer", "答复投诉")
async def answer(
    complaint_id: UUID, body: schemas.ComplaintAnswered, session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> ComplaintPaper:
    return await operations.conclude(session, call, kernel, complaint_id, "answer", body.answer)


@_step("dismiss", "投诉不成立")
async def dismiss(complaint_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ComplaintPaper:
    return await operations.conclude(session, call, kernel, complaint_id, "dismiss", body.reason)


@_step("uphold", "投诉成立")
async def uphold(complaint_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ComplaintPaper:
    return await operations.conclude(session, call, kernel, complaint_id, "uphold", body.reason)


@_step("hold", "据投诉暂缓该班的申领")
async def hold(complaint_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ComplaintPaper:
    return await operations.hold(session, call, kernel, complaint_id, body.reason)


@_step("release", "解除因投诉的暂缓")
async def release(
    complaint_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: wire.Commented | None = None
) -> ComplaintPaper:
    return await operations.release(session, call, kernel, complaint_id, body.comment if body else None)


@router.operation(
    "POST",
    f"{ONE}:reveal",
    may=policy.REVEALS,
    summary="查看投诉人姓名和联系方式(留痕)",
    key=None,
    errors=[errors.TooManyRequests],
    paper=partial(operations.permit, action="reveal"),
)
async def reveal(
    complaint_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> schemas.ComplainantOut:
    return await operations.reveal(session, call, kernel, complaint_id, body.reason)
