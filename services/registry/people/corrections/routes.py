"""The paths of corrections (更正申请)."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from services.registry.clients import Affected, Preview, affected
from services.registry.codes import CorrectionStatus
from services.registry.people.corrections import operations, policy
from services.registry.people.corrections.errors import CorrectionDecided
from services.registry.people.corrections.schemas import CorrectionIn, CorrectionOut
from services.registry.people.corrections.tables import TraineeCorrection
from services.registry.people.trainees import policy as trainees
from services.registry.people.trainees import reading
from services.registry.people.trainees.errors import DuplicateTrainee, TraineeMerged
from services.registry.people.trainees.routes import SEES
from services.registry.reference.errors import SamePerson
from shared import errors, history, pages, web, wire

router = web.Router("trainees")
ONE_CORRECTION = "/v1/trainees/{trainee_id:uuid}/corrections/{correction_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(asked_at=TraineeCorrection.asked_at)]


@router.operation(
    "POST",
    "/v1/trainees/{trainee_id:uuid}/corrections",
    may=trainees.CORRECTS,
    summary="申请更正",
    status=201,
    errors=[TraineeMerged],
    paper=reading.find,
    rules=(operations.of_categories,),
)
async def ask_correction(
    trainee_id: UUID, body: CorrectionIn, session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> CorrectionOut:
    return await operations.ask(session, call, kernel, trainee_id, body)


@router.operation(
    "GET",
    "/v1/trainees/{trainee_id:uuid}/corrections",
    may=SEES,
    summary="一名学员的更正申请",
    errors=[errors.InvalidCursor, TraineeMerged],
)
async def list_corrections(
    trainee_id: UUID, session: web.Session, call: web.Caller, asked: Listed, status: pages.AnyOf[CorrectionStatus] = None
) -> wire.Page[CorrectionOut]:
    return wire.Page[CorrectionOut].model_validate(await operations.list_corrections(session, call, trainee_id, asked, status))


@router.operation("GET", ONE_CORRECTION, may=SEES, summary="一项更正申请", errors=[TraineeMerged])
async def get_correction(
    trainee_id: UUID, correction_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None
) -> CorrectionOut:
    return await operations.get(session, call, trainee_id, correction_id, as_of)


@router.operation(
    "GET", f"{ONE_CORRECTION}/history", may=SEES, summary="一项更正申请的办理经过", errors=[TraineeMerged, errors.InvalidCursor]
)
async def list_correction_history(
    trainee_id: UUID, correction_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    found = await operations.list_history(session, call, trainee_id, correction_id, asked)
    return wire.Page[history.HistoryEntry].model_validate(found)


async def _if_accepted(trainee_id: UUID, call: web.Caller, kernel: web.KernelOf, preview: Preview = False) -> Affected | None:
    """None where it is to be done."""
    return await affected(kernel, call, trainee_ids=[trainee_id]) if preview else None


DECIDED: Any = [CorrectionDecided, TraineeMerged]


@router.operation(
    "POST",
    f"{ONE_CORRECTION}:accept",
    may=policy.OFFICER,
    summary="采纳更正,随即修改学员信息(preview=true 只看涉及哪些申领单)",
    errors=[*DECIDED, DuplicateTrainee, SamePerson, errors.UpstreamFailed, errors.UpstreamTimeout],
    paper=partial(operations.permit, action="accept"),
)
async def accept_correction(
    trainee_id: UUID,
    correction_id: UUID,
    body: wire.Commented,
    previewed: Annotated[Affected | None, Depends(_if_accepted)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> CorrectionOut | Affected:
    return await web.rehearsed(session, previewed, operations.accept(session, call, kernel, trainee_id, correction_id, body.comment))


@router.operation(
    "POST",
    f"{ONE_CORRECTION}:reject",
    may=policy.OFFICER,
    summary="驳回更正",
    errors=DECIDED,
    paper=partial(operations.permit, action="reject"),
)
async def reject_correction(
    trainee_id: UUID, correction_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller
) -> CorrectionOut:
    return await operations.reject(session, call, trainee_id, correction_id, body.reason)
