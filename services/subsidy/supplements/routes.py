"""Claiming what is due beyond what was paid (`/v1/claims/{id}:supplement`)."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.subsidy.claims import steps
from services.subsidy.claims.clients import Gathered
from services.subsidy.claims.errors import NotYourClaim
from services.subsidy.claims.policy import APPLICANTS
from services.subsidy.claims.routes import PATH, Comment
from services.subsidy.claims.schemas import ClaimOut
from services.subsidy.schemes.errors import TermsMissing
from services.subsidy.supplements import operations
from shared import errors, web

router = web.Router("claims", traced=(errors.InvalidState,))


async def _more_due(claim_id: UUID, call: web.Caller, kernel: web.KernelOf) -> Gathered:
    return await operations.gather(kernel, call, claim_id)


@router.operation(
    "POST",
    f"{PATH}:supplement",
    may=APPLICANTS,
    summary="申领补差:已付款而按现有事实应补的差额,另成一张申领单",
    key=web.REQUIRED,
    if_match=True,
    errors=[errors.InvalidState, NotYourClaim, TermsMissing],
    example={"comment": "签到更正后应补。"},
    paper=partial(steps.permit, action="supplement"),
)
async def supplement(
    gathered: Annotated[Gathered, Depends(_more_due)], session: web.Session, call: web.Caller, kernel: web.KernelOf, body: Comment = None
) -> ClaimOut:
    return await operations.claim_the_rest(session, call, kernel, gathered, body.comment if body else None)
