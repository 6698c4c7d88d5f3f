"""Paths of the orders."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.eastwest import sight
from services.eastwest.orders import operations
from services.eastwest.orders.errors import DuplicateOrder, OrderClosed, OrderInUse
from services.eastwest.orders.schemas import Closed, OrderChange, OrderIn, OrderOut, OrderPaper, OrderStatus
from services.eastwest.orders.tables import Order
from shared import errors, pages, web, wire

router = web.Router("orders")
ONE = "/v1/orders/{order_id:uuid}"


@router.operation("POST", "/v1/orders", may=sight.KEEPERS, summary="登记佛山订单", status=201, errors=[DuplicateOrder])
async def enter(body: OrderIn, session: web.Session, call: web.Caller) -> OrderPaper:
    return await operations.enter(session, call, body)


@router.operation("GET", "/v1/orders", may=sight.READERS, summary="订单列表", errors=[errors.InvalidCursor])
async def list_orders(
    session: web.Session, call: web.Caller, asked: pages.PageAsked,
    status: Annotated[OrderStatus | None, Query()] = None,
    number: Annotated[str | None, Query(max_length=100, description="佛山方的订单号")] = None,
    occupation_code: Annotated[str | None, Query(max_length=20)] = None,
    district_code: Annotated[str | None, Query(max_length=6, description="用人单位所在区")] = None,
) -> wire.Page[OrderOut]:  # fmt: skip
    wanted = operations.listed(call, status=status, number=number, occupation_code=occupation_code, district_code=district_code)
    return wire.Page[OrderOut].model_validate(await pages.page(session, wanted, Order.id, asked, operations.shown))


@router.operation("GET", ONE, may=sight.READERS, summary="一个订单")
async def get(order_id: UUID, session: web.Session, call: web.Caller) -> OrderPaper:
    return operations.paper(call, await operations.get(session, call, order_id))


@router.operation(
    "PATCH", ONE, may=sight.KEEPERS, summary="修改订单", errors=[DuplicateOrder, OrderClosed, OrderInUse, errors.StaleVersion]
)
async def change(order_id: UUID, body: OrderChange, session: web.Session, call: web.Caller) -> OrderPaper:
    return await operations.change(session, call, order_id, body)


@router.operation("POST", f"{ONE}:close", may=sight.KEEPERS, summary="关闭订单", errors=[OrderClosed, errors.StaleVersion])
async def close(order_id: UUID, session: web.Session, call: web.Caller, body: Closed | None = None) -> OrderPaper:
    return await operations.close(session, call, order_id, body.reason if body else None)
