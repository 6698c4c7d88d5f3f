"""The paths of merging and of taking it back."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.registry.clients import Affected, Preview, affected
from services.registry.people.merges import operations
from services.registry.people.merges.errors import PaidSinceMerge
from services.registry.people.merges.schemas import MergeIn
from services.registry.people.trainees import policy, reading
from services.registry.people.trainees.errors import DuplicateTrainee, TraineeMerged
from services.registry.people.trainees.schemas import TraineePaper
from shared import errors, web, wire

router = web.Router("trainees")


async def _if_merged(trainee_id: UUID, body: MergeIn, call: web.Caller, kernel: web.KernelOf, preview: Preview = False) -> Affected | None:
    """None where it is to be done."""
    return await affected(kernel, call, trainee_ids=[trainee_id, body.into]) if preview else None


@router.operation(
    "POST",
    "/v1/trainees/{trainee_id:uuid}:merge",
    may=policy.OFFICER,
    summary="把重复登记的学员并入另一学员(preview=true 只看涉及哪些申领单)",
    errors=[TraineeMerged, errors.UpstreamFailed, errors.UpstreamTimeout],
    paper=reading.matched,
)
async def merge(
    trainee_id: UUID,
    body: MergeIn,
    previewed: Annotated[Affected | None, Depends(_if_merged)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> TraineePaper | Affected:
    return await web.rehearsed(session, previewed, operations.merge(session, call, kernel, trainee_id, body.into))


async def _unpaid(trainee_id: UUID, call: web.Caller, kernel: web.KernelOf) -> None:
    await operations.must_be_unpaid(call, kernel, trainee_id)


@router.operation(
    "POST",
    "/v1/trainees/{trainee_id:uuid}:unmerge",
    may=policy.OFFICER,
    summary="撤回合并,合并以后没有支付过的才可以",
    errors=[errors.InvalidState, errors.StaleVersion, PaidSinceMerge, DuplicateTrainee, errors.UpstreamFailed, errors.UpstreamTimeout],
    paper=operations.goes_on_as,
)
async def unmerge(
    trainee_id: UUID,
    body: wire.Reasoned,
    _: Annotated[None, Depends(_unpaid)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> TraineePaper:
    return await operations.unmerge(session, call, kernel, trainee_id, body.reason)
