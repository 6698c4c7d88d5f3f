"""Whose rows are whose: the partner office sees its own orders and people, the bureau all of them.

A partner's rows belong to its office: the `department` its account is bound to, or the account itself. What an officer enters without naming a
partner belongs to the partner city's office as a whole, and every partner account sees it.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, false, or_, true

from services.eastwest.orders.policy import KEEPERS
from services.eastwest.orders.tables import Order
from shared import access
from shared.access import Actor

BUREAU: Final = "bureau"  # under which officers' own references are kept
SEES_ALL: Final = access.SEES_ALL
READERS: Final = KEEPERS | {"reviewer", "auditor", "system"}


def rows(actor: Actor) -> ColumnElement[bool]:
    return of_partner(actor, Order.partner)


def of_partner(actor: Actor, partner: Any) -> ColumnElement[bool]:
    """The rows whose `partner` column names the caller's office, or none."""
    if actor.role in SEES_ALL:
        return true()
    if office := partner_of(actor):
        return or_(partner == office, partner.is_(None))
    return false()


def partner_of(actor: Actor) -> str | None:
    """The partner office that the caller belongs to, if any."""
    return (actor.department or actor.subject) if actor.role == "partner" else None


def office_of(actor: Actor) -> str:
    """Within which the caller's references are unique."""
    return partner_of(actor) or BUREAU
