"""How many more seats an excellent institution is offered: whole seats of the county's share."""

import pytest

from services.registry.reference.policy import lists
from services.registry.training.seat_plans.policy import extra


@pytest.mark.parametrize(("rating", "share"), [("excellent", 1), ("pass", 0), (None, 0)])
def test_only_the_excellent_are_offered_more(rating: str | None, share: int) -> None:
    percent = lists().seat_plans.excellent_extra_percent
    assert extra(100, rating) == percent * share > -1
    assert extra(99, rating) == 99 * percent // 100 * share
