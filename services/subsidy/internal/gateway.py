"""What the gateway asks of subsidy: what was paid for classes, for the briefing of a plan."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select

from services.subsidy.claims.tables import Claim, Line
from shared import access, web, wire

router = web.Router("claims")


class ClassesAsked(wire.In):
    class_ids: Annotated[list[UUID], Field(max_length=50_000)]


class PaidForClasses(wire.Out):
    """What the bank has paid and not brought back, in yuan, by class; what nothing was paid for is left out."""

    paid: dict[UUID, wire.Money]


@router.operation("POST", "/internal/v1/paid-for-classes", may=access.INTERNAL, summary="为这些班级付出的补贴", writes=False)
async def paid_for_classes(body: ClassesAsked, session: web.Session) -> PaidForClasses:
    wanted = select(Claim.class_id, func.sum(Line.paid_yuan)).join(Line, Line.claim_id == Claim.id)
    wanted = wanted.where(Claim.class_id == func.any(body.class_ids), Line.paid_yuan > 0).group_by(Claim.class_id)
    paid: dict[UUID, Decimal] = {class_id: amount for class_id, amount in await session.execute(wanted) if class_id}
    return PaidForClasses(paid=paid)
