"""Rosters as offices send them: what a careful clerk would find in them."""

from typing import Any

import pytest

from shared.sheets import SheetError, Table, open_book, with_error_column, write_book
from tests.registry.imports.conftest import book_of, csv_of, sample
from tests.registry.imports.rosters import HEADER, MAN, OTHER_MAN, STARTS_ON, WOMAN, codes, person, read

# --- the samples ---------------------------------------------------------------------------------------------------------------------------


def test_the_electricians_roster_has_exactly_the_faults_a_clerk_finds(truth: dict[str, Any]) -> None:
    reading = read(sample("roster-electrician.xlsx"))
    assert reading.total == truth["roster"]["rows"]
    assert [{"row": fault.row, "code": fault.code} for fault in reading.faults] == truth["roster"]["faults"]
    assert [fault.column for fault in reading.faults] == list("DDCDGBE")
    assert len(reading.rows) == 37
    assert reading.header_rows == {"花名册": 3}


def test_the_electricians_clean_rows_are_read_as_a_clerk_reads_them() -> None:
    rows = {row.row: row for row in read(sample("roster-electrician.xlsx")).rows}
    assert (rows[7].name, rows[12].citizen.number, rows[9].citizen.number) == ("欧𬭊花", "522625196207262106", "52260119881223542X")
    assert (rows[22].region_code, rows[41].region_code, rows[25].phone) == ("522601110", "522601100", "13822313058")
    assert (rows[4].categories, rows[4].categories_since_on, rows[4].education) == (("rural_transfer_worker",), STARTS_ON, "中专")


def test_the_other_offices_roster_is_read_whole_in_its_own_words() -> None:
    reading = read(sample("roster-short-course.xlsx"))
    assert (reading.total, len(reading.rows), reading.faults) == (30, 30, [])
    assert reading.rows[0].region_code == "522601100"
    assert reading.rows[0].bank_account == "6228449512555298444"
    assert reading.rows[0].categories == ("cooperative_member",)


def test_the_old_xls_roster_is_read_with_a_category_merged_over_two_people() -> None:
    reading = read(sample("roster-old-format.xls"))
    assert [(row.name, row.categories) for row in reading.rows] == [
        ("潘阿生", ("rural_transfer_worker",)),
        ("潘阿妹", ("rural_transfer_worker",)),
    ]


def test_the_sheet_that_comes_back_reads_to_the_same_faults() -> None:
    book = sample("roster-electrician.xlsx")
    reading = read(book)
    again = read(open_book(with_error_column(book, reading.faults, reading.header_rows), "a.xlsx"))
    assert codes(again) == codes(reading)


def test_no_fault_shows_a_whole_number_or_telephone() -> None:
    for row in (
        person(id=MAN[:-1] + "8"),
        person(phone=MAN),
        person(category=f"农民{MAN}"),
        person(region=f"三{MAN}"),
        person(sex=MAN),
        person(phone="138001380001"),
    ):
        for fault in read(book_of(HEADER, row)).faults:
            assert MAN[:10] not in fault.seen + fault.fix
            assert "13800138" not in fault.seen + fault.fix


# --- finding the table ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("序号,姓  名,身份证号码,户籍所在乡镇(街道)", id="plain"),
        pytest.param("No.,学员姓名,公民身份号码,现住址", id="address"),
        pytest.param("编号,* 姓名:,证件号码(18位),户籍地址", id="marks-and-units"),
        pytest.param('序,参训人员姓名,"身份证\n号  码","所属乡镇\n/街道"', id="line-breaks"),
        pytest.param("序号,姓名,身份证号,镇(街道)", id="short"),
        pytest.param("父亲姓名,姓名,身份证号,户口所在地", id="a-relatives-name-first"),
    ],
)
def test_a_header_is_known_by_any_offices_words(header: str) -> None:
    reading = read(csv_of(f"培训花名册\n单位(盖章):,,填报日期:2025-4-1\n\n{header}\n1,潘阿生,{MAN},三棵树镇\n"))
    assert [(row.row, row.name) for row in reading.rows] == [(header.count("\n") + 5 - header.count("\n"), "潘阿生")]


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        pytest.param("商品,单价\n苹果,3", "姓名、身份证号码", id="another-kind-of-sheet"),
        pytest.param("姓名,户籍乡镇\n潘阿生,三棵树镇", "身份证号码", id="no-number-column"),
        pytest.param(f"姓名,身份证号\n潘阿生,{MAN}", "户籍所在乡镇", id="no-region-column"),
        pytest.param(f"潘阿生,{MAN},三棵树镇", "姓名", id="no-header"),
    ],
)
def test_a_sheet_without_the_columns_is_an_unknown_layout(rows: str, missing: str) -> None:
    with pytest.raises(SheetError) as refused:
        read(csv_of(rows))
    assert refused.value.code == "unknown_sheet_layout"
    assert missing in refused.value.detail


@pytest.mark.parametrize(
    "line",
    [
        "",
        ",,,",
        "合计,1人,,",
        "总计:,1,,",
        "合计,,1人,",
        "填报人:,,,审核人:",
        "备注:以上人员均已核对,,,",
        "7,,,",
        "以上人员均已核对,,,",
        ",以上人员情况属实。,,",
        "序号,姓名,身份证号,户籍乡镇",
        "单位负责人(签字),,,2025年3月",
    ],
)
def test_a_line_that_is_no_person_is_passed_over(line: str) -> None:
    reading = read(csv_of(f"序号,姓名,身份证号,户籍乡镇\n1,潘阿生,{MAN},三棵树镇\n{line}\n2,潘阿妹,{WOMAN},舟溪镇\n"))
    assert (reading.total, len(reading.rows), reading.faults) == (2, 2, [])


@pytest.mark.parametrize("number", ["", "无", "不详"])
def test_a_person_without_a_number_is_a_fault_and_not_passed_over(number: str) -> None:
    reading = read(csv_of(f"序号,姓名,身份证号,户籍乡镇\n1,潘阿生,{number},三棵树镇\n"))
    assert [(fault.row, fault.code) for fault in reading.faults] == [(2, "id_number_missing")]


def test_people_on_several_sheets_are_all_read_and_instructions_and_hidden_sheets_are_not() -> None:
    header = ["姓名", "身份证号", "乡镇"]
    tables = [
        Table("填表说明", header, [["示例", OTHER_MAN, "舟溪镇"]]),
        Table("一组", header, [["潘阿生", MAN, "三棵树镇"]]),
        Table("二组", header, [["潘阿妹", WOMAN, "舟溪镇"], ["潘阿生", MAN, "三棵树镇"]]),
    ]
    reading = read(open_book(write_book(tables), "a.xlsx"))
    assert [(row.sheet, row.name) for row in reading.rows] == [("一组", "潘阿生"), ("二组", "潘阿妹")]
    assert [(fault.sheet, fault.row, fault.code) for fault in reading.faults] == [("二组", 3, "duplicate_row")]
    assert "一组" in reading.faults[0].fix
