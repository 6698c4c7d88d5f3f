"""Paths of the overviews."""

from uuid import UUID

from fastapi import Request, Response

from gateway.overviews import operations
from gateway.overviews.errors import TraineeMerged
from gateway.overviews.schemas import Overview
from shared import access, web

trainees, classes, institutions, orders = (web.Router(noun) for noun in ("trainees", "classes", "institutions", "orders"))


@trainees.operation(
    "GET",
    "/v1/trainees/{trainee_id:uuid}/overview",
    may=access.SIGNED_IN,
    summary="一名学员的全貌:登记、报名、申领、证书、就业",
    errors=[TraineeMerged],
    response_model=Overview,
)
async def of_trainee(trainee_id: UUID, request: Request, call: web.Caller, kernel: web.KernelOf) -> Response:
    return await operations.gather(request, call, kernel, "trainees", trainee_id)


@classes.operation(
    "GET",
    "/v1/classes/{class_id:uuid}/overview",
    may=access.SIGNED_IN,
    summary="一个班级的全貌:班级、报名、申领、评价与证书、就业",
    response_model=Overview,
)
async def of_class(class_id: UUID, request: Request, call: web.Caller, kernel: web.KernelOf) -> Response:
    return await operations.gather(request, call, kernel, "classes", class_id)


@institutions.operation(
    "GET",
    "/v1/institutions/{institution_id:uuid}/overview",
    may=access.SIGNED_IN,
    summary="一家机构的全貌:机构、班级、申领、备案与评价",
    response_model=Overview,
)
async def of_institution(institution_id: UUID, request: Request, call: web.Caller, kernel: web.KernelOf) -> Response:
    return await operations.gather(request, call, kernel, "institutions", institution_id)


@orders.operation(
    "GET",
    "/v1/orders/{order_id:uuid}/overview",
    may=access.SIGNED_IN,
    summary="一个订单的全貌:订单、安置与稳岗、班级、评价与证书",
    response_model=Overview,
)
async def of_order(order_id: UUID, request: Request, call: web.Caller, kernel: web.KernelOf) -> Response:
    return await operations.gather(request, call, kernel, "orders", order_id)


ROUTERS = (trainees, classes, institutions, orders)
