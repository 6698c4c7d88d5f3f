"""Paths of the orders."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.eastwest.codes import OrderStatus
from services.eastwest.orders import operations, reading, steps
from services.eastwest.orders.errors import DuplicateOrder, OrderClosed, OrderInUse
from services.eastwest.orders.policy import KEEPERS
from services.eastwest.orders.schemas import Closed, OccupationCode, OrderChange, OrderIn, OrderOut, OrderPaper
from services.eastwest.orders.tables import Order
from services.eastwest.orders.visibility import READERS
from shared import county, errors, history, names, pages, web, wire

router = web.Router("orders")
ONE = "/v1/orders/{order_id:uuid}"


@router.operation("POST", "/v1/orders", may=KEEPERS, summary="登记订单", status=201, errors=[DuplicateOrder], rules=operations.RULES)
async def enter(body: OrderIn, session: web.Session, call: web.Caller) -> OrderPaper:
    return await operations.enter(session, call, body)


@router.operation("GET", "/v1/orders", may=READERS, summary="订单列表", errors=[errors.InvalidCursor])
async def list_orders(
    session: web.Session,
    call: web.Caller,
    asked: Annotated[
        pages.Asked,
        pages.asking(q=[Order.number, Order.employer_name], ordered_on=Order.ordered_on, number=Order.number, entered_at=Order.entered_at),
    ],
    external_ref: pages.ExternalRef,
    status: pages.AnyOf[OrderStatus] = None,
    number: Annotated[pages.AnyOf[pages.Part], Query(description="协作方的订单号")] = None,
    occupation_code: pages.AnyOf[OccupationCode] = None,
    district_code: Annotated[pages.AnyOf[str], Query(description="用人单位所在区")] = None,
    ordered_from_on: Annotated[wire.CivilDate | None, Query(description="订单日期,含当日")] = None,
    ordered_to_on: Annotated[wire.CivilDate | None, Query(description="订单日期,含当日")] = None,
) -> wire.Page[OrderOut]:
    pages.known("district_code", district_code, [each.code for each in county.here().partner.districts])
    pages.known("occupation_code", occupation_code, names.codes_at_hand("occupations"))
    wanted = reading.listed(
        call, status=status, number=number, occupation_code=occupation_code, district_code=district_code, external_ref=external_ref
    )
    wanted = pages.within(wanted, Order.ordered_on, ordered_from_on, ordered_to_on)
    asked = asked.newest(Order.ordered_on, ordered_from_on, ordered_to_on)
    return wire.Page[OrderOut].model_validate(await pages.page(session, wanted, Order.id, asked, reading.shown))


@router.operation("GET", ONE, may=READERS, summary="一个订单")
async def get(order_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> OrderPaper:
    return await steps.stood(session, call, order_id, as_of)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一个订单的办理经过,新的在前", errors=[errors.InvalidCursor])
async def list_history(order_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.get(session, call, order_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, order_id, asked))


@router.operation(
    "PATCH",
    ONE,
    may=KEEPERS,
    summary="修改订单",
    errors=[DuplicateOrder, OrderClosed, OrderInUse, errors.StaleVersion],
    paper=partial(steps.begin, action="change", lock=False),
)
async def change(order_id: UUID, body: OrderChange, session: web.Session, call: web.Caller) -> OrderPaper:
    return await operations.change(session, call, order_id, body)


@router.operation(
    "POST",
    f"{ONE}:close",
    may=KEEPERS,
    summary="关闭订单",
    errors=[OrderClosed, errors.StaleVersion],
    paper=partial(steps.begin, action="close", lock=False),
)
async def close(order_id: UUID, session: web.Session, call: web.Caller, body: Closed | None = None) -> OrderPaper:
    return await operations.close(session, call, order_id, body.reason if body else None)
