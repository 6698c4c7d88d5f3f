"""What can be done with an order: enter, read, change, close."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import sight
from services.eastwest.codes import FOSHAN_DISTRICTS
from services.eastwest.orders.errors import DuplicateOrder, OrderClosed, OrderInUse
from services.eastwest.orders.schemas import EmployerOut, OrderChange, OrderIn, OrderOut, OrderPaper, StandardOut
from services.eastwest.orders.tables import Order
from services.eastwest.placements.tables import Placement
from shared import audit, changes, errors, wire
from shared.access import Call, WrongRole
from shared.national_numbers import InvalidNumber, credit_code
from shared.steps import Refusal

GB_32100 = errors.Basis("GB 32100-2015", "第 4 章")
ACTIONS = ("change", "close")
JUDGED_BY = frozenset({"ordered_on", "certificate_kind", "certificate_occupation_code", "certificate_level", "standard_set_on"})


async def enter(session: AsyncSession, call: Call, body: OrderIn) -> OrderPaper:
    partner = sight.partner_of(call.actor)
    if body.partner is not None and partner is not None and body.partner != partner:
        raise errors.Forbidden("佛山方只能登记本单位的订单。请去掉 partner。")
    order = Order(partner=partner or body.partner, entered_by=call.actor.subject, entered_at=call.now, **_values(body))
    session.add(order)
    await _keep(session, order)
    await _announce(session, call, order, "entered")
    return paper(call, order)


async def change(session: AsyncSession, call: Call, order_id: UUID, body: OrderChange) -> OrderPaper:
    order = await _to_change(session, call, order_id)
    stated = {name: getattr(body, name) for name in body.model_fields_set}
    as_it_is = shown(order).model_dump(mode="json")
    whole = {name: as_it_is[name] for name in OrderChange.model_fields} | body.model_dump(mode="json", include=set(stated))
    nulled = [name for name, value in stated.items() if value is None and OrderIn.model_fields[name].is_required()]
    if nulled:
        raise errors.Invalid(
            faults=[
                errors.Fault("invalid_value", pointer=f"/{name}", allowed="不能为空", fix="请填写该项,或去掉该字段。") for name in nulled
            ]
        )
    values = _values(OrderIn.model_validate(whole))
    changed = [name for name, value in values.items() if getattr(order, name) != value]
    if JUDGED_BY.intersection(changed) and await session.scalar(
        select(exists().where(Placement.order_id == order.id, Placement.started_on.is_not(None)))
    ):
        raise OrderInUse()
    for name in changed:
        setattr(order, name, values[name])
    if changed:
        await _keep(session, order)
        await _announce(session, call, order, "changed", fields=changed)
    return paper(call, order)


async def close(session: AsyncSession, call: Call, order_id: UUID, reason: str | None) -> OrderPaper:
    """No more people are placed on it; who is placed stays."""
    order = await _to_change(session, call, order_id)
    order.status, order.close_reason, order.closed_at = "closed", reason, call.now
    await session.flush()
    await _announce(session, call, order, "closed")
    return paper(call, order)


async def find(session: AsyncSession, call: Call, order_id: UUID, *, lock: bool = False) -> Order | None:
    wanted = select(Order).where(Order.id == order_id, sight.orders(call))
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def get(session: AsyncSession, call: Call, order_id: UUID) -> Order:
    if order := await find(session, call, order_id):
        return order
    raise errors.NotFound("没有这个订单,或不在您的可见范围内。请核对编号。")


def listed(call: Call, *, status: str | None, number: str | None, occupation_code: str | None, district_code: str | None) -> Select[Any]:
    wanted = select(Order.__table__).where(sight.orders(call))
    equal = {
        Order.status: status,
        Order.number: number,
        Order.occupation_code: occupation_code,
        Order.employer_district_code: district_code,
    }
    for column, value in equal.items():
        if value is not None:
            wanted = wanted.where(column == value)
    return wanted


def shown(row: Any) -> OrderOut:
    plain = (
        "id",
        "number",
        "partner",
        "occupation_code",
        "posts",
        "ordered_on",
        "until_on",
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
            certificate_kind=row.certificate_kind, occupation_code=row.certificate_occupation_code, level=row.certificate_level,
            set_on=row.standard_set_on, text=row.standard_text,
        ),
        wage_from=row.wage_from_yuan, wage_to=row.wage_to_yuan,
    )  # fmt: skip


def paper(call: Call, order: Order) -> OrderPaper:
    why_not = None
    if call.actor.role not in sight.KEEPERS:
        why_not = Refusal(WrongRole.code, WrongRole.cause)
    elif order.status == "closed":
        why_not = Refusal(OrderClosed.code, OrderClosed.cause)
    return OrderPaper(**dict(shown(order)), allowed_actions=wire.allowed_actions(dict.fromkeys(ACTIONS, why_not)))


async def _to_change(session: AsyncSession, call: Call, order_id: UUID) -> Order:
    order = await find(session, call, order_id, lock=True)
    if order is None:
        raise errors.NotFound("没有这个订单,或不在您的可见范围内。请核对编号。")
    call.match(order.version)
    if order.status == "closed":
        raise OrderClosed()
    return order


async def _keep(session: AsyncSession, order: Order) -> None:
    """Asks before it writes, so that the refusal can name the order that has the number; the constraint stands behind it."""
    same = (Order.partner.is_not_distinct_from(order.partner), Order.number == order.number, Order.id != order.id)
    if existing := await session.scalar(select(Order.id).where(*same)):
        raise DuplicateOrder(f"订单号 {order.number} 已登记。请核对订单号。", existing_id=str(existing))
    await session.flush()


async def _announce(session: AsyncSession, call: Call, order: Order, what: str, **details: Any) -> None:
    await audit.record(session, call, f"order.{what}", "order", order.id, {"number": order.number, "version": order.version, **details})
    await changes.publish(session, call, f"order.{what}", order.id, status=order.status, version=order.version)


def _values(body: OrderIn) -> dict[str, Any]:
    """The columns, or every fault at once."""
    faults: list[errors.Fault] = []
    uscc = body.employer.uscc
    try:
        uscc = credit_code(uscc)
    except InvalidNumber as invalid:
        faults.append(
            errors.Fault(
                "invalid_uscc",
                "/employer/uscc",
                seen=invalid.seen_masked,
                allowed=invalid.allowed,
                fix="请对照营业执照核对。",
                basis=GB_32100,
            )
        )
    if body.employer.district_code not in FOSHAN_DISTRICTS:
        allowed = "、".join(f"{code} {name}" for code, name in FOSHAN_DISTRICTS.items())
        faults.append(
            errors.Fault(
                "not_in_foshan",
                "/employer/district_code",
                seen=body.employer.district_code[:40],
                allowed=allowed,
                fix="请填写佛山市的区代码。",
            )
        )
    if body.wage_from is not None and body.wage_to is not None and body.wage_to < body.wage_from:
        faults.append(
            errors.Fault(
                "invalid_range", "/wage_to", seen=str(body.wage_to), allowed=f"不低于 wage_from {body.wage_from}", fix="请改正工资上下限。"
            )
        )
    if body.until_on is not None and body.until_on < body.ordered_on:
        faults.append(
            errors.Fault(
                "invalid_period", "/until_on", seen=str(body.until_on), allowed=f"不早于 ordered_on {body.ordered_on}", fix="请改正日期。"
            )
        )
    if faults:
        raise errors.Invalid(faults=faults)
    standard = body.standard
    return {
        "number": body.number, "employer_name": body.employer.name, "employer_uscc": uscc, "employer_district_code": body.employer.district_code,
        "occupation_code": body.occupation_code, "posts": body.posts, "ordered_on": body.ordered_on, "certificate_kind": standard.certificate_kind,
        "certificate_occupation_code": standard.occupation_code, "certificate_level": standard.level, "standard_set_on": standard.set_on,
        "standard_text": standard.text, "wage_from_yuan": body.wage_from, "wage_to_yuan": body.wage_to, "until_on": body.until_on,
    }  # fmt: skip
