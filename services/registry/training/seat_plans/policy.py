"""How many more seats an excellent institution is offered, and what is said where none are left. Pure."""

from typing import Final

from services.registry.codes import RatingResult
from services.registry.reference.policy import lists

OFFICER: Final = frozenset({"officer"})


def extra(seats: int, rating: str | None) -> int:
    """Whole seats, of the share that the county's `seat_plans.toml` sets; for whoever's latest rating is excellent."""
    return seats * lists().seat_plans.excellent_extra_percent // 100 if rating == RatingResult.EXCELLENT else 0


def exceeded(year: int, remaining: int, seats: int) -> str:
    return f"本机构 {year} 年该渠道的培训计划还剩 {remaining} 人,本班 {seats} 人。请减少本班人数、改在别的年度,或先调整计划。"
