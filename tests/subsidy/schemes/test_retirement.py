from datetime import date

import pytest

from services.subsidy.schemes.reading import read_retirement
from services.subsidy.schemes.retirement import has_reached, retirement_age
from shared import county

SCHEDULE = read_retirement(county.folder())


@pytest.mark.parametrize(
    ("track", "born_on", "age"),
    [
        pytest.param("male", date(1964, 12, 31), (60, 0), id="man-born-before-the-first-postponed-month"),
        pytest.param("male", date(1965, 1, 1), (60, 1), id="man-of-the-first-postponed-month"),
        pytest.param("male", date(1965, 4, 30), (60, 1), id="man-of-the-fourth-month-still-one-month"),
        pytest.param("male", date(1965, 5, 1), (60, 2), id="man-of-the-fifth-month-two-months"),
        pytest.param("male", date(1976, 8, 31), (62, 11), id="man-just-before-the-last-step"),
        pytest.param("male", date(1976, 9, 1), (63, 0), id="man-at-the-last-step"),
        pytest.param("male", date(1999, 1, 1), (63, 0), id="man-after-the-last-step"),
        pytest.param("female_55", date(1969, 12, 31), (55, 0), id="woman-55-before-the-reform"),
        pytest.param("female_55", date(1970, 1, 1), (55, 1), id="woman-55-of-the-first-postponed-month"),
        pytest.param("female_55", date(1981, 9, 1), (58, 0), id="woman-55-at-the-last-step"),
        pytest.param("female_50", date(1974, 12, 31), (50, 0), id="woman-50-before-the-reform"),
        pytest.param("female_50", date(1975, 1, 1), (50, 1), id="woman-50-of-the-first-postponed-month"),
        pytest.param("female_50", date(1975, 3, 1), (50, 2), id="woman-50-every-two-months"),
        pytest.param("female_50", date(1984, 10, 31), (54, 11), id="woman-50-just-before-the-last-step"),
        pytest.param("female_50", date(1984, 11, 1), (55, 0), id="woman-50-at-the-last-step"),
    ],
)
def test_the_retirement_age_moves_with_the_month_of_birth(track: str, born_on: date, age: tuple[int, int]) -> None:
    assert retirement_age(SCHEDULE, born_on, track) == age


@pytest.mark.parametrize(
    ("born_on", "age", "day", "reached"),
    [
        pytest.param(date(1965, 3, 15), (60, 1), date(2025, 4, 14), False, id="the-day-before"),
        pytest.param(date(1965, 3, 15), (60, 1), date(2025, 4, 15), True, id="the-day-itself"),
        pytest.param(date(1965, 1, 31), (60, 1), date(2025, 2, 28), False, id="the-month-lacks-the-day"),
        pytest.param(date(1965, 1, 31), (60, 1), date(2025, 3, 1), True, id="so-the-first-of-the-next"),
        pytest.param(date(1964, 2, 29), (61, 0), date(2025, 2, 28), False, id="leap-day-not-yet-in-a-common-year"),
        pytest.param(date(1964, 2, 29), (61, 0), date(2025, 3, 1), True, id="leap-day-on-the-first-of-march"),
    ],
)
def test_an_age_in_years_and_months_is_reached_on_its_day(born_on: date, age: tuple[int, int], day: date, reached: bool) -> None:
    assert has_reached(born_on, age, day) is reached
