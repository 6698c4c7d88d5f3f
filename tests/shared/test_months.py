from datetime import date

import pytest

from shared.months import age_on, full_months, months_after


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        pytest.param("2025-04-08", 3, "2025-07-08", id="same-day"),
        pytest.param("2025-11-30", 3, "2026-02-28", id="clipped-to-a-short-february"),
        pytest.param("2023-11-30", 3, "2024-02-29", id="clipped-to-a-long-february"),
        pytest.param("2025-12-31", 1, "2026-01-31", id="over-the-year"),
        pytest.param("2026-01-01", -3, "2025-10-01", id="back-over-the-year"),
        pytest.param("2025-03-31", -1, "2025-02-28", id="back-and-clipped"),
        pytest.param("2025-12-15", 0, "2025-12-15", id="no-months"),
    ],
)
def test_the_same_day_so_many_months_on(day: str, months: int, then: str) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(then)


@pytest.mark.parametrize(
    ("since", "day", "months"),
    [
        ("2025-01-31", "2025-02-27", 0),
        ("2025-01-31", "2025-02-28", 1),
        ("2024-12-15", "2025-12-14", 11),
        ("2024-12-15", "2025-12-15", 12),
        ("2025-06-20", "2025-06-20", 0),
        ("2025-06-20", "2024-06-20", 0),
    ],
)
def test_months_are_full_on_the_day_that_lies_so_many_months_on(since: str, day: str, months: int) -> None:
    assert full_months(date.fromisoformat(since), date.fromisoformat(day)) == months


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        pytest.param(date(1960, 4, 8), date(2026, 4, 7), 65, id="the-day-before-the-birthday"),
        pytest.param(date(1960, 4, 8), date(2026, 4, 8), 66, id="the-birthday"),
        pytest.param(date(1960, 2, 29), date(2025, 2, 28), 64, id="a-leap-day-before-the-end-of-a-common-february"),
        pytest.param(date(1960, 2, 29), date(2025, 3, 1), 65, id="a-leap-day-on-1-March"),
        pytest.param(date(1960, 2, 29), date(2024, 2, 29), 64, id="a-leap-day-in-a-leap-year"),
    ],
)
def test_a_year_is_full_on_the_birthday(born_on: date, on: date, age: int) -> None:
    assert age_on(born_on, on) == age
