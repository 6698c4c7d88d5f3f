"""Until when something that begins can still count, and what cannot be reached any more: both sides of each limit."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gateway.plans.policy import board
from gateway.plans.policy.board import Count, Tally
from gateway.plans.policy.deadlines import deadlines
from tests.gateway.plans.test_policy import PLAN, line


@pytest.mark.parametrize(
    ("changed", "class_on", "begin_on"),
    [
        pytest.param({}, date(2025, 12, 31), date(2025, 12, 31), id="a-class-of-one-day"),
        pytest.param({"class_days": 10}, date(2025, 12, 22), date(2025, 12, 22), id="a-class-of-ten-days"),
        pytest.param({"measure": "brands"}, None, date(2025, 12, 31), id="no-matter-of-classes"),
        pytest.param({"held_months": 3}, date(2025, 9, 29), date(2025, 9, 30), id="work-to-be-kept-three-months"),
        pytest.param({"held_months": 3, "class_days": 10}, date(2025, 9, 20), date(2025, 9, 30), id="and-a-class-before"),
    ],
)
def test_the_last_class_start_that_can_count(changed: dict[str, Any], class_on: date | None, begin_on: date) -> None:
    found = deadlines(replace(PLAN.line("four.technician"), **changed), date(2025, 12, 31))
    assert (found.class_on, found.begin_on) == (class_on, begin_on)


@pytest.mark.parametrize(("to_on", "begin_on"), [(date(2025, 11, 30), date(2025, 8, 31)), (date(2025, 11, 29), date(2025, 8, 29))])
def test_months_differ_in_length_and_the_longest_that_is_over_in_time_counts(to_on: date, begin_on: date) -> None:
    assert deadlines(replace(PLAN.line("brand.foshan.retained"), held_months=3), to_on).begin_on == begin_on


@pytest.mark.parametrize(
    ("numerator", "underway", "as_of", "impossible"),
    [
        pytest.param(0, None, date(2025, 9, 30), False, id="the-last-day-on-which-work-can-begin"),
        pytest.param(0, 0, date(2025, 9, 30), False, id="and-nobody-at-work-yet"),
        pytest.param(10, 9, date(2025, 10, 1), True, id="too-late-and-one-too-few-at-work"),
        pytest.param(10, 10, date(2025, 10, 1), False, id="too-late-and-just-enough-at-work"),
        pytest.param(20, 0, date(2025, 12, 31), False, id="met"),
        pytest.param(20, None, date(2026, 1, 1), False, id="met-and-over"),
        pytest.param(19, 1, date(2026, 1, 1), True, id="over"),
        pytest.param(19, None, date(2025, 12, 31), False, id="not-on-the-last-day-where-nobody-says-what-is-under-way"),
    ],
)
def test_what_cannot_be_reached_any_more(numerator: int, underway: int | None, as_of: date, impossible: bool) -> None:
    counts = {("brand.foshan.retained", "total"): Count((Tally(numerator, underway=underway),))}
    answered = line("brand.foshan.retained", counts, as_of)
    assert (answered["already_impossible"], answered["last_class_start_on"]) == (impossible, date(2025, 9, 29))


def test_what_is_under_way_is_asked_for_when_nothing_new_can_count() -> None:
    days = [date(2025, 9, 30), date(2025, 10, 1), date(2025, 12, 30), date(2025, 12, 31)]
    until = [{window.line.code for window in board.windows(PLAN, day) if window.until_on} for day in days]
    assert until == [set(), {"brand.foshan.retained"}, {"brand.foshan.retained"}, set()], "on the last day all is counted anyway"
