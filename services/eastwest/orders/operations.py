"""What can be done with an order: enter it, change it, close it."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.orders import policy, reading, rules, steps, visibility
from services.eastwest.orders.errors import DuplicateOrder, OrderInUse
from services.eastwest.orders.schemas import OrderChange, OrderIn, OrderPaper, PostGroup
from services.eastwest.orders.tables import Order
from shared import errors, wire
from shared.access import Call
from shared.national_numbers import InvalidNumber, credit_code

GB_32100 = errors.Basis("GB 32100-2015", "第 4 章")
Uses = Callable[[AsyncSession, UUID], Awaitable[bool]]
_USED_BY: list[Uses] = []


def used_by(uses: Uses) -> Uses:
    """Registers who answers whether someone started work on an order: what they were judged by stands from then on."""
    _USED_BY.append(uses)
    return uses


async def enter(session: AsyncSession, call: Call, body: OrderIn) -> OrderPaper:
    partner = visibility.partner_of(call.actor)
    if body.partner is not None and partner is not None and body.partner != partner:
        raise errors.Forbidden("协作方只能登记本单位的订单。请去掉 partner。")
    order = Order(partner=partner or body.partner, entered_by=call.actor.subject, entered_at=call.now, **_values(body, call.today))
    session.add(order)
    await _keep(session, order)
    return await steps.finish(session, call, order, "entered")


async def change(session: AsyncSession, call: Call, order_id: UUID, body: OrderChange) -> OrderPaper:
    order = await steps.begin(session, call, order_id, "change")
    stated = {name: getattr(body, name) for name in body.model_fields_set}
    as_it_is = reading.shown(order).model_dump(mode="json", exclude={"employer": {"district_name"}, "standard": {"occupation_name"}})
    whole = {name: as_it_is[name] for name in OrderChange.model_fields} | body.model_dump(mode="json", include=set(stated))
    nulled = [name for name, value in stated.items() if value is None and OrderIn.model_fields[name].is_required()]
    if nulled:
        faults = [errors.Fault("invalid_value", f"/{name}", allowed="不能为空", fix="请填写该项,或去掉该字段。") for name in nulled]
        raise errors.Invalid(faults=faults)
    anew = [name for name in stated if whole[name] != as_it_is[name]]
    values = _values(OrderIn.model_validate(whole), call.today, said=anew)
    changed = [name for name, value in values.items() if getattr(order, name) != value]
    if policy.JUDGED_BY.intersection(changed) and any([await uses(session, order.id) for uses in _USED_BY]):
        raise OrderInUse()
    if not changed:
        return steps.paper(call, order)
    before = reading.shown(order)
    for name in changed:
        setattr(order, name, values[name])
    await _keep(session, order)
    return await steps.finish(session, call, order, "changed", before, fields=changed)


async def close(session: AsyncSession, call: Call, order_id: UUID, reason: str | None) -> OrderPaper:
    """No more people are placed on it; who is placed stays."""
    order = await steps.begin(session, call, order_id, "close")
    before = reading.shown(order)
    order.status, order.close_reason, order.closed_at = "closed", reason, call.now
    return await steps.finish(session, call, order, "closed", before, **({"reason": reason} if reason else {}))


async def _keep(session: AsyncSession, order: Order) -> None:
    """Asks before it writes, so that the refusal can name the order that has the number; the constraint stands behind it."""
    same = (Order.partner.is_not_distinct_from(order.partner), Order.number == order.number, Order.id != order.id)
    if existing := await session.scalar(select(Order.id).where(*same)):
        raise DuplicateOrder(f"订单号 {order.number} 已登记。请核对订单号。", existing_id=str(existing))
    await session.flush()


def _credit_code(body: OrderIn, _: date) -> Iterable[errors.Fault]:
    try:
        credit_code(body.employer.uscc)
    except InvalidNumber as invalid:
        fix = "请对照营业执照核对。"
        yield errors.Fault("invalid_uscc", "/employer/uscc", seen=invalid.seen_masked, allowed=invalid.allowed, fix=fix, basis=GB_32100)


def _wages(body: OrderIn, _: date) -> Iterable[errors.Fault]:
    said: list[tuple[str, OrderIn | PostGroup]] = [("", body)]
    said += [(f"/conditions/groups/{index}", each) for index, each in enumerate(body.conditions.groups if body.conditions else [])]
    for where, each in said:
        if each.wage_from is not None and each.wage_to is not None and each.wage_to < each.wage_from:
            allowed = f"不低于 wage_from {each.wage_from}"
            yield errors.Fault("invalid_range", f"{where}/wage_to", seen=str(each.wage_to), allowed=allowed, fix="请改正工资上下限。")


def _period(body: OrderIn, _: date) -> Iterable[errors.Fault]:
    if body.until_on is not None and body.until_on < body.ordered_on:
        allowed = f"不早于 ordered_on {body.ordered_on}"
        yield errors.Fault("invalid_period", "/until_on", seen=str(body.until_on), allowed=allowed, fix="请改正日期。")


def _been(body: OrderIn, today: date) -> Iterable[errors.Fault]:
    """An order was placed on a day that has been; what its standard will be may be set later."""
    if body.ordered_on > today:
        yield errors.Fault(
            "in_the_future", "/ordered_on", seen=str(body.ordered_on), allowed=f"不晚于 {today}", fix="请按订单上的日期填写。"
        )


def _groups(body: OrderIn, _: date) -> Iterable[errors.Fault]:
    """Posts are unequal only where a law says so, and no more of them than there are."""
    groups = body.conditions.groups if body.conditions else []
    for index, each in enumerate(groups):
        where = f"/conditions/groups/{index}"
        if each.age_from is not None and each.age_to is not None and each.age_to < each.age_from:
            allowed = f"不小于 age_from {each.age_from}"
            yield errors.Fault("invalid_range", f"{where}/age_to", seen=str(each.age_to), allowed=allowed, fix="请改正年龄上下限。")
        if (each.sex, each.age_from, each.age_to) != (None, None, None) and each.legal_basis is None:
            fix = "请写明依据的法律条文;没有的不得限定性别、年龄,请去掉。"
            yield errors.Fault("legal_basis_missing", f"{where}/legal_basis", allowed="1 至 1000 字", fix=fix)
    if (listed := sum(each.posts for each in groups)) > body.posts:
        yield errors.Fault(
            "too_many_posts", "/conditions/groups", seen=f"{listed} 个岗位", allowed=f"合计不多于 posts {body.posts}", fix="请核对岗位数。"
        )


def _occupation(body: OrderIn, _: date) -> Iterable[errors.Fault]:
    yield from rules.occupation_faults(body.occupation_code, None, ("/occupation_code", ""))


def _standard(body: OrderIn, _: date) -> Iterable[errors.Fault]:
    asked = body.standard
    yield from rules.occupation_faults(asked.occupation_code, asked.level, ("/standard/occupation_code", "/standard/level"))


LISTED = {"occupation_code": _occupation, "standard": _standard}
RULES = (_credit_code, _wages, _period, _been, _groups, *LISTED.values())


def _values(body: OrderIn, today: date, said: Collection[str] = LISTED.keys()) -> dict[str, Any]:
    """The columns, or every fault at once. What is not `said` anew and was listed when it was is not asked again: lists of occupations change."""
    stands = [rule for name, rule in LISTED.items() if name not in said]
    if faults := wire.faults([each for each in RULES if each not in stands], body, today):
        raise errors.Invalid(faults=faults)
    standard = body.standard
    return {
        "number": body.number,
        "employer_name": body.employer.name,
        "employer_uscc": credit_code(body.employer.uscc),
        "employer_district_code": body.employer.district_code,
        "occupation_code": body.occupation_code,
        "posts": body.posts,
        "ordered_on": body.ordered_on,
        "certificate_kind": standard.certificate_kind,
        "certificate_occupation_code": standard.occupation_code,
        "certificate_level": standard.level,
        "standard_set_on": standard.set_on,
        "standard_text": standard.text,
        "wage_from_yuan": body.wage_from,
        "wage_to_yuan": body.wage_to,
        "conditions": body.conditions and body.conditions.model_dump(mode="json"),
        "until_on": body.until_on,
        "external_refs": [each.model_dump() for each in body.external_refs],
    }
