"""Whose rows are whose: the Foshan office sees its own orders and people, the bureau all of them, a person their own placements.

A partner's rows belong to its office: the `department` its account is bound to, or the account itself. What an officer enters without naming a
partner belongs to the Foshan office as a whole, and every partner account sees it.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, false, or_, true

from services.eastwest.orders.tables import Order
from services.eastwest.placements.tables import Placement
from shared.access import Actor, Call

BUREAU: Final = "kaili"  # under which officers' own references are kept
SEES_ALL: Final = frozenset({"officer", "reviewer", "auditor", "system", "service"})
KEEPERS: Final = frozenset({"partner", "officer"})
READERS: Final = KEEPERS | {"reviewer", "auditor", "system"}


def partner_of(actor: Actor) -> str | None:
    """The partner office that the caller belongs to, if any."""
    return (actor.department or actor.subject) if actor.role == "partner" else None


def office_of(actor: Actor) -> str:
    """Within which the caller's references are unique."""
    return partner_of(actor) or BUREAU


def orders(call: Call) -> ColumnElement[bool]:
    return _rows(call, Order.partner)


def placements(call: Call) -> ColumnElement[bool]:
    if call.actor.role == "person":
        return Placement.trainee_id == call.actor.trainee_id
    return _rows(call, Placement.partner)


def _rows(call: Call, partner: Any) -> ColumnElement[bool]:
    if call.actor.role in SEES_ALL:
        return true()
    if office := partner_of(call.actor):
        return or_(partner == office, partner.is_(None))
    return false()
