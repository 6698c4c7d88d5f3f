"""The one clock: the only place that reads the time, always in Asia/Shanghai. Everything else is handed the time it works with."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_YEAR, LAST_YEAR = 1870, 2199  # beyond them no date on a paper makes sense, and no sum of days leaves the calendar


class OutsideYears(ValueError):
    """An instant of a year that we do not know."""


_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def now() -> datetime:
    """The present instant in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def read(text: str) -> datetime:
    """An RFC 3339 instant with offset, in Asia/Shanghai; ValueError when it is naive, unreadable or of no year that we know."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError("an instant needs a date, a time with seconds and an offset")
    instant = datetime.fromisoformat(text.upper())
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise OutsideYears(f"the year must be from {FIRST_YEAR} to {LAST_YEAR}")
    return instant.astimezone(SHANGHAI)
