"""What of a placement asks for a second look: it hinders nothing, and whoever counts on the placement sees it. Values in, values out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.eastwest.codes import PlacementWarning as Code
from services.eastwest.placements.policy.fitting import Group, Person, fits
from services.eastwest.placements.policy.gates import Attended
from services.eastwest.placements.policy.insured import Insured


class Stay(NamedTuple):
    """Days at work on an order (None: one that the caller may not see), from the first up to the day of leaving; None: still there."""

    order_number: str | None
    started_on: date
    left_on: date | None


class Warned(NamedTuple):
    code: Code
    detail: str


@dataclass(frozen=True, slots=True)
class Order:
    """What the order offers, and how many are placed on it who have not left."""

    posts: int
    placed: int
    until_on: date | None
    groups: Sequence[Group] = ()


def warnings(
    stay: Stay | None,
    entered_on: date,
    order: Order,
    others: Iterable[Stay],
    attended: Sequence[Attended] | None,
    person: Person | None = None,
    insured: Iterable[Insured] = (),
) -> Iterator[Warned]:
    """`stay` None: not begun. `attended`, `person` None: nobody has said which classes the person attended, and who they are. `insured`: in which of its
    months by an employer of whom nothing was told."""
    if order.placed > order.posts:
        yield Warned(Code.POSTS_EXCEEDED, f"该订单 {order.posts} 个岗位,已安排 {order.placed} 人。请核对岗位数。")
    begun_on = stay.started_on if stay else entered_on
    if order.until_on is not None and begun_on > order.until_on:
        yield Warned(Code.ORDER_EXPIRED, f"订单有效期至 {order.until_on},{begun_on} {'上岗' if stay else '安排'}。请与订单方核实。")
    if person is not None and not fits(person, order.groups, order.posts, begun_on):
        yield Warned(Code.OUTSIDE_CONDITIONS, f"{begun_on} 的年龄或性别不在订单所列的岗位条件之内。请与订单方核对。")
    for other in insured:
        yield Warned(
            Code.INSURED_ELSEWHERE, f"{other.month.from_on:%Y-%m} 由 {other.employer.name} 参保,与所报的用人单位不符。请与报告方核对。"
        )
    if stay is None:
        return
    if together := sorted({f"订单 {each.order_number}" if each.order_number else "他方订单" for each in others if _overlap(stay, each)}):
        yield Warned(Code.TWO_ORDERS, f"同一时间也在{'、'.join(together)} 上岗。请核对在哪一处工作。")
    if attended is None:
        yield Warned(Code.CLASSES_UNKNOWN, "登记服务暂不应答,上岗期间是否在班上课未能核对。")
        return
    for each in attended:
        if each.attended_to_on and each.attended_to_on >= stay.started_on and (stay.left_on is None or each.starts_on < stay.left_on):
            yield Warned(Code.IN_CLASS, f"{each.attended_to_on} 还在班上签到,{stay.started_on} 已上岗。请核对签到和上岗日期。")


def _overlap(one: Stay, other: Stay) -> bool:
    return (other.left_on is None or one.started_on < other.left_on) and (one.left_on is None or other.started_on < one.left_on)
