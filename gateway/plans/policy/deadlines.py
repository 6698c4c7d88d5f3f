"""Until when a line can still be served: the last first day of a class, of work or of anything else that can still count in a period. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from gateway.plans.policy.targets import Line
from shared.months import months_after

OF_CLASSES: Final = frozenset(
    {"person_times", "certified_share", "employed_share", "demonstration_classes", "order_classes", "placed_share", "retained_people"}
)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`class_on`: the last day on which a class can start that still counts; None where the line is no matter of classes. `begin_on`: the last day on which
    what counts (a class, or the work that is to be kept) can begin."""

    class_on: date | None
    begin_on: date


def deadlines(line: Line, to_on: date) -> Deadlines:
    """Of a period that ends on `to_on`. A class must end within it; work must begin after the class and be kept for `held_months` by its end."""
    days = timedelta(days=line.class_days - 1)
    if line.held_months:
        begin_on = _latest_kept(to_on, line.held_months)
        return Deadlines(begin_on - timedelta(days=1) - days, begin_on)
    if line.measure not in OF_CLASSES:
        return Deadlines(None, to_on)
    return Deadlines(to_on - days, to_on - days)


def _latest_kept(to_on: date, months: int) -> date:
    """The last day whose months are over by `to_on`: months differ in length, so the day is looked for and not calculated back."""
    day = months_after(to_on, -months)
    while months_after(day + timedelta(days=1), months) <= to_on:
        day += timedelta(days=1)
    return day
