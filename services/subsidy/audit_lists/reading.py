"""Holding an auditor's list against every payment that was ever made, sent or brought back."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, and_, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.audit_lists import clients
from services.subsidy.audit_lists.schemas import AuditedPerson, AuditListIn, AuditListOut, TouchedPayment
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import PaymentStatus
from services.subsidy.payments.tables import Payment, PaymentBatch, PaymentLine
from shared import clock, deeds
from shared.access import Call
from shared.web import Kernel

NOTHING = Decimal("0.00")
JUDGED_ON: Final = func.coalesce(Claim.class_starts_on, cast(func.timezone(clock.SHANGHAI.key, Claim.submitted_at), Date))
_TOUCHED = (
    select(
        Line.trainee_id,
        Line.verdict,
        Line.findings,
        Line.asked_back_yuan.label("asked_back_amount"),
        PaymentLine.amount_yuan.label("amount"),
        Payment.id.label("payment_id"),
        Payment.status,
        Payment.paid_on,
        Payment.returned_on,
        Payment.voucher_no,
        Payment.payee_name,
        PaymentBatch.number.label("batch_number"),
        Claim.id.label("claim_id"),
        Claim.status.label("claim_status"),
        Claim.scheme,
        Claim.institution_id,
        Claim.class_id,
        JUDGED_ON.label("judged_on"),
    )
    .join(PaymentLine, and_(PaymentLine.claim_id == Line.claim_id, PaymentLine.position == Line.position))
    .join(Payment, Payment.id == PaymentLine.payment_id)
    .join(PaymentBatch, PaymentBatch.id == Payment.batch_id)
    .join(Claim, Claim.id == Line.claim_id)
    .order_by(Payment.id)
)


async def known(kernel: Kernel, call: Call, body: AuditListIn) -> Sequence[UUID | None]:
    """Who is behind each number, by the id they go on as; asked of the registry ahead of the session."""
    return await clients.numbered(kernel, call, body.id_numbers) if body.id_numbers else []


async def audit(session: AsyncSession, call: Call, body: AuditListIn, people: Sequence[UUID | None]) -> AuditListOut:
    """Every payment, whatever became of it. That the list was held against them is on the trail, with its reason and size and without its numbers."""
    wanted = {each for each in people if each is not None}
    found: dict[UUID, list[TouchedPayment]] = defaultdict(list)
    for row in (await session.execute(_of(wanted, body.from_on, body.to_on))).mappings() if wanted else ():
        said: dict[str, Any] = {**row, "findings": sorted({each["code"] for each in row["findings"]})}
        found[row["trainee_id"]].append(TouchedPayment.model_validate(said))
    items, told = [], set[UUID]()
    for index, trainee_id in enumerate(people):
        payments = found[trainee_id] if trainee_id is not None and trainee_id not in told else []
        items.append(AuditedPerson(index=index, trainee_id=trainee_id, payments=payments, paid_amount=_paid(payments)))
        told.update([trainee_id] if trainee_id else [])
    total = sum((each.paid_amount for each in items), NOTHING)
    paid = sum(bool(each.payments) for each in items)
    details = {"reason": body.reason, "numbers": len(people), "registered": len(wanted), "people_paid": paid, "amount": total}
    await deeds.record(session, call, "audit_list.checked", None, event=False, details=details)
    return AuditListOut(items=items, registered=len(wanted), people_paid=paid, paid_amount=total)


def _of(people: set[UUID], from_on: date | None, to_on: date | None) -> Any:
    """Lines follow whoever was merged, so that the ids that people go on as find everything."""
    of = _TOUCHED.where(Line.trainee_id.in_(people))
    if from_on is not None:
        of = of.where(from_on <= JUDGED_ON)
    return of if to_on is None else of.where(to_on >= JUDGED_ON)


def _paid(payments: Sequence[TouchedPayment]) -> Decimal:
    return sum((each.amount for each in payments if each.status == PaymentStatus.PAID), NOTHING)
