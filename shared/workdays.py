"""Chinese working days, from our own yearly data: holidays on weekdays and make-up working days at weekends.

Owns counting working days. A year without data is an error that names the year, never a guess. The calendar is loaded
once when an application starts; nothing here reads the clock. One file a year, `2025.toml`, in a directory of the
office's choosing, so that a new year is added without a release.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

REMINDER_DAYS_BEFORE_THE_LAST_DAY = 60
_KEYS = {"year", "source", "holidays", "make_up_working_days"}


class CalendarYearMissing(LookupError):
    """Working days of this year are not known; `year` says which file has to be added."""

    def __init__(self, year: int) -> None:
        super().__init__(f"缺少 {year} 年的工作日历,无法推算工作日;请按国务院办公厅放假通知补充 {year}.toml 后重试。")
        self.year = year


class CalendarDataInvalid(ValueError):
    """A calendar file is wrong; the text names the file and the key."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The years known, the days off in them (holidays), and the weekend days that are worked."""

    years: frozenset[int]
    holidays: frozenset[date]
    make_up_working_days: frozenset[date]

    @property
    def last_year(self) -> int:
        return max(self.years)

    @property
    def first_day(self) -> date:
        return date(min(self.years), 1, 1)

    @property
    def last_day(self) -> date:
        return date(max(self.years), 12, 31)


def load(directory: Path) -> Calendar:
    """Reads every `*.toml` of the directory; raises `CalendarDataInvalid`, naming file and key, for anything unexpected."""
    years: set[int] = set()
    holidays: set[date] = set()
    make_up_working_days: set[date] = set()
    for path in sorted(directory.glob("*.toml")):
        year, days_off, days_worked = _read(path)
        years.add(year)
        holidays |= days_off
        make_up_working_days |= days_worked
    if not years:
        raise CalendarDataInvalid(f"{directory.name}:没有任何年份的工作日历(*.toml)")
    if gaps := sorted({*range(min(years), max(years))} - years):
        raise CalendarDataInvalid(f"{gaps[0]}.toml:缺少这一年的工作日历,而前后各年都有")
    return Calendar(frozenset(years), frozenset(holidays), frozenset(make_up_working_days))


def is_working_day(day: date, calendar: Calendar) -> bool:
    if day.year not in calendar.years:
        raise CalendarYearMissing(day.year)
    if day in calendar.make_up_working_days:
        return True
    return day.weekday() < 5 and day not in calendar.holidays


def add_working_days(day: date, count: int, calendar: Calendar) -> date:
    """The `count`-th working day after `day`; the day after `day` is the first that can count. `count` is at least 1."""
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, calendar)
    return day


def working_day_before(day: date, count: int, calendar: Calendar) -> date:
    """The `count`-th working day before `day`; the day before it is the first that can count. `count` is at least 1."""
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day, calendar)
    return day


def reminder_due_on(calendar: Calendar) -> date:
    """The day from which someone should be told to add the next year: 60 days before the end of the last year known."""
    return date(calendar.last_year, 12, 31) - timedelta(days=REMINDER_DAYS_BEFORE_THE_LAST_DAY)


def reminder_is_due(on: date, calendar: Calendar) -> bool:
    return on >= reminder_due_on(calendar)


def _read(path: Path) -> tuple[int, set[date], set[date]]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise CalendarDataInvalid(f"{path.name}:不是有效的 TOML 文件({fault})") from fault
    for key in sorted(table.keys() - _KEYS):
        raise CalendarDataInvalid(f"{path.name}:未知的键 {key}")
    for key in sorted(_KEYS - table.keys()):
        raise CalendarDataInvalid(f"{path.name}:缺少键 {key}")
    year = table["year"]
    if type(year) is not int or str(year) != path.stem:
        raise CalendarDataInvalid(f"{path.name}:键 year 为 {year},与文件名不符")
    days_off = _days(path, table, "holidays")
    days_worked = _days(path, table, "make_up_working_days")
    if both := days_off & days_worked:
        raise CalendarDataInvalid(f"{path.name}:{min(both)} 同时列为放假日和调休上班日")
    for day in sorted(days_worked):
        if day.weekday() < 5:
            raise CalendarDataInvalid(f"{path.name}:键 make_up_working_days 中的 {day} 不是周末")
    return year, days_off, days_worked


def _days(path: Path, table: dict[str, object], key: str) -> set[date]:
    days = table[key]
    # A TOML date-time is also a Python date, hence the exact type.
    if not isinstance(days, list) or any(type(day) is not date or day.year != table["year"] for day in days):
        raise CalendarDataInvalid(f"{path.name}:键 {key} 须为 {table['year']} 年的日期列表")
    if len(set(days)) != len(days):
        raise CalendarDataInvalid(f"{path.name}:键 {key} 有重复的日期")
    return set(days)
