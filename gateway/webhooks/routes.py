"""Paths of webhook endpoints. Subscribing is a way of reading: it needs no scope of its own, and gives no event whose paper the owner may not read."""

from typing import Annotated
from uuid import UUID

from sqlalchemy import select

from gateway.codes import DeliveryStatus
from gateway.webhooks import visibility
from gateway.webhooks.deliveries import operations as deliveries
from gateway.webhooks.endpoints import operations as endpoints
from gateway.webhooks.errors import TooManyEndpoints
from gateway.webhooks.schemas import (
    DeliveryOut,
    EndpointChange,
    EndpointIn,
    EndpointMade,
    EndpointOut,
    EndpointPaper,
    EventsReplayed,
    ReplayIn,
)
from gateway.webhooks.tables import Delivery, Endpoint
from shared import errors, pages, web, wire

router = web.Router("webhook-endpoints")
Listed = Annotated[pages.Asked, pages.asking(created_at=Endpoint.created_at)]
MAY = visibility.OWNERS
ONE = "/v1/webhook-endpoints/{endpoint_id:uuid}"


@router.operation(
    "POST",
    "/v1/webhook-endpoints",
    may=MAY,
    summary="登记接收事件的网址;签名密钥只显示一次",
    status=201,
    unkept=["secret"],
    errors=[TooManyEndpoints],
    scoped=False,
)
async def make(body: EndpointIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> EndpointMade:
    return await endpoints.make(session, call, kernel, body)


@router.operation("GET", "/v1/webhook-endpoints", may=MAY, summary="本方登记的网址", errors=[errors.InvalidCursor], scoped=False)
async def list_endpoints(session: web.Session, call: web.Caller, asked: Listed) -> wire.Page[EndpointOut]:
    wanted = select(*(getattr(Endpoint, name) for name in EndpointOut.model_fields)).where(visibility.rows(call.actor))
    return wire.Page[EndpointOut].model_validate(await pages.page(session, wanted, Endpoint.id, asked, EndpointOut.model_validate))


@router.operation("GET", ONE, may=MAY, summary="一个接收网址", scoped=False)
async def get(endpoint_id: UUID, session: web.Session, call: web.Caller) -> EndpointPaper:
    return endpoints.paper(await endpoints.find(session, call, endpoint_id))


@router.operation(
    "PATCH", ONE, may=MAY, summary="修改网址、事件种类,停用或启用", errors=[errors.StaleVersion], scoped=False, paper=endpoints.matched
)
async def change(endpoint_id: UUID, body: EndpointChange, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> EndpointPaper:
    return endpoints.paper(await endpoints.change(session, call, kernel, endpoint_id, body))


@router.operation("DELETE", ONE, may=MAY, summary="删除接收网址和未送达的事件", status=204, errors=[errors.StaleVersion], scoped=False)
async def remove(endpoint_id: UUID, session: web.Session, call: web.Caller) -> None:
    await endpoints.remove(session, call, endpoint_id)


@router.operation("GET", f"{ONE}/deliveries", may=MAY, summary="投递记录,新的在前", errors=[errors.InvalidCursor], scoped=False)
async def list_deliveries(
    endpoint_id: UUID,
    session: web.Session,
    call: web.Caller,
    asked: Annotated[pages.Asked, pages.asking(occurred_at=Delivery.occurred_at)],
    status: pages.AnyOf[DeliveryStatus] = None,
) -> wire.Page[DeliveryOut]:
    wanted = await deliveries.listed(session, call, endpoint_id, status)
    page = await pages.page(session, wanted, deliveries.DELIVERIES.c.id, asked, DeliveryOut.model_validate)
    return wire.Page[DeliveryOut].model_validate(page)


@router.operation(
    "POST",
    f"{ONE}:replay",
    may=MAY,
    summary="重发事件(保留 30 天);webhook-id 不变",
    errors=[errors.InvalidCursor],
    scoped=False,
    paper=endpoints.matched,
)
async def replay(
    endpoint_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: ReplayIn | None = None
) -> EventsReplayed:
    return EventsReplayed(replayed=await deliveries.replay(session, call, kernel, endpoint_id, body or ReplayIn()))


@router.operation(
    "POST",
    f"{ONE}:rotate-secret",
    may=MAY,
    summary="更换签名密钥;旧密钥再签 24 小时",
    unkept=["secret"],
    errors=[errors.StaleVersion],
    scoped=False,
    paper=endpoints.matched,
)
async def rotate_secret(endpoint_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> EndpointMade:
    return await endpoints.rotate_secret(session, call, kernel, endpoint_id)
