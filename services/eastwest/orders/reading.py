"""Orders looked up and shown."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.codes import OrderStatus
from services.eastwest.orders import policy, visibility
from services.eastwest.orders.schemas import EmployerOut, OrderOut, OrderWarned, PostGroup, StandardOut
from services.eastwest.orders.tables import Order
from shared import errors, pages
from shared.access import Call


async def find(session: AsyncSession, call: Call, order_id: UUID, *, lock: bool = False) -> Order | None:
    wanted = select(Order).where(Order.id == order_id, visibility.rows(call.actor))
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def get(session: AsyncSession, call: Call, order_id: UUID, *, lock: bool = False) -> Order:
    """The order, or 404 for who may not see it."""
    if order := await find(session, call, order_id, lock=lock):
        return order
    raise errors.NotFound("没有这个订单,或不在您的可见范围内。请核对编号。")


def listed(
    call: Call,
    *,
    status: list[OrderStatus] | None,
    number: list[str] | None,
    occupation_code: list[str] | None,
    district_code: list[str] | None,
    external_ref: pages.Reference,
) -> Select[Any]:
    wanted = select(Order.__table__).where(visibility.rows(call.actor), external_ref.among(Order.external_refs))
    equal = {
        Order.status: status,
        Order.number: number,
        Order.occupation_code: occupation_code,
        Order.employer_district_code: district_code,
    }
    return pages.where(wanted, equal)


def shown(row: Any) -> OrderOut:
    plain = (
        "id",
        "number",
        "partner",
        "occupation_code",
        "posts",
        "ordered_on",
        "until_on",
        "external_refs",
        "status",
        "close_reason",
        "entered_at",
        "closed_at",
        "version",
    )
    return OrderOut(
        **{name: getattr(row, name) for name in plain},
        employer=EmployerOut(name=row.employer_name, uscc=row.employer_uscc, district_code=row.employer_district_code),
        standard=StandardOut(
            certificate_kind=row.certificate_kind,
            occupation_code=row.certificate_occupation_code,
            level=row.certificate_level,
            set_on=row.standard_set_on,
            text=row.standard_text,
        ),
        wage_from=row.wage_from_yuan,
        wage_to=row.wage_to_yuan,
        conditions=row.conditions,
    )


def warnings(shown: OrderOut) -> list[OrderWarned]:
    groups = shown.conditions.groups if shown.conditions else []
    usual = policy.Wage(shown.wage_from, shown.wage_to)
    posts = [
        policy.Posts(each.sex, each.age_from, each.age_to, policy.Wage(each.wage_from, each.wage_to) if _own_wage(each) else usual)
        for each in groups
    ]
    if sum(each.posts for each in groups) < shown.posts:
        posts.append(policy.Posts(None, None, None, usual))
    return [OrderWarned(code=each.code, detail=each.detail) for each in policy.warnings(posts)]


def _own_wage(group: PostGroup) -> bool:
    return group.wage_from is not None or group.wage_to is not None
