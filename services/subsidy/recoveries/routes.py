"""Paths of recoveries. A recovery begins as a step of its claim."""

from functools import partial
from typing import Annotated
from uuid import UUID

from services.subsidy.claims import steps as claim_steps
from services.subsidy.codes import RecoveryStatus
from services.subsidy.funds.errors import FundExhausted
from services.subsidy.recoveries import reading, rules, steps
from services.subsidy.recoveries.errors import VoucherRegistered
from services.subsidy.recoveries.policy import FINANCE, REVIEWER
from services.subsidy.recoveries.schemas import RecoveringClaim, RecoveryIn, RecoveryListed, RecoveryOut, RecoveryReceived
from services.subsidy.recoveries.tables import Recovery
from shared import access, errors, pages, web, wire

router = web.Router("recoveries", traced=(errors.InvalidState, FundExhausted, VoucherRegistered))

READERS = access.STAFF | {"system"}
PATH = "/v1/recoveries/{recovery_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(opened_at=Recovery.opened_at, amount=Recovery.amount_yuan)]


@router.operation(
    "POST",
    "/v1/claims/{claim_id:uuid}:recover",
    may=FINANCE,
    summary="追回已支付的补贴",
    key=web.REQUIRED,
    if_match=True,
    errors=[errors.InvalidState],
    paper=partial(claim_steps.permit, action="recover"),
    rules=(rules.asked_for,),
)
async def open_one(claim_id: UUID, session: web.Session, call: web.Caller, body: RecoveryIn | None = None) -> RecoveringClaim:
    return await steps.open_one(session, call, claim_id, body or RecoveryIn())


@router.operation("GET", "/v1/recoveries", may=READERS, summary="追回列表", errors=[errors.InvalidCursor])
async def list_recoveries(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    refs: pages.ExternalRef,
    status: pages.AnyOf[RecoveryStatus] = None,
    claim_id: pages.AnyOf[UUID] = None,
    fund_id: pages.AnyOf[UUID] = None,
) -> wire.Page[RecoveryListed]:
    filters = {Recovery.status: status, Recovery.claim_id: claim_id, Recovery.fund_id: fund_id}
    return wire.Page[RecoveryListed].model_validate(await reading.page(session, call, asked, filters, refs))


@router.operation("GET", PATH, may=READERS, summary="一笔追回")
async def read(recovery_id: UUID, session: web.Session, call: web.Caller) -> RecoveryOut:
    return await reading.show(session, call, await reading.load(session, call, recovery_id))


@router.operation(
    "POST",
    f"{PATH}:confirm",
    may=FINANCE,
    summary="登记追回款到账",
    key=web.REQUIRED,
    errors=[errors.InvalidState, FundExhausted, VoucherRegistered],
    paper=partial(steps.permit, action="confirm"),
    rules=(rules.received_by_today,),
)
async def confirm(recovery_id: UUID, body: RecoveryReceived, session: web.Session, call: web.Caller) -> RecoveryOut:
    return await steps.confirm(session, call, recovery_id, body)


@router.operation(
    "POST",
    f"{PATH}:accept",
    may=FINANCE,
    summary="采纳追回建议",
    key=web.REQUIRED,
    errors=[errors.InvalidState],
    paper=partial(steps.permit, action="accept"),
)
async def accept(recovery_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> RecoveryOut:
    return await steps.accept(session, call, recovery_id, body.comment if body else None)


@router.operation(
    "POST",
    f"{PATH}:dismiss",
    may=REVIEWER,
    summary="不予追回",
    key=web.REQUIRED,
    errors=[errors.InvalidState],
    paper=partial(steps.permit, action="dismiss"),
)
async def dismiss(recovery_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> RecoveryOut:
    return await steps.dismiss(session, call, recovery_id, body.reason)
