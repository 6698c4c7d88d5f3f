"""Sign-in sheets: whose mark, on which half-day, present or absent or unclear."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter

from services.registry.imports.reading import read_roster
from services.registry.imports.sign_in import OnRoster, SignInRow, read_sign_in
from shared.sheets import Book, Reading, SheetError, Table, Value, open_book, write_book
from tests.registry.imports.conftest import CATEGORIES, REGIONS, UNCLEAR, book_of, csv_of, sample

TODAY = dt.date(2025, 4, 20)
DAYS = [dt.date(2025, 4, 8), dt.date(2025, 4, 9), dt.date(2025, 4, 10)]
MAN, WOMAN, OTHER_MAN = "522601199003070017", "522601199003070025", "522601197003150018"
ROSTER = [OnRoster("a", "潘阿生", MAN), OnRoster("b", "潘阿妹", WOMAN)]


def read(book: Book, dates: Sequence[dt.date] = DAYS, roster: Sequence[OnRoster] = ROSTER) -> Reading[SignInRow]:
    return read_sign_in(book, dates=dates, roster=roster, today=TODAY)


def present(row: SignInRow) -> list[tuple[int, str]]:
    return [(mark.on.day, mark.half_day) for mark in row.marks if mark.present]


def test_the_sample_gives_every_persons_half_days(truth: dict[str, Any]) -> None:
    roster = read_roster(
        sample("roster-short-course.xlsx"), class_starts_on=DAYS[0], today=TODAY, regions=REGIONS, categories=CATEGORIES, unclear=UNCLEAR
    )
    enrolled = [OnRoster(str(row.row), row.name, row.citizen.number) for row in roster.rows]
    reading = read(sample("sign-in-short-course.xlsx"), roster=enrolled)
    assert (reading.total, reading.faults) == (30, [])
    assert [(row.row, row.half_days) for row in reading.rows] == [
        (told["row"], told["half_days"]) for told in truth["short_course"]["sign_in"]
    ]
    assert all(len(row.marks) == 6 for row in reading.rows)


FULL = [(8, "am"), (8, "pm"), (9, "am"), (9, "pm")]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("姓名,4月8日,,4月9日,\n,上午,下午,上午,下午", id="dates-then-halves-below"),
        pytest.param("签到表\n,4月8日,,4月9日,\n姓名,上午,下午,上午,下午", id="dates-above-the-names"),
        pytest.param("姓名,4月8日上午,4月8日下午,4月9日上午,4月9日下午", id="both-in-one-cell"),
        pytest.param("姓名,2025-4-8 上午,2025-4-8 下午,4.9(星期三)上午,4.9(星期三)下午", id="other-spellings"),
        pytest.param("姓名,第1天,,第2天,\n,上午,下午,上午,下午", id="days-of-the-class"),
        pytest.param("姓名,第一天上午,第一天下午,第二天上午,第二天下午", id="days-of-the-class-in-words"),
        pytest.param("姓名,4月8日AM,4月8日PM,4月9日AM,4月9日PM", id="am-and-pm"),
        pytest.param("签到表\n2025年4月8日—4月10日\n姓名,20250408,,20250409,\n,上午,下午,上午,下午", id="a-period-in-the-title"),
    ],
)
def test_half_days_are_found_under_any_header(header: str) -> None:
    reading = read(csv_of(f"{header}\n潘阿生,√,√,√,√\n"))
    assert reading.faults == []
    assert present(reading.rows[0]) == FULL


def test_a_date_over_one_column_is_the_whole_day() -> None:
    assert present(read(csv_of("姓名,4月8日,4月9日\n潘阿生,√,×\n")).rows[0]) == [(8, "am"), (8, "pm")]


def test_evenings_remarks_and_signatures_are_no_half_days() -> None:
    book = csv_of("姓名,4月8日,,,备注\n,上午,下午,晚上,\n潘阿生,√,×,√,早退\n")
    assert present(read(book).rows[0]) == [(8, "am")]


def test_a_one_day_sheet_needs_no_date_in_the_header() -> None:
    assert present(read(csv_of("姓名,上午,下午\n潘阿生,√,√\n"), dates=DAYS[:1]).rows[0]) == [(8, "am"), (8, "pm")]


def test_a_sheet_without_dates_for_several_days_is_an_unknown_layout() -> None:
    with pytest.raises(SheetError) as refused:
        read(csv_of("姓名,上午,下午\n潘阿生,√,√\n"))
    assert refused.value.code == "unknown_sheet_layout"


def test_real_dates_merged_over_two_columns_without_words_are_morning_and_afternoon() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        page, style = workbook.add_worksheet(), workbook.add_format({"num_format": 'm"月"d"日"'})
        page.write_row(0, 0, ["姓名"])
        page.merge_range(0, 1, 0, 2, None, style)
        page.write_datetime(0, 1, dt.datetime(2025, 4, 8), style)
        page.merge_range(0, 3, 0, 4, None, style)
        page.write_datetime(0, 3, dt.datetime(2025, 4, 9), style)
        page.write_row(1, 0, ["潘阿生", "√", "", 1, "到"])
    reading = read(open_book(out.getvalue(), "a.xlsx"))
    assert present(reading.rows[0]) == [(8, "am"), (9, "am"), (9, "pm")]


def test_a_class_over_new_year_has_days_of_two_years() -> None:
    days = [dt.date(2024, 12, 31), dt.date(2025, 1, 1)]
    reading = read(csv_of("姓名,12月31日,1月1日\n潘阿生,√,√\n"), dates=days)
    assert [mark.on for mark in reading.rows[0].marks] == [days[0], days[0], days[1], days[1]]


@pytest.mark.parametrize("day", ["4月11日", "2024年4月8日", "4月31日", "第4天", "2025-05-08"])
def test_a_day_outside_the_class_is_one_fault_of_the_header_and_counts_for_nobody(day: str) -> None:
    reading = read(csv_of(f"姓名,4月8日上午,{day}上午,{day}下午\n潘阿生,√,√,√\n潘阿妹,√,√,√\n"))
    assert {(fault.row, fault.code) for fault in reading.faults} == {(1, "invalid_date")}
    assert [present(row) for row in reading.rows] == [[(8, "am")], [(8, "am")]]


@pytest.mark.parametrize("mark", ["√", "✓", "✔", "1", 1.0, "到", " 到 ", "v", "是", "出勤", "已签到", "潘阿生", "TRUE"])
def test_a_mark_of_presence_counts(mark: Value) -> None:
    assert read(book_of(["姓名", "4月8日上午"], ["潘阿生", mark])).rows[0].half_days == 1


@pytest.mark.parametrize(
    "mark", ["×", "✗", "x", "X", "缺", "缺勤", "请假", "事假", "病假", "旷课", "未到", "0", 0.0, "-", "—", "无", "", None, " "]
)
def test_a_mark_of_absence_does_not(mark: Value) -> None:
    reading = read(book_of(["姓名", "4月8日上午"], ["潘阿生", mark]))
    assert (reading.faults, reading.rows[0].half_days) == ([], 0)


@pytest.mark.parametrize("mark", ["?", "/", "迟到", "○", "△", "半天", "2", 0.5, "潘阿妹", "√×"])
def test_an_unclear_mark_is_a_fault_of_its_cell(mark: Value) -> None:
    reading = read(book_of(["姓名", "4月8日上午", "4月8日下午"], ["潘阿生", "√", mark], ["潘阿妹", "√", "√"]))
    assert [(fault.row, fault.column, fault.code) for fault in reading.faults] == [(2, "C", "unclear_mark")]
    assert [row.key for row in reading.rows] == ["b"]


@pytest.mark.parametrize(
    ("name", "number", "key"),
    [
        pytest.param("潘阿生", MAN, "a", id="by-number"),
        pytest.param("潘阿 生", "", "a", id="by-name-where-the-number-is-empty"),
        pytest.param("潘阿生", "5226**********0017", "a", id="by-name-and-masked-number"),
    ],
)
def test_a_person_is_found_on_the_roster(name: str, number: str, key: str) -> None:
    assert read(book_of(["姓名", "身份证号", "4月8日上午"], [name, number, "√"])).rows[0].key == key


@pytest.mark.parametrize(
    ("name", "number", "code"),
    [
        pytest.param("陌生人", "", "not_on_roster", id="an-unknown-name"),
        pytest.param("潘阿生", OTHER_MAN, "not_on_roster", id="a-number-of-nobody-enrolled"),
        pytest.param("潘阿妹", MAN, "name_differs", id="the-number-of-one-with-the-name-of-another"),
        pytest.param("潘阿生", "5226**********0025", "not_on_roster", id="name-and-mask-differ"),
        pytest.param("潘阿生", MAN[:-1] + "8", "invalid_id_number", id="a-wrong-number"),
        pytest.param("潘阿生", 5.22601199003070017e17, "id_number_rounded", id="a-rounded-number"),
        pytest.param("", "5226**********0017", "name_missing", id="no-name-and-a-masked-number"),
    ],
)
def test_a_person_who_cannot_be_found_is_a_fault(name: str, number: Value, code: str) -> None:
    reading = read(book_of(["序号", "姓名", "身份证号", "4月8日上午"], ["1", name, number, "√"]))
    assert [fault.code for fault in reading.faults] == [code]
    assert MAN not in reading.faults[0].seen
    assert reading.rows == []


def test_two_people_of_one_name_are_told_apart_by_number_or_not_at_all() -> None:
    roster = [*ROSTER, OnRoster("c", "潘阿生", OTHER_MAN)]
    by_name = read(book_of(["姓名", "4月8日上午"], ["潘阿生", "√"]), roster=roster)
    assert [(fault.code, "多人同名" in fault.fix) for fault in by_name.faults] == [("not_on_roster", True)]
    masked = read(book_of(["姓名", "身份证号", "4月8日上午"], ["潘阿生", "5226**********0018", "√"]), roster=roster)
    assert [row.key for row in masked.rows] == ["c"]


def test_a_person_listed_twice_signs_in_the_first_row() -> None:
    reading = read(csv_of("姓名,4月8日上午\n潘阿生,√\n潘阿生,×\n"))
    assert [(fault.row, fault.code) for fault in reading.faults] == [(3, "duplicate_row")]
    assert [row.half_days for row in reading.rows] == [1]


def test_a_sheet_a_day_is_read_beside_a_roster() -> None:
    tables = [
        Table("花名册", ["姓名", "身份证号"], [["潘阿生", MAN]]),
        Table("第一天", ["姓名", "4月8日上午"], [["潘阿生", "√"]]),
        Table("第二天", ["姓名", "4月9日上午"], [["潘阿生", "√"]]),
    ]
    reading = read(open_book(write_book(tables), "a.xlsx"))
    assert [(row.sheet, present(row)) for row in reading.rows] == [("第一天", [(8, "am")]), ("第二天", [(9, "am")])]
    assert (reading.total, reading.faults) == (2, [])


def test_totals_and_signatures_below_are_passed_over() -> None:
    reading = read(csv_of("序号,姓名,4月8日上午\n1,潘阿生,√\n合计,1人,1\n班主任签字:,,\n"))
    assert (reading.total, reading.faults) == (1, [])
