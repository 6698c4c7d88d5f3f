"""By when what waits is to be done: the county's `periods.toml`, in working days, and the days that follow from it.

A period counts from the day since which something waits, that day itself not counted in. Beyond the years of the working-day calendar there is no day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from shared import clock, county, strict, workdays
from shared.workdays import Calendar

FILE = "periods.toml"
KINDS = "worklist_kind"  # the code list of what waits; each service owns the part that is its own work
NO_DAY = date.max
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """So many working days for each of these kinds, and which document says so."""

    kinds: tuple[str, ...]
    working_days: int
    document: str
    clause: str
    basis_status: Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Periods:
    """`without_period`: what waits without a last day."""

    without_period: tuple[str, ...]
    periods: tuple[Period, ...]


def here() -> Mapping[str, int | None]:
    """Every kind that the county's file names, and its working days; raises `strict.BadFile`, which stops the start."""
    return _read(county.folder())


@cache
def _read(folder: Path) -> Mapping[str, int | None]:
    stated = strict.read_file(Periods, folder / FILE)
    if wrong := [index for index, period in enumerate(stated.periods) if period.working_days < 1]:
        faults = [strict.Fault(f"periods[{index}].working_days", "须至少为 1,不能为 0") for index in wrong]
        raise strict.bad_file(folder / FILE, faults)
    found: dict[str, int | None] = dict.fromkeys(stated.without_period)
    for index, period in enumerate(stated.periods):
        if twice := found.keys() & set(period.kinds):
            fault = strict.Fault(f"periods[{index}].kinds", f"不止一处写明 {'、'.join(sorted(twice))}")
            raise strict.bad_file(folder / FILE, [fault])
        found |= dict.fromkeys(period.kinds, period.working_days)
    return found


def check(kinds: Iterable[str]) -> None:
    """Raises `strict.BadFile` where the county leaves one of these kinds out."""
    if missing := sorted(set(kinds) - here().keys()):
        raise strict.BadFile(f"{FILE}:periods 和 without_period 中都没有 {'、'.join(missing)}")


def working_days(kind: str) -> int:
    """Of a kind that must have a period; raises `strict.BadFile` where the county gives none."""
    days = here().get(kind)
    if days is None:
        raise strict.BadFile(f"{FILE}:periods 中没有 {kind}")
    return days


def due(since_on: date, count: int, calendar: Calendar) -> date:
    """The last day of a period; `NO_DAY` beyond the calendar. What came before its years is counted from their first day."""
    try:
        return workdays.add_working_days(max(since_on, calendar.first_day - ONE_DAY), count, calendar)
    except workdays.CalendarYearMissing:
        return NO_DAY


def due_from(due_on: date, count: int, calendar: Calendar) -> datetime:
    """The first moment since which something waits that is due on this day or later."""
    try:
        since_on = workdays.working_day_before(min(due_on, calendar.last_day + ONE_DAY), count, calendar)
    except workdays.CalendarYearMissing:
        since_on = date(clock.FIRST_YEAR, 1, 1)
    return datetime.combine(since_on, time.min, clock.SHANGHAI)
