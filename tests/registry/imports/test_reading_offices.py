"""What offices' programs and clerks put into a book: empty sheets, dates without a format, errors of cells, several lists, other words. Nothing of it is
passed over in silence."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from services.registry.codes import PersonalStatus
from services.registry.imports.reading import read_roster, read_status_records, read_teachers
from services.registry.imports.sign_in import OnRoster, read_sign_in
from services.registry.people.trainees.rules import id_type_of
from services.registry.reference import policy as reference
from shared.sheets import Book, Reading, SheetError, Table, Value, open_book, write_book
from tests.registry import made
from tests.registry.imports.conftest import CATEGORIES, REGIONS, UNCLEAR, book_of, csv_of, sample

TODAY = dt.date(2025, 4, 20)
DAYS = [dt.date(2025, 4, 8), dt.date(2025, 4, 9), dt.date(2025, 4, 10)]
MAN, WOMAN, OTHER_MAN = "522601199003070017", "522601199003070025", "522601197003150018"
YANG = ["杨老三", made.citizen(7), "旁海镇"]
ROSTER = ["姓名", "身份证号", "户籍乡镇"]
PAN, MEI, WU = ["潘阿生", MAN, "三棵树镇"], ["潘阿妹", WOMAN, "舟溪镇"], ["吴老岩", OTHER_MAN, "旁海镇"]


def roster(book: Book) -> Reading[Any]:
    return read_roster(book, class_starts_on=DAYS[0], today=TODAY, regions=REGIONS, categories=CATEGORIES, unclear=UNCLEAR)


def sign_in(book: Book) -> Reading[Any]:
    return read_sign_in(book, dates=DAYS, roster=[OnRoster("a", "潘阿生", MAN), OnRoster("b", "潘阿妹", WOMAN)], today=TODAY)


def teachers(book: Book) -> Reading[Any]:
    return read_teachers(book, today=TODAY)


def statuses(book: Book) -> Reading[Any]:
    return read_status_records(book, status=PersonalStatus.EMPLOYEE_PENSION, source="社保局", today=TODAY)


def book(*tables: Table) -> Book:
    return open_book(write_book(tables), "a.xlsx")


def workbook(write: Callable[[xlsxwriter.Workbook, Any], None], **options: object) -> Book:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as made:
        write(made, made.add_worksheet("表"))
    return open_book(out.getvalue(), "a.xlsx")


def found(reading: Reading[Any]) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in reading.faults]


# --- sheets that are not read --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "header", "row"),
    [
        pytest.param(roster, ROSTER, PAN, id="roster"),
        pytest.param(sign_in, ["姓名", "4月8日上午"], ["潘阿生", "√"], id="sign-in"),
        pytest.param(teachers, ["姓名", "身份证号", "专职/兼职", "聘用日期"], ["甲", MAN, "专职", "2024-3-1"], id="teachers"),
        pytest.param(statuses, ["证件号码", "开始年月"], [MAN, "202412"], id="status-records"),
    ],
)
def test_an_empty_sheet_is_named_and_does_no_harm(read: Callable[[Book], Reading[Any]], header: list[str], row: list[Value]) -> None:
    reading = read(book(Table("表", header, [row]), Table("Sheet2", [], [])))
    assert (len(reading.rows), reading.faults, reading.notes) == (1, [], ["表“Sheet2”是空的,未读取。"])


def test_every_sheet_that_is_not_read_is_named_with_its_reason() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        for name, rows in {"花名册": [ROSTER, PAN], "去年": [ROSTER, MEI], "样表": [ROSTER, WU], "通讯录": [["姓名", "电话"]]}.items():
            page = made.add_worksheet(name)
            for number, values in enumerate(rows):
                page.write_row(number, 0, values)
            if name == "去年":
                page.hide()
    reading = roster(open_book(out.getvalue(), "a.xlsx"))
    assert [row.name for row in reading.rows] == ["潘阿生"]
    assert [(note[1:5], word in note) for note, word in zip(reading.notes, ["隐藏", "没有找到列", "样表"], strict=True)] == [
        ("“去年”", True),
        ("“通讯录", True),
        ("“样表”", True),
    ]


def test_a_sheet_called_a_sample_is_the_table_where_it_is_the_only_one() -> None:
    reading = roster(book(Table("花名册(样表)", ROSTER, [PAN]), Table("填表说明", ["一、类别按下拉选择"], [])))
    assert [row.name for row in reading.rows] == ["潘阿生"]
    assert ["填表说明" in note for note in reading.notes] == [True]


@pytest.mark.parametrize(("people", "read"), [([MEI, WU], 1), ([MEI, WU, YANG], 4)])
def test_a_list_in_a_copy_of_the_sample_is_read_and_said(people: list[list[Value]], read: int) -> None:
    reading = roster(book(Table("一班", ROSTER, [PAN]), Table("二班(样表)", ROSTER, people)))
    assert (len(reading.rows), reading.faults) == (read, [])
    [note] = reading.notes
    assert ("已读取" in note, "未读取" in note) == (read > 1, read == 1)


def test_the_people_of_a_sample_do_not_stand_in_for_a_list_that_cannot_be_read() -> None:
    with pytest.raises(SheetError) as refused:
        roster(book(Table("花名册", ["姓名", "身份证号"], [[*PAN[:2]]]), Table("样表", ROSTER, [WU])))
    assert "“花名册”缺少列:户籍所在乡镇" in refused.value.detail


# --- several lists -------------------------------------------------------------------------------------------------------------------------


def test_a_second_list_below_is_read_by_its_own_header() -> None:
    below = [[*PAN, None], [None] * 4, ["第二组", None, None, None], ["户籍乡镇", "序号", "姓名", "身份证号"], ["舟溪镇", "1", *MEI[:2]]]
    reading = roster(book(Table("表", ROSTER, below)))
    assert [(row.row, row.name, row.region_code) for row in reading.rows] == [(2, "潘阿生", "522601100"), (6, "潘阿妹", "522601101")]
    assert (reading.total, reading.faults) == (2, [])


def test_a_smaller_list_above_is_read_too() -> None:
    rows = [PAN, [], [*ROSTER, "联系电话", "性别"], [*MEI, "", "女"]]
    assert [row.name for row in roster(book(Table("表", ROSTER, rows))).rows] == ["潘阿生", "潘阿妹"]


def test_a_second_list_side_by_side_is_read() -> None:
    reading = roster(book(Table("表", ["序号", *ROSTER, None, "序号", *ROSTER], [["1", *PAN, None, "2", *MEI], ["3", *WU]])))
    assert [(row.row, row.name) for row in reading.rows] == [(2, "潘阿生"), (3, "吴老岩"), (2, "潘阿妹")]
    assert (reading.total, reading.faults) == (3, [])


def test_a_fault_of_the_second_list_side_by_side_is_told_of_its_own_cell() -> None:
    reading = roster(book(Table("表", [*ROSTER, *ROSTER], [[*PAN, *MEI[:2], "雷山县"]])))
    assert found(reading) == [(2, "F", "unknown_region")]


def test_of_a_second_list_that_lacks_a_column_it_is_said_that_it_is_not_read() -> None:
    reading = roster(book(Table("表", ROSTER, [PAN, ["姓名", "身份证号", "职称"], [*MEI[:2], "讲师"]])))
    assert ([row.name for row in reading.rows], reading.total) == (["潘阿生"], 1)
    assert reading.notes == ["表“表”第 3 行起的另一份名单缺少列:户籍所在乡镇(街道),未读取。"]


def test_a_header_printed_again_on_every_page_begins_nothing_new() -> None:
    reading = roster(book(Table("表", ROSTER, [PAN, ROSTER, MEI, ROSTER, WU, PAN])))
    assert ([row.name for row in reading.rows], reading.notes) == (["潘阿生", "潘阿妹", "吴老岩"], [])
    assert found(reading) == [(7, "B", "duplicate_row")]


def test_one_list_a_day_below_another_is_signed_day_by_day() -> None:
    reading = sign_in(csv_of("姓名,4月8日上午\n潘阿生,√\n潘阿妹,√\n姓名,4月9日上午\n潘阿生,√\n潘阿妹,×\n"))
    marks = [(row.key, mark.on.day, mark.present) for row in reading.rows for mark in row.marks]
    assert marks == [("a", 8, True), ("b", 8, True), ("a", 9, True), ("b", 9, False)]


def test_a_sign_in_sheet_whose_header_is_printed_again_without_its_days_goes_on() -> None:
    reading = sign_in(csv_of("姓名,4月8日\n,上午\n潘阿生,√\n姓名,\n潘阿妹,√\n"))
    assert [(row.key, row.half_days) for row in reading.rows] == [("a", 1), ("b", 1)]


def test_two_columns_of_people_sign_side_by_side() -> None:
    reading = sign_in(csv_of("姓名,4月8日上午,姓名,4月8日上午\n潘阿生,√,潘阿妹,×\n"))
    assert [(row.key, row.half_days) for row in reading.rows] == [("a", 1), ("b", 0)]


# --- dates without a format ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_1904", "serial"), [(False, 45352), (True, 43890)])
def test_a_date_that_lost_its_format_is_counted_from_the_books_own_day(is_1904: bool, serial: int) -> None:
    def write(made: xlsxwriter.Workbook, page: Any) -> None:
        page.write_row(0, 0, ["姓名", "身份证号", "专职/兼职", "聘用日期", "聘用截止日期"])
        page.write_row(1, 0, ["甲", MAN, "专职", serial])
        page.write_datetime(1, 4, dt.datetime(2025, 3, 1), made.add_format({"num_format": "yyyy-mm-dd"}))

    reading = teachers(workbook(write, date_1904=is_1904))
    assert [(row.from_on, row.to_on) for row in reading.rows] == [(dt.date(2024, 3, 1), dt.date(2025, 3, 1))]


def test_a_csv_of_bare_numbers_counts_as_most_programs_do() -> None:
    assert statuses(csv_of(f"证件号码,开始年月\n{MAN},45352\n")).rows[0].from_on == dt.date(2024, 3, 1)


def test_the_old_format_counts_from_its_own_day_and_tells_its_errors() -> None:
    reading = statuses(sample("pension-list-1904.xls"))
    assert [(row.row, row.from_on) for row in reading.rows] == [(2, dt.date(2024, 12, 1))]
    assert (found(reading), reading.notes) == ([(3, "D", "unreadable_cell")], ["表“Sheet2”是空的,未读取。"])


def test_the_days_of_a_sign_in_sheet_may_have_lost_their_format() -> None:
    header = ["姓名", (DAYS[0] - dt.date(1899, 12, 30)).days]
    reading = sign_in(workbook(lambda _, page: [page.write_row(0, 0, header), page.write_row(1, 0, ["潘阿生", "√"])]))
    assert [(mark.on, mark.present) for mark in reading.rows[0].marks] == [(DAYS[0], True)] * 2


# --- errors of cells -----------------------------------------------------------------------------------------------------------------------

ERRORS = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"]


@pytest.mark.parametrize("error", ERRORS)
def test_a_pension_whose_end_is_an_error_does_not_become_endless(error: str) -> None:
    def write(_: xlsxwriter.Workbook, page: Any) -> None:
        page.write_row(0, 0, ["姓名", "证件号码", "开始年月", "停发年月"])
        page.write_row(1, 0, ["潘阿生", MAN, "202401"])
        page.write_formula(1, 3, "=VLOOKUP(1,Z1:Z2,1,0)", None, error)
        page.write_row(2, 0, ["潘阿妹", WOMAN, "202401"])

    reading = statuses(workbook(write))
    assert (found(reading), reading.faults[0].seen) == ([(2, "D", "unreadable_cell")], error)
    assert [row.row for row in reading.rows] == [3]


@pytest.mark.parametrize("error", [*ERRORS, "########"])
def test_errors_saved_as_text_are_errors_too(error: str) -> None:
    assert found(statuses(csv_of(f"证件号码,开始年月,停发年月\n{MAN},202401,{error}\n"))) == [(2, "C", "unreadable_cell")]


def test_an_unreadable_cell_is_its_one_fault_and_the_others_are_told_beside_it() -> None:
    reading = roster(book_of([*ROSTER, "联系电话"], ["#N/A", MAN, "雷山县", "#REF!"], ["潘阿妹", "#N/A", "舟溪镇", ""]))
    assert found(reading) == [
        (2, "A", "unreadable_cell"),
        (2, "D", "unreadable_cell"),
        (2, "C", "unknown_region"),
        (3, "B", "unreadable_cell"),
    ]


def test_an_unreadable_mark_is_neither_present_nor_absent() -> None:
    assert found(sign_in(csv_of("姓名,4月8日上午\n潘阿生,#N/A\n"))) == [(2, "B", "unreadable_cell")]


def test_lines_where_only_a_formula_stands_are_no_people() -> None:
    assert roster(book_of([*ROSTER, "性别"], [*PAN, "男"], [None, None, None, "#VALUE!"])).total == 1


# --- csv -----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"姓名\t,身份证号\t,户籍乡镇\t\n潘阿生\t,{MAN}\t,三棵树镇\t\n", id="a-tab-after-every-field"),
        pytest.param(f"姓名\t,身份证号\t,户籍乡镇\t,\n潘阿生\t,{MAN}\t,三棵树镇\t,\n", id="and-a-comma-at-the-end"),
        pytest.param(f'"姓名";"身份证号";"户籍乡镇"\n"潘阿生";"{MAN}";"三棵树镇"\n', id="quoted-with-semicolons"),
        pytest.param(f'"姓名";"身份证号";"户籍乡镇"\n"潘阿生";"{MAN}";"贵州,凯里,三棵树镇,南花,一组"\n', id="commas-within-quotes"),
        pytest.param(
            f'姓名,身份证号,户籍乡镇,备注\n潘阿生,{MAN},三棵树镇,"种植;养殖;电工;焊工;家政;护理;烹饪;茶艺;刺绣;导游"\n',
            id="semicolons-within-quotes",
        ),
        pytest.param(f"sep=;\n姓名;身份证号;户籍乡镇\n潘阿生;{MAN};三棵树镇\n", id="told-in-the-first-line"),
        pytest.param(f"姓名\t身份证号\t户籍乡镇\n潘阿生\t{MAN}\t三棵树镇\n", id="tabs"),
        pytest.param(f"姓名|身份证号|户籍乡镇\n潘阿生|{MAN}|三棵树镇\n", id="bars"),
    ],
)
def test_a_csv_is_parted_as_it_was_meant(text: str) -> None:
    reading = roster(csv_of(text))
    assert [(row.row, row.name, row.region_code) for row in reading.rows] == [(2, "潘阿生", "522601100")]


# --- words ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sex", ["1", 1, "01", "１", "1-男", "男1", "1.男", "男(1)", "M", "男性", "0", "9", "未知", ""])
def test_sex_may_be_told_by_its_code(sex: Value) -> None:
    assert roster(book_of([*ROSTER, "性别"], [*PAN, sex])).faults == []


@pytest.mark.parametrize(
    ("sex", "code"),
    [
        *((told, "sex_differs_from_id_number") for told in ("2", "女", "2-女", "F")),
        *((told, "unknown_sex") for told in ("难", "3", "1-女", "男女", "?")),
    ],
)
def test_another_sex_and_none_are_told_apart(sex: str, code: str) -> None:
    assert found(roster(book_of([*ROSTER, "性别"], [*PAN, sex]))) == [(2, "D", code)]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("建档立卡户", "out_of_poverty_worker"),
        ("脱贫户", "out_of_poverty_worker"),
        ("农民工", "rural_transfer_worker"),
        ("已登记失业人员", "registered_unemployed"),
    ],
)
def test_an_offices_word_that_means_one_category_is_that_category(word: str, code: str) -> None:
    assert reference.category_words()[word] == code


def test_a_word_that_may_mean_several_categories_is_asked_back_with_those() -> None:
    assert {"城乡登记失业人员", "符合条件的城乡各类劳动者"} <= set(reference.category_questions()["失业人员"])
    assert not reference.category_questions().keys() & reference.category_words().keys()
    reading = roster(book_of([*ROSTER, "人员类别"], [*PAN, "失业人员"]))
    assert found(reading) == [(2, "D", "unknown_category")]
    assert "城乡登记失业人员、符合条件的城乡各类劳动者" in reading.faults[0].fix


@pytest.mark.parametrize(
    ("number", "id_type"),
    [
        ("810000199003070016", "residence_permit"),
        ("830000199003070011", "residence_permit"),
        ("911111199003070017", "foreign_permanent_residence"),
        (MAN, "citizen"),
    ],
)
def test_a_permit_is_known_by_its_number(number: str, id_type: str) -> None:
    assert id_type_of(number) == id_type


@pytest.mark.parametrize(
    "phones",
    [
        "13508550001/13608550002",
        "13508550001、13608550002",
        "13508550001 13608550002",
        "13508550001\n13608550002",
        "13508550001,0855-8065700",
    ],
)
def test_of_two_telephones_in_one_cell_the_first_is_kept_and_it_is_said(phones: str) -> None:
    reading = roster(book_of([*ROSTER, "电话"], [*PAN, phones], [*MEI, "138-1350 8550"]))
    assert ([row.phone for row in reading.rows], reading.faults) == (["13508550001", "13813508550"], [])
    assert reading.notes == ["表“表”第 2 行:电话一栏有多个号码,只登记第一个。"]


def test_digits_in_full_width_are_digits() -> None:
    row = roster(
        csv_of(
            f"姓名,身份证号,户籍乡镇,电话\n潘阿生,{MAN.translate({48 + n: 0xFF10 + n for n in range(10)})},三棵树镇,１３５０８５５０００１\n"
        )
    )
    assert [(each.citizen.number, each.phone) for each in row.rows] == [(MAN, "13508550001")]


@pytest.mark.parametrize(("mark", "present"), [("✔️", 1), ("☑️", 1), ("✅", 1), ("✖️", 0), ("❌", 0)])
def test_a_coloured_mark_is_the_mark(mark: str, present: int) -> None:
    assert [row.half_days for row in sign_in(csv_of(f"姓名,4月8日上午\n潘阿生,{mark}\n")).rows] == [present]
