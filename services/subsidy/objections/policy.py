"""The life of an objection, and which days it takes from the notice: pure decisions."""

from collections.abc import Callable
from datetime import date, timedelta

from services.subsidy.codes import ObjectionStatus
from shared.codes import named
from shared.steps import Machine, Step, by

DECIDERS = frozenset({"officer", "reviewer"})
REVEALS = DECIDERS | {"auditor"}

MACHINE = Machine(
    "异议",
    named("objection_status"),
    (
        Step("accept", "受理", by({"officer"}, ObjectionStatus.RECEIVED), to=ObjectionStatus.ACCEPTED),
        Step("dismiss", "认定不成立", by(DECIDERS, ObjectionStatus.RECEIVED, ObjectionStatus.ACCEPTED), to=ObjectionStatus.DISMISSED),
        Step("reveal", "查看异议人", by(REVEALS, *ObjectionStatus)),
        Step("uphold", "认定成立", by(DECIDERS, ObjectionStatus.ACCEPTED), to=ObjectionStatus.UPHELD),
    ),
)
HOLDING = (ObjectionStatus.ACCEPTED, ObjectionStatus.UPHELD)  # while there is one, the notice stands still


def days_stood_still(stopped_on: date, resumed_on: date, is_working_day: Callable[[date], bool]) -> int:
    """Working days lost to an objection: from the day it was accepted to the day before it was dismissed. On the day itself the clock runs again."""
    return sum(is_working_day(stopped_on + timedelta(days=days)) for days in range((resumed_on - stopped_on).days))
