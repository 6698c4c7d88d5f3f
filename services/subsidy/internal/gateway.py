"""What the gateway asks of subsidy: what was paid for classes, for the briefing of a plan."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select

from services.subsidy.claims.tables import Claim
from services.subsidy.payments.tables import Payment, PaymentLine
from shared import access, web, wire

router = web.Router("claims")


class ClassesAsked(wire.In):
    class_ids: Annotated[list[UUID], Field(max_length=50_000)]
    as_of: wire.CivilDate


class PaidForClasses(wire.Out):
    """What the bank had paid by that day and not brought back, in yuan, by class; what nothing was paid for is left out."""

    paid: dict[UUID, wire.Money]


@router.operation("POST", "/internal/v1/paid-for-classes", may=access.INTERNAL, summary="为这些班级付出的补贴", writes=False)
async def paid_for_classes(body: ClassesAsked, session: web.Session) -> PaidForClasses:
    stood = (Payment.paid_on <= body.as_of) & (Payment.returned_on.is_(None) | (Payment.returned_on > body.as_of))
    wanted = select(Claim.class_id, func.sum(PaymentLine.amount_yuan)).join(PaymentLine, PaymentLine.claim_id == Claim.id)
    wanted = wanted.join(Payment, Payment.id == PaymentLine.payment_id).where(Claim.class_id == func.any(body.class_ids), stood)
    wanted = wanted.group_by(Claim.class_id)
    paid: dict[UUID, Decimal] = {class_id: amount for class_id, amount in await session.execute(wanted) if class_id}
    return PaidForClasses(paid=paid)
