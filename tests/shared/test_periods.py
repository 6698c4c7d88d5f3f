"""By when what waits is to be done: a period and its reverse say the same, also where the working-day calendar ends."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from shared import clock, county, periods, strict, workdays

CALENDAR = workdays.load(county.DEFAULT / "workdays")
FILE = """
without_period = ["draft"]

[[periods]]
kinds = ["submitted"]
working_days = 3
document = "口径"
clause = "未明确"
basis_status = "unconfirmed"
"""


@pytest.mark.parametrize("count", [1, 3, 10])
@pytest.mark.parametrize(
    "due_on",
    [
        *(
            date(2025, 9, 25) + timedelta(days=day) for day in range(20)
        ),  # over a holiday of eight days and a Saturday on which work is made up
        date(2023, 6, 1),
        date(2024, 1, 2),
        date(2026, 12, 31),
        date(2027, 1, 4),
        periods.NO_DAY,
    ],
)
def test_what_is_due_from_a_day_on_is_what_waits_from_a_moment_on(due_on: date, count: int) -> None:
    first = periods.due_from(due_on, count, CALENDAR)
    day = date(2023, 12, 1)
    while day <= date(2027, 1, 31):
        waits_later = datetime.combine(day, time.min, clock.SHANGHAI) >= first
        assert (periods.due(day, count, CALENDAR) >= due_on) == waits_later, day
        day += timedelta(days=1)


def test_three_working_days_after_a_friday_are_a_wednesday() -> None:
    assert periods.due(date(2025, 4, 11), 3, CALENDAR) == date(2025, 4, 16)


def test_a_period_that_ends_beyond_the_calendar_has_no_day() -> None:
    assert periods.due(date(2026, 12, 30), 1, CALENDAR) == date(2026, 12, 31)
    assert periods.due(date(2026, 12, 31), 1, CALENDAR) == periods.NO_DAY


def test_what_came_before_the_calendar_is_counted_from_its_first_day() -> None:
    assert periods.due(date(2023, 6, 1), 1, CALENDAR) == date(2024, 1, 2)


def test_a_period_may_be_one_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / periods.FILE).write_text(FILE.replace("working_days = 3", "working_days = 1"), encoding="utf-8")
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    assert periods.working_days("submitted") == 1


def test_what_is_due_before_the_calendar_begins_waits_since_the_first_of_all_days() -> None:
    assert periods.due_from(date(2023, 6, 1), 1, CALENDAR) == datetime(1870, 1, 1, tzinfo=clock.SHANGHAI)


def test_the_county_says_what_has_a_period_and_what_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / periods.FILE).write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    assert periods.here() == {"draft": None, "submitted": 3}
    periods.check(["draft", "submitted"])
    with pytest.raises(strict.BadFile, match="reviewed"):
        periods.check(["draft", "reviewed"])
    assert periods.working_days("submitted") == 3
    with pytest.raises(strict.BadFile, match="draft"):
        periods.working_days("draft")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("working_days = 3", "working_days = 0", "working_days"),
        ("working_days = 3", "working_days = -2", "实为 -2"),
        ('["submitted"]', '["submitted", "draft"]', "不止一处写明 draft"),
    ],
)
def test_a_period_of_no_day_and_a_kind_said_twice_are_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    (tmp_path / periods.FILE).write_text(FILE.replace(old, new), encoding="utf-8")
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    with pytest.raises(strict.BadFile, match=said):
        periods.here()
