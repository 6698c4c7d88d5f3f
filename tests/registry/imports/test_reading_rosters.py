"""Rosters as offices send them: what a careful clerk would find in them."""

import datetime as dt
from typing import Any

import pytest

from services.registry.imports.reading import RosterRow, read_roster
from shared.sheets import Book, Reading, SheetError, Table, Value, open_book, with_error_column, write_book
from tests.registry.imports.conftest import CATEGORIES, REGIONS, UNCLEAR, book_of, csv_of, sample

TODAY = dt.date(2025, 4, 20)
STARTS_ON = dt.date(2025, 4, 8)
MAN, WOMAN, OTHER_MAN = "522601199003070017", "522601199003070025", "522601197003150018"
HEADER = ["姓名", "性别", "身份证号码", "户籍所在乡镇", "联系电话", "人员类别", "银行卡号"]


def read(book: Book) -> Reading[RosterRow]:
    return read_roster(book, class_starts_on=STARTS_ON, today=TODAY, regions=REGIONS, categories=CATEGORIES, unclear=UNCLEAR)


def person(**given: Value) -> list[Value]:
    row: dict[str, Value] = {
        "name": "潘阿生",
        "sex": "男",
        "id": MAN,
        "region": "三棵树镇",
        "phone": "13508550001",
        "category": "农村转移劳动者",
        "card": None,
    }
    return list((row | given).values())


def codes(reading: Reading[RosterRow]) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in reading.faults]


def read_one(**given: Value) -> RosterRow:
    reading = read(book_of(HEADER, person(**given)))
    assert reading.faults == []
    return reading.rows[0]


def fault_of(**given: Value) -> tuple[str, str, str]:
    reading = read(book_of(HEADER, person(**given)))
    assert (reading.total, reading.rows, len(reading.faults)) == (1, [], 1)
    fault = reading.faults[0]
    assert fault.fix
    return fault.column, fault.code, fault.seen


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


# --- the fields ----------------------------------------------------------------------------------------------------------------------------


def test_a_number_that_cannot_be_read_gets_one_code_and_the_row_is_judged_no_further() -> None:
    assert fault_of(name="", sex="女", id=MAN[:-1] + "8", region="雷山县", phone="1", category="农民") == (
        "C",
        "invalid_id_number",
        "5226**********0018",
    )


def test_all_faults_of_a_readable_row_come_at_once() -> None:
    bad = person(name=" ", sex="女", region="雷山县", phone="1", category="农民", card="62")
    reading = read(book_of(HEADER, person(), bad))
    assert codes(reading) == [
        (3, "C", "duplicate_row"),
        (3, "A", "name_missing"),
        (3, "B", "sex_differs_from_id_number"),
        (3, "D", "unknown_region"),
        (3, "E", "invalid_phone"),
        (3, "F", "unknown_category"),
        (3, "G", "invalid_bank_account"),
    ]
    assert len(reading.rows) == 1


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(5.22601199003070017e17, "id_number_rounded", id="typed-as-a-number"),
        pytest.param(52260119900307000.0, "id_number_rounded", id="seventeen-digits-as-a-number"),
        pytest.param("5.22601E+17", "id_number_rounded", id="scientific-text"),
        pytest.param("522601197904092000", "id_number_rounded", id="noughts-at-the-end"),
        pytest.param(522601900307001.0, "invalid_id_number", id="fifteen-digits-as-a-number"),
        pytest.param("522601900307001", "invalid_id_number", id="the-old-fifteen-digit-number"),
        pytest.param("522601202912310051", "invalid_id_number", id="born-in-the-future"),
        pytest.param("522601199002290018", "invalid_id_number", id="no-such-day"),
    ],
)
def test_a_spoiled_number_is_told_from_a_wrong_one(number: Value, code: str) -> None:
    assert fault_of(id=number)[:2] == ("C", code)


@pytest.mark.parametrize("number", [f"'{MAN}", f" {MAN} ", "522601 19900307 0017", "５２２６０１１９９００３０７００１７", f"\t{MAN}\n"])
def test_a_number_is_read_however_it_is_typed(number: str) -> None:
    assert read_one(id=number).citizen.number == MAN


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("潘  生", "潘生"),
        ("潘 阿\n生", "潘阿生"),
        ("欧𬭊花", "欧𬭊花"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("古丽 · 阿里", "古丽·阿里"),
        ("John  Smith", "John Smith"),
    ],
)
def test_a_name_loses_only_what_aligns_it(typed: str, name: str) -> None:
    assert read_one(name=typed).name == name


@pytest.mark.parametrize("sex", ["男", " 男 ", "男性", "M", "", None])
def test_the_sex_agrees_with_the_number_or_is_not_stated(sex: Value) -> None:
    assert read_one(sex=sex).citizen.sex == "male"


@pytest.mark.parametrize("sex", ["女", "女性", "2"])
def test_a_sex_that_differs_from_the_number_is_a_fault(sex: str) -> None:
    assert fault_of(sex=sex) == ("B", "sex_differs_from_id_number", sex)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("三棵树镇", "522601100"),
        (" 三 棵树镇 ", "522601100"),
        ("三棵树", "522601100"),
        ("凯里市三棵树镇南花村", "522601100"),
        ("贵州省黔东南苗族侗族自治州凯里市舟溪镇", "522601101"),
        ("贵州省凯里市大十字街道", "522601002"),
        ("黔东南州凯里市城西街道办事处", "522601001"),
        ("凯棠乡", "522601110"),
        ("凯里市鸭塘镇某村", "522601006"),
        ("522601100", "522601100"),
        (522601100.0, "522601100"),
        ("522601100000", "522601100"),
        ("龙场镇、老街", "522601107"),
        ("凯里市下司", "522601109"),
    ],
)
def test_a_town_is_found_by_name_old_name_code_or_address(place: Value, code: str) -> None:
    assert read_one(region=place).region_code == code


@pytest.mark.parametrize(
    "place", ["雷山县", "", "麻江县龙场镇", "贵州省雷山县西门街道", "凯里市", "522601", "522601199", "丹寨县湾水镇", "广东省佛山市", "镇"]
)
def test_a_place_outside_the_city_is_unknown(place: str) -> None:
    assert fault_of(region=place)[:2] == ("D", "unknown_region")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13508550001", "13508550001"),
        (13508550001.0, "13508550001"),
        ("135-0855 0001", "13508550001"),
        ("１３５０８５５０００１", "13508550001"),
        ("+86 13508550001", "13508550001"),
        ("8613508550001", "13508550001"),
        ("0855-8065700", "0855-8065700"),
        ("(0855)8065700", "0855-8065700"),
        ("0855 8065700", "0855-8065700"),
        ("010-12345678", "010-12345678"),
        ("", None),
        (None, None),
    ],
)
def test_a_telephone_is_cleaned(typed: Value, stored: str | None) -> None:
    assert read_one(phone=typed).phone == stored


@pytest.mark.parametrize("typed", ["1350855000", "135085500011", "23508550001", "8065700", "无", "13508550001/135", "0855-80657"])
def test_what_is_no_telephone_is_a_fault(typed: str) -> None:
    assert fault_of(phone=typed)[:2] == ("E", "invalid_phone")


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("企业职工", ("enterprise_employee",)),
        (" 企业 职工 ", ("enterprise_employee",)),
        ("农村妇女、脱贫劳动力", ("rural_woman", "out_of_poverty_worker")),
        ("农村妇女,脱贫劳动力;农村妇女", ("rural_woman", "out_of_poverty_worker")),
        ("农村妇女/合作社社员", ("rural_woman", "cooperative_member")),
        ("农村妇女 合作社社员", ("rural_woman", "cooperative_member")),
        ("农村妇女\n合作社社员", ("rural_woman", "cooperative_member")),
        ("企业职工(在岗)", ("enterprise_employee",)),
        ("rural_woman", ("rural_woman",)),
        ("", ()),
    ],
)
def test_one_or_several_categories_are_read_from_a_cell(typed: str, codes: tuple[str, ...]) -> None:
    assert read_one(category=typed).categories == codes


@pytest.mark.parametrize(("typed", "seen"), [("农民", "农民"), ("农村妇女、农民", "农民"), ("企业职工家属", "企业职工家属")])
def test_a_category_outside_the_list_is_a_fault(typed: str, seen: str) -> None:
    assert fault_of(category=typed) == ("F", "unknown_category", seen)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("6228 4495-1255 5298 444", "6228449512555298444"), ("123456789012", "123456789012"), (123456789012.0, "123456789012"), ("", None)],
)
def test_a_bank_account_is_cleaned(typed: Value, stored: str | None) -> None:
    assert read_one(card=typed).bank_account == stored


@pytest.mark.parametrize("typed", ["12345678901", "12345678901234567890", "农行卡", 6228449512555298444.0])
def test_what_is_no_bank_account_is_a_fault(typed: Value) -> None:
    assert fault_of(card=typed)[:2] == ("G", "invalid_bank_account")


def test_of_three_rows_with_one_number_the_first_stands() -> None:
    reading = read(book_of(HEADER, person(region="雷山县"), person(), person(id=MAN.lower()), person(name="潘老", id=OTHER_MAN)))
    assert codes(reading) == [(2, "D", "unknown_region"), (3, "C", "duplicate_row"), (4, "C", "duplicate_row")]
    assert all("第 2 行" in fault.fix for fault in reading.faults[1:])
    assert [row.name for row in reading.rows] == ["潘老"]


@pytest.mark.parametrize(
    ("typed", "education", "found"), [("初中", "初中", []), (f"初中,与{WOMAN}同户", None, [(2, "H", "id_number_in_text")])]
)
def test_a_text_that_lists_show_holds_no_citizens_number(typed: str, education: str | None, found: list[tuple[int, str, str]]) -> None:
    reading = read(book_of([*HEADER, "文化程度"], [*person(), typed]))
    assert (codes(reading), [row.education for row in reading.rows]) == (found, [education] if education else [])
    assert WOMAN not in str(reading.faults)
