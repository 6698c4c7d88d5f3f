"""What must hold of a seat plan."""

from datetime import date
from typing import Any

from shared.errors import Fault


def _year(body: Any, today: date) -> list[Fault]:
    """Seats are given out for the next year at the latest."""
    if body.year <= today.year + 1:
        return []
    return [Fault("in_the_future", "/year", seen=str(body.year), allowed=f"不晚于 {today.year + 1} 年", fix="请改正年度。")]


RULES = (_year,)
