"""From which number on a body's work asks for a second look: each limit on both its sides."""

from datetime import date

import pytest

from services.evaluation.bodies.policy import NOBODY, Seats, Work, flags
from services.evaluation.rules import Quality

LIMITS = Quality(months=12, people_at_least=30, points_above_others_at_most=20, certificates_a_day_at_most=200)
DAY = date(2025, 6, 20)


@pytest.mark.parametrize(
    ("work", "codes"),
    [
        (Work(), []),
        (Work(seats=Seats(100, 80), others=Seats(100, 60)), []),
        (Work(seats=Seats(100, 81), others=Seats(100, 60)), ["pass_rate_high"]),
        (Work(seats=Seats(30, 30), others=Seats(30, 0)), ["pass_rate_high"]),
        (Work(seats=Seats(29, 29), others=Seats(100, 0)), []),
        (Work(seats=Seats(100, 100), others=Seats(29, 0)), []),
        (Work(seats=Seats(100, 0), others=Seats(100, 100)), []),
        (Work(most_in_a_day=200, most_on=DAY), []),
        (Work(most_in_a_day=201, most_on=DAY), ["many_in_a_day"]),
        (Work(held=3, supervised=3), []),
        (Work(held=3, supervised=2), ["unsupervised"]),
    ],
)
def test_each_limit(work: Work, codes: list[str]) -> None:
    found = list(flags(work, LIMITS))
    assert [each.code for each in found] == codes and all(each.detail for each in found)


def test_a_rate_is_of_those_who_sat_and_nobody_has_none() -> None:
    assert (Seats(4, 1).rate, NOBODY.rate, NOBODY) == (0.25, None, (0, 0))
    assert [each.code for each in flags(Work(held=1), LIMITS)] == ["unsupervised"]
