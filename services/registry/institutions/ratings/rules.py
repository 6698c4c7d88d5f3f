"""What must hold of a rating."""

from datetime import date
from typing import Any

from shared.errors import Fault


def of_the_past(body: Any, today: date) -> list[Fault]:
    """Nothing is assessed before its year has come."""
    if body.year is None or body.year <= today.year:
        return []
    return [Fault("in_the_future", "/year", seen=str(body.year), allowed=f"不晚于 {today.year} 年", fix="请改正年度。")]


RULES = (of_the_past,)
