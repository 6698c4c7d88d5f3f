"""What evaluation asks of eastwest: which placements certificates touch, and since when orders have had their standard."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import or_, select

from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders.tables import Order
from services.eastwest.placements import conditions, facts
from services.eastwest.placements.policy import states
from services.eastwest.placements.tables import Placement
from shared import access, web, wire

router = web.Router("placements")


class TouchedPaper(wire.Out):
    id: UUID
    number: str = Field(description="The order's number.")
    status: Status


class Touched(wire.Out):
    items: list[TouchedPaper]


class CertificatesAsked(wire.In):
    """Certificates, and whose they are."""

    certificate_ids: Annotated[list[UUID], Field(max_length=5_000)]
    trainee_ids: Annotated[list[UUID], Field(max_length=5_000)] = []


class OrdersAsked(wire.In):
    order_ids: Annotated[list[UUID], Field(max_length=500)]


class OrderStandard(wire.Out):
    id: UUID
    standard_set_on: wire.CivilDate


class OrderStandards(wire.Out):
    """An order that is not known is left out."""

    orders: list[OrderStandard]


@router.operation("POST", "/internal/v1/order-standards", may=access.INTERNAL, summary="订单的标准何时确定", writes=False)
async def order_standards(asked: OrdersAsked, session: web.Session) -> OrderStandards:
    rows = await session.execute(select(Order.id, Order.standard_set_on).where(Order.id.in_(asked.order_ids)).order_by(Order.id))
    return OrderStandards(orders=[OrderStandard.model_validate(row) for row in rows])


@router.operation("POST", "/internal/v1/touched-by-certificates", may=access.INTERNAL, summary="凭这些证书的安置", writes=False)
async def touched_by_certificates(asked: CertificatesAsked, call: web.Caller, kernel: web.KernelOf) -> Touched:
    """The placements that name one of them, and those that name none and stand on one of them all the same: it is the one that their chain goes through."""
    ids = {str(each) for each in asked.certificate_ids}
    theirs = Placement.certificate_id.is_(None) & ALIASES.among(Placement.trainee_id, asked.trainee_ids)
    async with kernel.reading() as session:
        wanted = conditions.with_order().where(or_(Placement.certificate_id.in_(asked.certificate_ids), theirs))
        rows = (await session.execute(wanted.order_by(Placement.id))).all()
    unnamed = [row for row in rows if row.certificate_id is None]
    known = await facts.gate_facts(call, kernel, unnamed) if unnamed else facts.NOTHING_KNOWN
    touched = [row for row in rows if row.certificate_id or known.chain(row, row.started_on).certificate_id in ids]
    return Touched(
        items=[
            TouchedPaper(id=row.id, number=row.order_number, status=states.status_on(call.today, row.started_on, row.left_on))
            for row in touched
        ]
    )
