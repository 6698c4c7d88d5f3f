"""Teacher lists and the status lists of other offices."""

import datetime as dt

import pytest

from services.registry.imports.reading import StatusRow, TeacherRow, read_status_records, read_teachers
from shared.sheets import Book, Reading, SheetError, Value
from tests.registry.imports.conftest import book_of, csv_of, sample

TODAY = dt.date(2025, 4, 20)
MAN, WOMAN = "522601199003070017", "522601199003070025"


def statuses(book: Book, status: str = "employee_pension") -> Reading[StatusRow]:
    return read_status_records(book, status=status, source="社保局", today=TODAY)


def teachers(*rows: list[Value]) -> Reading[TeacherRow]:
    header = ["姓名", "身份证号", "专职/兼职", "聘用日期", "聘用截止日期", "职业资格"]
    return read_teachers(book_of(header, *rows), today=TODAY)


def test_the_pension_list_is_read_whole(truth: dict[str, int]) -> None:
    reading = statuses(sample("pension-list.csv"))
    assert (reading.total, len(reading.rows), reading.faults) == (truth["pension_rows"], 20, [])
    first = reading.rows[0]
    assert (first.row, first.name, first.citizen.number) == (2, "田凤花", "522601196605048075")
    assert (first.status, first.source, first.from_on, first.until_on) == ("employee_pension", "社保局", dt.date(2024, 12, 1), None)


@pytest.mark.parametrize(
    ("begins", "ends", "from_on", "until_on"),
    [
        pytest.param("202412", "", dt.date(2024, 12, 1), None, id="a-month"),
        pytest.param(202412.0, "202502", dt.date(2024, 12, 1), dt.date(2025, 2, 28), id="to-the-months-end"),
        pytest.param("2024-12-15", "2025年2月3日", dt.date(2024, 12, 15), dt.date(2025, 2, 3), id="days"),
        pytest.param("2023年12月", "2024.02", dt.date(2023, 12, 1), dt.date(2024, 2, 29), id="a-leap-february"),
        pytest.param("2024-12", "2024-12", dt.date(2024, 12, 1), dt.date(2024, 12, 31), id="one-month"),
    ],
)
def test_months_and_days_are_read_as_periods(begins: Value, ends: Value, from_on: dt.date, until_on: dt.date | None) -> None:
    row = statuses(book_of(["证件号码", "开始年月", "终止年月"], [MAN, begins, ends])).rows[0]
    assert (row.name, row.from_on, row.until_on) == (None, from_on, until_on)


@pytest.mark.parametrize(("stopped", "until_on"), [("202503", dt.date(2025, 2, 28)), ("2025-03-05", dt.date(2025, 3, 4))])
def test_a_benefit_stopped_from_a_day_lasted_to_the_day_before(stopped: str, until_on: dt.date) -> None:
    reading = statuses(csv_of(f"姓名,证件号码,待遇开始年月,待遇状态,停发年月\n甲,{MAN},202401,停发,{stopped}\n"))
    assert [row.until_on for row in reading.rows] == [until_on]


@pytest.mark.parametrize("state", ["正常发放", "正常", "在发", "享受中", "正常参保", ""])
def test_a_status_that_lasts_needs_no_end(state: str) -> None:
    reading = statuses(csv_of(f"姓名,证件号码,待遇开始年月,待遇状态\n甲,{MAN},202401,{state}\n"))
    assert [row.until_on for row in reading.rows] == [None]


@pytest.mark.parametrize("state", ["停发", "暂停", "终止", "死亡"])
def test_a_status_that_has_ended_needs_the_month_of_its_end(state: str) -> None:
    reading = statuses(csv_of(f"姓名,证件号码,待遇开始年月,待遇状态\n甲,{MAN},202401,{state}\n"))
    assert [(fault.column, fault.code, fault.seen) for fault in reading.faults] == [("D", "invalid_date", state)]
    assert "结束年月" in reading.faults[0].fix


@pytest.mark.parametrize(
    ("insurance", "status", "kept"),
    [
        ("城镇职工基本养老保险", "employee_pension", True),
        ("城乡居民基本养老保险", "employee_pension", False),
        ("城乡居民基本养老保险", "resident_pension", True),
        ("城镇职工基本养老保险", "resident_pension", False),
        ("城镇职工基本养老保险", "insured_employee", True),
    ],
)
def test_another_kind_of_insurance_than_the_lists_is_a_fault(insurance: str, status: str, kept: bool) -> None:
    reading = statuses(csv_of(f"姓名,证件号码,险种,开始年月\n甲,{MAN},{insurance},202401\n"), status)
    assert (len(reading.rows), [fault.code for fault in reading.faults]) == ((1, []) if kept else (0, ["unknown_category"]))


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        pytest.param("", "", id="no-beginning"),
        pytest.param("去年", "", id="words"),
        pytest.param("202413", "", id="no-such-month"),
        pytest.param("202412", "202411", id="ends-before-it-begins"),
        pytest.param("198912", "", id="begins-before-birth"),
        pytest.param("202401", "以后", id="an-end-in-words"),
    ],
)
def test_a_period_that_cannot_be_is_a_fault(begins: str, ends: str) -> None:
    reading = statuses(csv_of(f"姓名,证件号码,开始年月,结束年月\n甲,{MAN},{begins},{ends}\n"))
    assert (reading.rows, [fault.code for fault in reading.faults]) == ([], ["invalid_date"])


def test_one_person_may_have_two_periods_but_not_one_twice() -> None:
    reading = statuses(csv_of(f"证件号码,开始年月,结束年月\n{MAN},202301,202306\n{MAN},202401,\n{MAN},202301,202306\n"))
    assert [row.from_on for row in reading.rows] == [dt.date(2023, 1, 1), dt.date(2024, 1, 1)]
    assert [(fault.row, fault.code) for fault in reading.faults] == [(4, "duplicate_row")]


@pytest.mark.parametrize(
    ("employment", "code"),
    [("专职", "full_time"), ("兼职", "part_time"), ("全职", "full_time"), ("专职教师", "full_time"), ("full_time", "full_time")],
)
def test_a_teacher_is_read(employment: str, code: str) -> None:
    row = teachers(["潘 生", MAN, employment, "2024.3.1", "2025年12月31日", "电工二级/技师"]).rows[0]
    assert (row.name, row.citizen.number, row.employment, row.qualification) == ("潘生", MAN, code, "电工二级/技师")
    assert (row.from_on, row.to_on) == (dt.date(2024, 3, 1), dt.date(2025, 12, 31))


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        pytest.param(["甲", MAN, "临时", "2024-3-1", "", ""], [("C", "unknown_category")], id="neither-full-nor-part-time"),
        pytest.param(["甲", MAN, "专职", "", "", ""], [("D", "invalid_date")], id="no-first-day"),
        pytest.param(["甲", MAN, "专职", "2024-3", "", ""], [("D", "invalid_date")], id="a-month-is-no-day"),
        pytest.param(["甲", MAN, "专职", "2024-3-2", "2024-3-1", ""], [("E", "invalid_date")], id="ends-before-it-begins"),
        pytest.param(
            ["", MAN, "", "?", "?", ""],
            [("A", "name_missing"), ("C", "unknown_category"), ("D", "invalid_date"), ("E", "invalid_date")],
            id="all-at-once",
        ),
        pytest.param(["甲", MAN[:-1], "", "?", "?", ""], [("B", "invalid_id_number")], id="a-wrong-number-ends-it"),
    ],
)
def test_a_faulty_teacher_is_told_all_that_is_wrong(row: list[Value], faults: list[tuple[str, str]]) -> None:
    reading = teachers(row)
    assert (reading.rows, [(fault.column, fault.code) for fault in reading.faults]) == ([], faults)


def test_the_same_day_may_be_first_and_last() -> None:
    assert len(teachers(["甲", MAN, "专职", "2024-3-1", "2024-3-1", ""]).rows) == 1


def test_the_same_teacher_twice_stands_once() -> None:
    reading = teachers(
        ["甲", MAN, "专职", "2024-3-1", "", ""], ["乙", WOMAN, "兼职", "2024-3-1", "", ""], ["甲", MAN, "兼职", "2025-3-1", "", ""]
    )
    assert [(fault.row, fault.code) for fault in reading.faults] == [(4, "duplicate_row")]


@pytest.mark.parametrize("missing", ["employment", "from"])
def test_a_teacher_list_without_its_columns_is_an_unknown_layout(missing: str) -> None:
    header = {"employment": "姓名,身份证号,聘用日期", "from": "姓名,身份证号,专职/兼职"}[missing]
    with pytest.raises(SheetError) as refused:
        read_teachers(csv_of(f"{header}\n甲,{MAN},专职\n"), today=TODAY)
    assert refused.value.code == "unknown_sheet_layout"
