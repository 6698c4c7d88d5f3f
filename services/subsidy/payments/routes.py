"""Paths of payment batches."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.subsidy.claims.errors import ClaimOnHold
from services.subsidy.funds.errors import FundExhausted, FundNotFound
from services.subsidy.payments import bank_file, operations, policy
from services.subsidy.payments.errors import ClaimInBatch, ClaimOfOtherFund, NothingToPay, PayeeAccountMissing, PaymentSettled
from services.subsidy.payments.schemas import BankResults, BatchIn, BatchListed, BatchOut, BatchStatus, Payee, PaymentOut
from services.subsidy.payments.tables import PaymentBatch
from services.subsidy.schemes.errors import SamePerson
from shared import access, errors, pages, web, wire
from shared.access import Call
from shared.steps import Refusal

router = web.Router("payment-batches")

FINANCE = frozenset({"finance"})
READERS = access.STAFF | {"system"}
REFUSALS = (errors.InvalidState, ClaimOnHold, SamePerson)


@router.operation(
    "POST",
    "/v1/payment-batches",
    may=FINANCE,
    summary="建立拨付批次",
    status=201,
    key=web.REQUIRED,
    errors=[FundNotFound, *REFUSALS, ClaimInBatch, ClaimOfOtherFund, NothingToPay, PayeeAccountMissing],
)
async def create(body: BatchIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> BatchOut:
    return await _show(session, call, await operations.create(session, call, kernel, body))


@router.operation("GET", "/v1/payment-batches", may=READERS, summary="拨付批次列表", errors=[errors.InvalidCursor])
async def list_batches(
    session: web.Session,
    asked: pages.PageAsked,
    fund_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[BatchStatus | None, Query()] = None,
    claim_id: Annotated[UUID | None, Query()] = None,
) -> wire.Page[BatchListed]:
    wanted = operations.everything(fund_id, status, claim_id)
    page = await pages.page(session, wanted, operations.BATCHES.c.id, asked, BatchListed.model_validate)
    return wire.Page[BatchListed].model_validate(page)


@router.operation("GET", "/v1/payment-batches/{batch_id:uuid}", may=READERS, summary="一个拨付批次及其付款")
async def read(batch_id: UUID, session: web.Session, call: web.Caller) -> BatchOut:
    return await _show(session, call, await operations.get(session, batch_id))


@router.operation(
    "POST",
    "/v1/payment-batches/{batch_id:uuid}:export",
    may=FINANCE,
    summary="导出银行文件",
    key=web.REQUIRED,
    if_match=True,
    errors=REFUSALS,
)
async def export(batch_id: UUID, session: web.Session, call: web.Caller, _: wire.Commented | None = None) -> BatchOut:
    return await _show(session, call, await operations.export(session, call, batch_id))


@router.operation(
    "GET",
    "/v1/payment-batches/{batch_id:uuid}/bank-file",
    may=FINANCE,
    summary="下载银行文件(含完整账号,留痕)",
    writes=True,
    errors=[errors.InvalidState],
    response_class=Response,
)
async def read_bank_file(batch_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Response:
    name, contents = await bank_file.write(session, call, kernel, batch_id)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(contents, media_type=bank_file.MEDIA_TYPE, headers=headers)


@router.operation(
    "POST",
    "/v1/payment-batches/{batch_id:uuid}:confirm",
    may=FINANCE,
    summary="登记银行回执(可分次)",
    key=web.REQUIRED,
    if_match=True,
    errors=[errors.InvalidState, SamePerson, PaymentSettled, FundExhausted],
)
async def confirm(batch_id: UUID, body: BankResults, session: web.Session, call: web.Caller) -> BatchOut:
    return await _show(session, call, await operations.confirm(session, call, batch_id, body))


@router.operation(
    "POST",
    "/v1/payment-batches/{batch_id:uuid}:cancel",
    may=FINANCE,
    summary="作废尚未导出的批次",
    key=web.REQUIRED,
    if_match=True,
    errors=[errors.InvalidState],
)
async def cancel(batch_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> BatchOut:
    return await _show(session, call, await operations.cancel(session, call, batch_id, body.reason))


async def _show(session: web.Session, call: Call, batch: PaymentBatch) -> BatchOut:
    payments = [
        PaymentOut(
            id=row.id, claim_id=row.claim_id, payee=Payee(kind=row.payee_kind, id=row.payee_id, name=row.payee_name), account=row.account_masked,
            amount=row.amount_yuan, status=row.status, reason=row.reason, voucher_no=row.voucher_no, paid_on=row.paid_on,
        )
        for row in await operations.list_payments(session, batch.id)
    ]  # fmt: skip
    actions = wire.allowed_actions({action: _refusal(action, call, batch.status) for action in policy.ACTIONS})
    url = f"/v1/payment-batches/{batch.id}/bank-file" if batch.status == "exported" else None
    return BatchOut(
        **BatchListed.model_validate(batch).model_dump(),
        amount_yuan=batch.amount_yuan,
        payments=payments,
        bank_file_url=url,
        allowed_actions=actions,
    )


def _refusal(action: str, call: Call, status: str) -> Refusal | None:
    if call.actor.role not in FINANCE:
        return Refusal(access.WrongRole.code, access.WrongRole.cause)
    why_not = policy.why_not(action, status)
    return Refusal(errors.InvalidState.code, why_not) if why_not else None
