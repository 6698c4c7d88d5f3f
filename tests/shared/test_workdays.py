"""Working days: the packaged years against the library that seeded them, and what happens beyond them."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from shared import county, workdays

CALENDAR = workdays.load(county.folder() / "workdays")


@pytest.mark.parametrize("year", sorted(CALENDAR.years))
def test_every_day_of_a_packaged_year_agrees_with_the_library(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        assert workdays.is_working_day(day, CALENDAR) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_the_packaged_years_are_2024_to_2026() -> None:
    assert CALENDAR.years == {2024, 2025, 2026}
    assert CALENDAR.last_year == 2026


@pytest.mark.parametrize(
    ("posted_on", "count", "last_day"),
    [
        pytest.param(date(2024, 9, 26), 5, date(2024, 10, 9), id="five-days-across-the-national-day-of-2024"),
        pytest.param(date(2024, 9, 26), 7, date(2024, 10, 11), id="seven-days-across-the-national-day-of-2024"),
        pytest.param(date(2024, 9, 28), 1, date(2024, 9, 29), id="a-make-up-sunday-counts"),
        pytest.param(date(2025, 4, 7), 1, date(2025, 4, 8), id="the-day-after-is-the-first"),
        pytest.param(date(2025, 4, 11), 1, date(2025, 4, 14), id="a-weekend-does-not-count"),
        pytest.param(date(2024, 12, 31), 1, date(2025, 1, 2), id="across-the-new-year"),
    ],
)
def test_the_nth_working_day_is_counted_from_the_day_after(posted_on: date, count: int, last_day: date) -> None:
    assert workdays.add_working_days(posted_on, count, CALENDAR) == last_day


def test_the_last_working_day_of_the_last_year_is_still_known() -> None:
    assert workdays.add_working_days(date(2026, 12, 30), 1, CALENDAR) == date(2026, 12, 31)


def test_a_count_that_runs_past_the_last_year_names_the_missing_year() -> None:
    with pytest.raises(workdays.CalendarYearMissing, match="2027") as missing:
        workdays.add_working_days(date(2026, 12, 30), 2, CALENDAR)
    assert missing.value.year == 2027


def test_a_day_before_the_first_year_names_the_missing_year() -> None:
    with pytest.raises(workdays.CalendarYearMissing) as missing:
        workdays.is_working_day(date(2023, 12, 31), CALENDAR)
    assert missing.value.year == 2023


@pytest.mark.parametrize("count", [0, -1])
def test_fewer_than_one_working_day_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        workdays.add_working_days(date(2025, 4, 7), count, CALENDAR)


def test_the_reminder_comes_sixty_days_before_the_end_of_the_last_year() -> None:
    assert workdays.reminder_due_on(CALENDAR) == date(2026, 11, 1)
    assert not workdays.reminder_is_due(date(2026, 10, 31), CALENDAR)
    assert workdays.reminder_is_due(date(2026, 11, 1), CALENDAR)


GOOD = 'year = 2027\nsource = "放假通知"\nholidays = [2027-01-01]\nmake_up_working_days = [2027-01-03]\n'


def test_an_office_adds_a_year_as_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "2027.toml").write_text(GOOD, encoding="utf-8")
    calendar = workdays.load(tmp_path)
    assert workdays.add_working_days(date(2026, 12, 31), 1, calendar) == date(2027, 1, 3)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param(GOOD + "extra = 1\n", "未知的键 extra", id="unknown-key"),
        pytest.param(GOOD.replace("holidays", "holiday"), "holiday", id="misspelt-key"),
        pytest.param(GOOD.replace('source = "放假通知"\n', ""), "缺少键 source", id="missing-key"),
        pytest.param(GOOD.replace("year = 2027", "year = 2028"), "键 year", id="year-differs-from-file-name"),
        pytest.param(GOOD.replace("year = 2027", 'year = "2027"'), "键 year", id="year-as-text"),
        pytest.param(GOOD.replace("2027-01-01", "2026-01-01"), "键 holidays", id="day-of-another-year"),
        pytest.param(GOOD.replace("2027-01-01", "2027-01-01, 2026-01-02"), "键 holidays", id="one-day-of-another-year"),
        pytest.param(GOOD.replace("2027-01-01", "2027-01-01T00:00:00"), "键 holidays", id="time-instead-of-day"),
        pytest.param(GOOD.replace("2027-01-01", "2027-01-01, 2027-01-01"), "重复", id="day-twice"),
        pytest.param(GOOD.replace("2027-01-01", "2027-01-03"), "同时", id="day-in-both-lists"),
        pytest.param(GOOD.replace("2027-01-03", "2027-01-04"), "不是周末", id="make-up-day-on-a-weekday"),
        pytest.param(GOOD.replace("2027-01-03", "2027-01-08"), "不是周末", id="make-up-day-on-a-friday"),
        pytest.param("year = ", "TOML", id="broken-toml"),
    ],
)
def test_a_faulty_calendar_file_is_refused_by_file_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "2027.toml").write_text(text, encoding="utf-8")
    with pytest.raises(workdays.CalendarDataInvalid, match=complaint) as fault:
        workdays.load(tmp_path)
    assert "2027.toml" in str(fault.value)


def test_work_is_made_up_on_saturdays_too(tmp_path: Path) -> None:
    (tmp_path / "2027.toml").write_text(GOOD.replace("2027-01-03", "2027-01-09"), encoding="utf-8")
    assert workdays.is_working_day(date(2027, 1, 9), workdays.load(tmp_path))


def test_a_year_that_is_left_out_between_two_is_named(tmp_path: Path) -> None:
    for year in ("2027", "2029"):
        (tmp_path / f"{year}.toml").write_text(
            GOOD.replace("2027", year).replace("make_up_working_days = [2029-01-03]", "make_up_working_days = []")
        )
    with pytest.raises(workdays.CalendarDataInvalid, match=r"2028\.toml"):
        workdays.load(tmp_path)


def test_a_calendar_reaches_from_the_first_day_of_its_years_to_the_last() -> None:
    calendar = workdays.Calendar(frozenset({2025, 2026}), frozenset(), frozenset())
    assert (calendar.first_day, calendar.last_day) == (date(2025, 1, 1), date(2026, 12, 31))


def test_a_directory_without_calendars_is_refused(tmp_path: Path) -> None:
    with pytest.raises(workdays.CalendarDataInvalid, match="没有任何年份"):
        workdays.load(tmp_path)
