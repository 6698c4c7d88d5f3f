"""Days and months as offices write them in a cell: read, or refused where they are not certain."""

import datetime as dt
import json
from pathlib import Path

import pytest

from shared.sheets import Value, open_book, read_date, read_month

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.mark.parametrize(
    "cell",
    [
        "2025-7-23",
        "2025-07-23",
        "2025.07.23",
        "2025.7.23.",
        "2025/7/23",
        "2025年7月23日",
        "2025年07月23号",
        "2025 年 7 月 23 日",
        "２０２５．７．２３",
        "20250723",
        20250723,
        20250723.0,
        45861,
        45861.5,
        "25/7/23",
        "25.07.23",
        "2025-07-23 00:00:00",
        "2025-07-23T08:30:00+08:00",
        "2025/7/23 8:30",
        "2025年7月23日(星期三)",
        "2025年7月23日 星期三",
        "二〇二五年七月二十三日",
        "二○二五年七月二十三",
        "2025、7、23",
        "2025—7—23",
        "'2025-7-23",
        dt.date(2025, 7, 23),
        dt.datetime(2025, 7, 23, 12, 30),
    ],
    ids=str,
)
def test_a_date_is_read_in_every_office_spelling(cell: Value) -> None:
    assert read_date(cell) == dt.date(2025, 7, 23)


@pytest.mark.parametrize("cell", ["7月23日", "7月23", "07-23", "7.23", "7/23", "七月二十三日", "７月２３日"])
def test_a_day_without_a_year_takes_the_year_given(cell: str) -> None:
    assert read_date(cell, default_year=2025) == dt.date(2025, 7, 23)
    with pytest.raises(ValueError, match="year"):
        read_date(cell)


@pytest.mark.parametrize(
    ("cell", "on"),
    [
        ("二〇二四年十二月三十一日", dt.date(2024, 12, 31)),
        ("二〇二四年十月十日", dt.date(2024, 10, 10)),
        ("2024-2-29", dt.date(2024, 2, 29)),
        ("1900-01-01", dt.date(1900, 1, 1)),
    ],
)
def test_other_days_are_read_too(cell: str, on: dt.date) -> None:
    assert read_date(cell) == on


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "在职",
        "2025-02-29",
        "2025-13-01",
        "2025-4-31",
        "7/23/2025",
        "12/08/25",
        "202507",
        "2025-7",
        "2025",
        2025,
        7.23,
        -1.0,
        "1899-12-31",
        "2101-01-01",
        "2025-07-23、2025-08-01",
        "522601199003070017",
        float("nan"),
    ],
    ids=str,
)
def test_what_is_no_certain_date_is_refused(cell: Value) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_date(cell)


@pytest.mark.parametrize(
    "cell", ["202412", 202412, 202412.0, "2024-12", "2024.12", "2024/12", "2024年12月", "2024年12月份", "二〇二四年十二月"]
)
def test_a_month_begins_on_its_first_day(cell: Value) -> None:
    assert read_month(cell) == dt.date(2024, 12, 1)


@pytest.mark.parametrize("cell", [None, "", "202413", "2024-00", 2024.12, "2024", "2024-12-01", "189912"], ids=str)
def test_what_is_no_month_is_refused(cell: Value) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_month(cell)


def test_every_date_of_the_foshan_sheet_is_read_as_a_clerk_would() -> None:
    sheet = open_book((SAMPLES / "foshan-monthly.xlsx").read_bytes(), "foshan-monthly.xlsx").sheets[0]
    truth = json.loads((SAMPLES / "truth.json").read_text("utf-8"))["foshan_monthly"]
    for told in truth:
        values = sheet.rows[told["row"] - 1].values
        left_on = read_date(values[8]).isoformat() if values[8] else None
        assert (read_date(values[6]).isoformat(), left_on) == (told["started_on"], told["left_on"])
