"""Calendar months and years."""

from calendar import monthrange
from datetime import date


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months on (before it, if negative), clipped to the month's end: 30 November + 3 is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def full_months(since: date, day: date) -> int:
    """Calendar months that are over by `day`, as `months_after` counts them; none before `since`."""
    months = (day.year - since.year) * 12 + day.month - since.month
    return max(0, months - (months_after(since, months) > day))


def age_on(born_on: date, day: date) -> int:
    """Full years on `day`; someone born on 29 February grows older on 1 March in common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
