"""What the gateway asks of subsidy: what was paid for classes, for the briefing of a plan."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import ARRAY, Integer, Uuid, column, func, literal, select

from services.subsidy.claims.tables import Claim
from services.subsidy.payments.tables import Payment
from shared import access, web, wire

router = web.Router("claims")


class ClassesAsked(wire.In):
    """Classes in sets, however they belong together to whoever asks."""

    sets: Annotated[list[list[UUID]], Field(max_length=10_000, description="The ids of each set.")]
    as_of: wire.CivilDate


class PaidForClasses(wire.Out):
    """What the bank had paid by that day and not brought back, in yuan: for each set, in the order asked."""

    paid: list[wire.Money]


@router.operation("POST", "/internal/v1/paid-for-classes", may=access.INTERNAL, summary="为这些班级付出的补贴", writes=False)
async def paid_for_classes(body: ClassesAsked, session: web.Session) -> PaidForClasses:
    """A payment pays lines of one claim."""
    numbers = [number for number, each in enumerate(body.sets) for _ in each]
    ids = [class_id for each in body.sets for class_id in each]
    columns = column("number", Integer), column("class_id", Uuid)
    asked = func.unnest(literal(numbers, ARRAY(Integer)), literal(ids, ARRAY(Uuid))).table_valued(*columns).render_derived("asked")
    stood = (Payment.paid_on <= body.as_of) & (Payment.returned_on.is_(None) | (Payment.returned_on > body.as_of))
    wanted = select(asked.c.number, func.sum(Payment.amount_yuan).label("yuan")).join(Claim, Claim.class_id == asked.c.class_id)
    wanted = wanted.join(Payment, Payment.claim_id == Claim.id).where(stood).group_by(asked.c.number)
    paid = {row.number: row.yuan for row in await session.execute(wanted)}
    return PaidForClasses(paid=[paid.get(number, Decimal("0.00")) for number in range(len(body.sets))])
