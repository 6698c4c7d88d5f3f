"""Looking at payment batches: one with its payments, a list, and the file a bank is handed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import steps as claim_steps
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import BankFileFormat, BatchStatus, FundAccount, PaymentStatus
from services.subsidy.funds.tables import Posting
from services.subsidy.payments import rules
from services.subsidy.payments.policy import ACCOUNT_MISSING, FINANCE, MACHINE
from services.subsidy.payments.schemas import BatchListed, LeftOut, PaymentBatchOut, PaymentListed, PaymentOut
from services.subsidy.payments.tables import Payment, PaymentBatch, PaymentLine
from services.subsidy.payments.visibility import payments as payments_of
from services.subsidy.payments.visibility import rows
from shared import deeds, errors, pages, wire
from shared.access import Call
from shared.sheets.writing import Table, write_book, write_csv
from shared.steps import Further, Refusal, nothing_further
from shared.web import Kernel

HEADER = ("序号", "付款编号", "收款户名", "收款账号", "金额(元)", "附言")


def sealed_as(payment_id: UUID) -> str:
    """What a payment's account is encrypted for."""
    return f"payments/{payment_id}/account"


async def get(session: AsyncSession, call: Call, batch_id: UUID) -> PaymentBatch:
    batch = await session.scalar(select(PaymentBatch).where(PaymentBatch.id == batch_id, rows(call.actor)))
    if batch is None:
        raise errors.NotFound("没有这个拨付批次。请核对编号。")
    return batch


async def payments(session: AsyncSession, batch_id: UUID) -> Sequence[Payment]:
    wanted = select(Payment).where(Payment.batch_id == batch_id).order_by(Payment.id)
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()


async def show(session: AsyncSession, call: Call, batch: PaymentBatch) -> PaymentBatchOut:
    found = await payments(session, batch.id)
    numbered = select(Claim.id, Claim.number).where(Claim.id.in_({payment.claim_id for payment in found}))
    numbers = {row.id: row.number for row in await session.execute(numbered)}
    further = await _further(session, call, batch, set(numbers))
    listed = BatchListed.model_validate(batch)
    return PaymentBatchOut(
        **{name: getattr(listed, name) for name in BatchListed.model_fields},
        amount_yuan=batch.amount_yuan,
        payments=[_payment(payment, numbers[payment.claim_id]) for payment in found],
        left_out=[
            _left_out(payment) for payment in found if payment.left_out or (payment.status == PaymentStatus.PENDING and not payment.account)
        ],
        bank_file_url=f"/v1/payment-batches/{batch.id}/bank-file" if batch.status == BatchStatus.EXPORTED else None,
        allowed_actions=wire.allowed_actions(MACHINE.allowed_actions(batch.status, call.actor.doer, further=further)),
    )


def as_file(batch: PaymentBatchOut, kind: BankFileFormat) -> PaymentBatchOut:
    """With the address of its bank file in that format."""
    return (
        batch.model_copy(update={"bank_file_url": f"{batch.bank_file_url}?format={kind}"})
        if batch.bank_file_url and kind != BankFileFormat.XLSX
        else batch
    )


async def page(
    session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any], claim_ids: list[UUID] | None, refs: pages.Reference
) -> dict[str, Any]:
    wanted = pages.where(select(PaymentBatch), filters).where(rows(call.actor), refs.among(PaymentBatch.external_refs))
    if claim_ids is not None:
        wanted = wanted.where(PaymentBatch.id.in_(select(Payment.batch_id).where(Payment.claim_id.in_(claim_ids))))
    return await pages.page(session, wanted, PaymentBatch.id, asked, lambda row: BatchListed.model_validate(row[0]))


async def bank_file(session: AsyncSession, call: Call, kernel: Kernel, batch_id: UUID, kind: BankFileFormat) -> tuple[str, bytes]:
    """File name and contents, as xlsx or csv: payee, full account number and amount of every payment that the bank has not answered, so that a file fetched late
    cannot pay anything a second time. Each download is recorded."""
    batch = await get(session, call, batch_id)
    if batch.status != BatchStatus.EXPORTED:
        raise errors.InvalidState("银行文件在批次导出后、回执齐全前可以下载。请先导出(:export)。")
    waiting = [payment for payment in await payments(session, batch.id) if payment.status == PaymentStatus.EXPORTED]
    table = [
        (
            position,
            str(payment.id),
            payment.payee_name,
            account_of(kernel, payment),
            payment.amount_yuan,
            f"职业技能培训补贴 {batch.number}",
        )
        for position, payment in enumerate(waiting, 1)
    ]
    details = {"number": batch.number, "payments": len(table), "version": batch.version}
    await deeds.record(session, call, "payment_batch.file_read", batch.id, details=details, event=False)
    written = Table("付款清单", HEADER, table)
    return f"{batch.number}.{kind}", write_book([written]) if kind == BankFileFormat.XLSX else write_csv(written)


def account_of(kernel: Kernel, payment: Payment) -> str | None:
    """In full, as it was when the batch was made."""
    return kernel.vault.decrypt(payment.account, sealed_as(payment.id)) if payment.account else None


async def _further(session: AsyncSession, call: Call, batch: PaymentBatch, claim_ids: Collection[UUID]) -> Further:
    """What the claims of a batch say of its next step: a hold, a state they have left, whose own work paying them would be."""
    if call.actor.role not in FINANCE or batch.status not in (BatchStatus.DRAFT, BatchStatus.EXPORTED):
        return nothing_further
    claims = await claim_steps.seen(session, claim_ids)
    why_not = await claim_steps.why_not_each(session, call, claims, "payment")
    sending = batch.status == BatchStatus.DRAFT
    faults = rules.exported_claims(claims, batch.fund_id, why_not, call.today) if sending else rules.own_work(claims, why_not)
    refusals = {"export" if sending else "confirm": Refusal(fault.code, f"{fault.seen}:{fault.fix}") for fault in islice(faults, 1)}
    return refusals.get


def _left_out(payment: Payment) -> LeftOut:
    code = payment.left_out or ACCOUNT_MISSING
    return LeftOut(payment_id=payment.id, code=code, detail=rules.WHY_LEFT_OUT[code])


def _payment(row: Payment, claim_number: str) -> PaymentOut:
    shown = {name: getattr(row, name) for name in ("id", "claim_id", "status", "reason", "voucher_no", "paid_on", "returned_on")}
    payee = {"kind": row.payee_kind, "id": row.payee_id, "name": row.payee_name}
    return PaymentOut.model_validate(
        shown | {"claim_number": claim_number, "payee": payee, "account": row.account_masked, "amount": row.amount_yuan}
    )


async def payments_page(session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any]) -> dict[str, Any]:
    """Payments by themselves, those that the caller sees."""
    theirs = pages.where(select(Payment).where(payments_of(call.actor)), filters)
    wanted = (
        theirs.add_columns(Claim.number, PaymentBatch.number)
        .join(Claim, Claim.id == Payment.claim_id)
        .join(PaymentBatch, PaymentBatch.id == Payment.batch_id)
    )
    return await pages.page(session, wanted, Payment.id, asked, lambda row: _listed(*row[:3]), theirs.with_only_columns(Payment.id))


def _listed(payment: Payment, claim_number: str, batch_number: str) -> PaymentListed:
    shown = _payment(payment, claim_number)
    return PaymentListed(**shown.model_dump(by_alias=False), batch_id=payment.batch_id, batch_number=batch_number)


async def paid_since(session: AsyncSession, trainee_ids: Collection[UUID], since: datetime) -> Decimal:
    """What went out for these people's lines from that instant on, in yuan, as far as the bank has not brought it back."""
    wanted = (
        select(func.coalesce(func.sum(PaymentLine.amount_yuan), 0))
        .join(Line, and_(Line.claim_id == PaymentLine.claim_id, Line.position == PaymentLine.position))
        .join(Payment, and_(Payment.id == PaymentLine.payment_id, Payment.status == PaymentStatus.PAID))
        .join(Posting, and_(Posting.payment_id == Payment.id, Posting.to_account == FundAccount.PAID))
        .where(Line.trainee_id.in_(trainee_ids), Posting.posted_at >= since)
    )
    return Decimal(await session.scalar(wanted) or 0)
