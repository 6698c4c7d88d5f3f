"""Paths of payment batches."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.subsidy.claims.errors import ClaimInBatch, ClaimOnHold, TermsUnconfirmed
from services.subsidy.codes import BankFileFormat, BatchStatus
from services.subsidy.funds.errors import FundExhausted, FundNotFound
from services.subsidy.payments import operations, reading, rules, steps
from services.subsidy.payments.errors import (
    AskedBack,
    ClaimOfOtherFund,
    NothingToPay,
    PayeeAccountChanged,
    PayeeAccountMissing,
    PaymentNotPaid,
    PaymentSettled,
)
from services.subsidy.payments.policy import FINANCE
from services.subsidy.payments.schemas import BankResults, BatchIn, BatchListed, PaymentBatchOut, PaymentListed, ReturnIn
from services.subsidy.payments.tables import Payment, PaymentBatch
from services.subsidy.schemes.errors import SamePerson
from shared import access, errors, pages, web, wire
from shared.web.workbooks import Workbook

READERS = access.STAFF | {"system"}
PAYEES = frozenset({"institution", "person"})
REFUSALS = (errors.InvalidState, ClaimOnHold, SamePerson, TermsUnconfirmed)
AGAINST_CLAIMS = (ClaimInBatch, ClaimOfOtherFund, NothingToPay, PayeeAccountMissing)
AGAINST_PAYMENTS = (PayeeAccountMissing, PayeeAccountChanged, PaymentSettled, PaymentNotPaid, AskedBack, FundExhausted)
router = web.Router("payment-batches", traced=(*REFUSALS, *AGAINST_CLAIMS, *AGAINST_PAYMENTS))
payments = web.Router("payments")
PATH = "/v1/payment-batches/{payment_batch_id:uuid}"
Format = Annotated[BankFileFormat, Query(alias="format", description="银行文件的格式")]
Listed = Annotated[pages.Asked, pages.asking(created_at=PaymentBatch.created_at, amount=PaymentBatch.amount_yuan)]


async def _accounts(body: BatchIn, call: web.Caller, kernel: web.KernelOf) -> operations.Accounts:
    """Asked of registry ahead of the session."""
    return await operations.accounts(kernel, call, body)


async def _accounts_now(payment_batch_id: UUID, call: web.Caller, kernel: web.KernelOf) -> operations.Accounts:
    """The same for a batch that is about to go to the bank."""
    return await operations.accounts_of(kernel, call, payment_batch_id)


@payments.operation("GET", "/v1/payments", may=READERS | PAYEES, summary="付款:本人、本机构收到的,新的在前", errors=[errors.InvalidCursor])
async def list_payments(
    session: web.Session,
    call: web.Caller,
    asked: Annotated[pages.Asked, pages.asking(id=Payment.id)],
    claim_id: pages.AnyOf[UUID] = None,
    batch_id: pages.AnyOf[UUID] = None,
) -> wire.Page[PaymentListed]:
    filters = {Payment.claim_id: claim_id, Payment.batch_id: batch_id}
    return wire.Page[PaymentListed].model_validate(await reading.payments_page(session, call, asked, filters))


@router.operation(
    "POST",
    "/v1/payment-batches",
    may=FINANCE,
    summary="建立拨付批次",
    status=201,
    key=web.REQUIRED,
    errors=[FundNotFound, *REFUSALS, *AGAINST_CLAIMS],
)
async def create(
    body: BatchIn,
    accounts: Annotated[operations.Accounts, Depends(_accounts)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> PaymentBatchOut:
    return await operations.create(session, call, kernel, accounts, body)


@router.operation("GET", "/v1/payment-batches", may=READERS, summary="拨付批次列表", errors=[errors.InvalidCursor])
async def list_batches(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    refs: pages.ExternalRef,
    fund_id: pages.AnyOf[UUID] = None,
    status: pages.AnyOf[BatchStatus] = None,
    claim_id: pages.AnyOf[UUID] = None,
) -> wire.Page[BatchListed]:
    filters = {PaymentBatch.fund_id: fund_id, PaymentBatch.status: status}
    return wire.Page[BatchListed].model_validate(await reading.page(session, call, asked, filters, claim_id, refs))


@router.operation("GET", PATH, may=READERS, summary="一个拨付批次及其付款")
async def read(payment_batch_id: UUID, session: web.Session, call: web.Caller) -> PaymentBatchOut:
    return await reading.show(session, call, await reading.get(session, call, payment_batch_id))


@router.operation(
    "POST",
    f"{PATH}:export",
    may=FINANCE,
    summary="导出银行文件",
    key=web.REQUIRED,
    if_match=True,
    errors=[*REFUSALS, PayeeAccountMissing, PayeeAccountChanged],
    paper=partial(steps.permit, action="export"),
)
async def export(
    payment_batch_id: UUID,
    accounts: Annotated[operations.Accounts, Depends(_accounts_now)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    file_format: Format = BankFileFormat.XLSX,
    _: wire.Commented | None = None,
) -> PaymentBatchOut:
    answer = await steps.export(session, call, kernel, accounts, payment_batch_id)
    return reading.as_file(answer, file_format)


@router.operation(
    "GET",
    f"{PATH}/bank-file",
    may=FINANCE,
    summary="下载银行文件(含完整账号,留痕)",
    recorded=True,
    errors=[errors.InvalidState],
    response_class=Workbook,
)
async def read_bank_file(
    payment_batch_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, file_format: Format = BankFileFormat.XLSX
) -> Response:
    name, contents = await reading.bank_file(session, call, kernel, payment_batch_id, file_format)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(
        contents, media_type=Workbook.media_type if file_format == BankFileFormat.XLSX else "text/csv; charset=utf-8", headers=headers
    )


@router.operation(
    "POST",
    f"{PATH}:confirm",
    may=FINANCE,
    summary="登记银行回执(可分次)",
    key=web.REQUIRED,
    if_match=True,
    errors=[errors.InvalidState, SamePerson, PaymentSettled, FundExhausted, AskedBack],
    paper=partial(steps.permit, action="confirm"),
    rules=(rules.paid_before_now,),
)
async def confirm(payment_batch_id: UUID, body: BankResults, session: web.Session, call: web.Caller) -> PaymentBatchOut:
    return await steps.confirm(session, call, payment_batch_id, body)


@router.operation(
    "POST",
    f"{PATH}:report-return",
    may=FINANCE,
    summary="登记付后退回:款项付出后又被银行退回",
    key=web.REQUIRED,
    if_match=True,
    errors=[errors.InvalidState, SamePerson, PaymentNotPaid, AskedBack],
    paper=partial(steps.permit, action="report-return"),
)
async def report_return(payment_batch_id: UUID, body: ReturnIn, session: web.Session, call: web.Caller) -> PaymentBatchOut:
    return await steps.report_return(session, call, payment_batch_id, body)


@router.operation(
    "POST",
    f"{PATH}:cancel",
    may=FINANCE,
    summary="作废尚未导出的批次",
    key=web.REQUIRED,
    if_match=True,
    errors=[errors.InvalidState],
    paper=partial(steps.permit, action="cancel"),
)
async def cancel(payment_batch_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> PaymentBatchOut:
    return await steps.cancel(session, call, payment_batch_id, body.reason)
