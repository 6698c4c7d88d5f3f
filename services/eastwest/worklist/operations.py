"""What waits at eastwest: people placed of whom nobody has said that they began, those of whom a month lacks its proof, orders past their last day.

The partner that placed them is asked first; once a month is over without proof, the bureau is asked too.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, case, func, literal, or_

from services.eastwest.codes import OrderStatus, PlacementStatus
from services.eastwest.codes import WorklistKind as Waits
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders import visibility as orders
from services.eastwest.orders.policy import KEEPERS
from services.eastwest.orders.tables import Order
from services.eastwest.placements import visibility
from services.eastwest.placements.tables import Placement
from shared import worklist
from shared.access import Call
from shared.worklist import Kind

PARTNER: Final = frozenset({"partner"})
PLACEMENT: Final = worklist.Paper(
    "placement",
    Placement.id,
    visibility.rows,
    title=(
        Order.number,
        Order.employer_name,
        func.concat(Placement.started_on, case((Placement.started_on.is_not(None), literal(" 上岗", Text)))),
    ),
    link=worklist.at("placements", Placement.id),
    number=Order.number,
    trainee_id=ALIASES.kept(Placement.trainee_id),
    class_id=Placement.class_id,
    titled=lambda wanted: wanted.join(Order, Order.id == Placement.order_id),
)
PLACED: Final = replace(PLACEMENT, joined=PLACEMENT.titled, titled=lambda wanted: wanted)
ORDER: Final = worklist.Paper(
    "order",
    Order.id,
    orders.rows,
    title=(literal("用工订单", Text), Order.employer_name, func.concat(Order.posts, literal(" 人", Text))),
    link=worklist.at("orders", Order.id),
    status=Order.status,
    number=Order.number,
)


def _arranged(_: Call) -> Sequence[ColumnElement[bool]]:
    return Placement.started_on.is_(None), Order.status == OrderStatus.OPEN


def _unproven(call: Call) -> Sequence[ColumnElement[bool]]:
    """At work, and the first month that is not proved is over, or has begun without anything that proves it; for the bureau, is over."""
    at_work = or_(Placement.left_on.is_(None), Placement.left_on > call.today)
    wanted = Placement.proof_wanted_on <= call.today if call.actor.role == "partner" else Placement.proof_due_on < call.today
    return Placement.retained_on.is_(None), Placement.started_on <= call.today, at_work, Placement.proof_due_on.is_not(None), wanted


def _over(call: Call) -> Sequence[ColumnElement[bool]]:
    """The office's own: what belongs to no partner is the bureau's to close."""
    mine: tuple[Any, ...] = (Order.partner.is_(None),) if call.actor.role == "officer" else ()
    return Order.until_on < call.today, *mine


KINDS: Final = (
    Kind(
        Waits.PLACEMENT_ARRANGED,
        PARTNER,
        "update",
        PLACED,
        frozenset({PlacementStatus.ARRANGED}),
        since_at=Placement.entered_at,
        where=_arranged,
    ),
    Kind(
        Waits.PLACEMENT_UNPROVEN,
        KEEPERS,
        "update",
        PLACEMENT,
        frozenset({PlacementStatus.WORKING}),
        since_at=worklist.morning_of(Placement.proof_wanted_on),
        due_on=Placement.proof_due_on,
        where=_unproven,
    ),
    Kind(
        Waits.ORDER_OVER, KEEPERS, "close", ORDER, frozenset({OrderStatus.OPEN}), since_at=worklist.day_after(Order.until_on), where=_over
    ),
)
router = worklist.router(KINDS)
