"""Paths of recoveries. A recovery begins as a step of its claim."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.subsidy.funds.errors import FundExhausted
from services.subsidy.recoveries import operations
from services.subsidy.recoveries.schemas import RecoveringClaim, RecoveryIn, RecoveryOut, RecoveryReceived, RecoveryStatus
from shared import access, errors, pages, web, wire

router = web.Router("recoveries")

FINANCE = frozenset({"finance"})
READERS = access.STAFF | {"system"}


@router.operation(
    "POST",
    "/v1/claims/{claim_id:uuid}:recover",
    may=FINANCE,
    summary="追回已支付的补贴",
    key=web.REQUIRED,
    if_match=True,
    errors=[errors.InvalidState],
)
async def open_one(claim_id: UUID, session: web.Session, call: web.Caller, body: RecoveryIn | None = None) -> RecoveringClaim:
    return await operations.open_one(session, call, claim_id, body or RecoveryIn())


@router.operation("GET", "/v1/recoveries", may=READERS, summary="追回列表", errors=[errors.InvalidCursor])
async def list_recoveries(
    session: web.Session,
    asked: pages.PageAsked,
    status: Annotated[RecoveryStatus | None, Query()] = None,
    claim_id: Annotated[UUID | None, Query()] = None,
    fund_id: Annotated[UUID | None, Query()] = None,
) -> wire.Page[RecoveryOut]:
    wanted = operations.everything(status, claim_id, fund_id)
    page = await pages.page(session, wanted, operations.RECOVERIES.c.id, asked, RecoveryOut.model_validate)
    return wire.Page[RecoveryOut].model_validate(page)


@router.operation("GET", "/v1/recoveries/{recovery_id:uuid}", may=READERS, summary="一笔追回")
async def read(recovery_id: UUID, session: web.Session) -> RecoveryOut:
    return RecoveryOut.model_validate(await operations.get(session, recovery_id))


@router.operation(
    "POST",
    "/v1/recoveries/{recovery_id:uuid}:confirm",
    may=FINANCE,
    summary="登记追回款到账",
    key=web.REQUIRED,
    errors=[errors.InvalidState, FundExhausted],
)
async def confirm(recovery_id: UUID, body: RecoveryReceived, session: web.Session, call: web.Caller) -> RecoveryOut:
    return RecoveryOut.model_validate(await operations.confirm(session, call, recovery_id, body))
