"""What is shown to the public, and which days count: pure decisions."""

from collections.abc import Callable
from datetime import date, timedelta

RESULTS = {"eligible": "拟补贴", "refused": "不予补贴", "held": "待核实"}

OBJECTION_STATUSES = {
    "received": ("已提交", "Received"),
    "accepted": ("已受理", "Accepted"),
    "dismissed": ("不成立", "Dismissed"),
    "upheld": ("成立", "Upheld"),
}
DECIDED_FROM = {"accept": frozenset({"received"}), "dismiss": frozenset({"received", "accepted"}), "uphold": frozenset({"accepted"})}
DECIDED_AS = {"accept": "accepted", "dismiss": "dismissed", "uphold": "upheld"}
ANSWERED_WITHIN_WORKING_DAYS = 3  # our reading; the plan is silent


def days_stood_still(stopped_on: date, resumed_on: date, is_working_day: Callable[[date], bool]) -> int:
    """Working days lost to an objection: from the day it was accepted to the day before it was dismissed. On the day itself the clock runs again."""
    return sum(is_working_day(stopped_on + timedelta(days=days)) for days in range((resumed_on - stopped_on).days))


def masked_contact(contact: str) -> str:
    """Enough to tell two contacts apart, too little to use one."""
    return contact[:3] + "*" * 4 + contact[-4:] if len(contact) >= 11 else contact[:1] + "*" * 4
