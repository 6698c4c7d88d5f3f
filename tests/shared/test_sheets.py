"""Spreadsheets in and out: what is read, what is refused and why, and that nothing in a written sheet runs."""

import datetime as dt
import io
import random
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from shared.sheets import Book, Row, RowFault, SheetError, Table, Value, column_letter, open_book, text_of, with_error_column, write_book

SAMPLES = Path(__file__).parents[1] / "samples"


def workbook_with(sheet_xml: str, *, entries: dict[str, bytes] | None = None, drop: tuple[str, ...] = ()) -> bytes:
    """A small workbook whose first sheet's XML is replaced, entries added or dropped."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_book([Table("表", ["甲"], [["乙"]])]))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name not in drop:
                target.writestr(name, sheet_xml if sheet_xml and name == "xl/worksheets/sheet1.xml" else source.read(name))
        for name, content in (entries or {}).items():
            target.writestr(name, content)
    return out.getvalue()


def sheet_xml(cells: str) -> str:
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'


def texts(book: Book) -> list[list[str]]:
    return [[row.text(column) for column in range(len(row.values))] for row in book.sheets[0].rows]


# --- opening -------------------------------------------------------------------------------------------------------------------------------

WHOLE = write_book([Table("表", ["姓名"], [["潘阿生"]] * 50)])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "filename", "code", "says"),
    [
        pytest.param(b"", "a.xlsx", "unreadable_file", "空", id="no-bytes"),
        pytest.param(b" \r\n\t ", "a.csv", "unreadable_file", "空", id="white-space"),
        pytest.param(random.Random(7).randbytes(5_000), "a.xlsx", "unreadable_file", "不是电子表格", id="random-bytes"),
        pytest.param(random.Random(7).randbytes(5_000), "a.csv", "unreadable_file", "UTF-8", id="random-bytes-as-csv"),
        pytest.param(b"PK\x03\x04" + random.Random(7).randbytes(5_000), "a.xlsx", "unreadable_file", "损坏", id="random-bytes-as-zip"),
        pytest.param(WHOLE[: len(WHOLE) // 2], "a.xlsx", "unreadable_file", "损坏", id="cut-in-half"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3", "a.xlsx", "unreadable_file", "不是电子表格", id="pdf-renamed"),
        pytest.param("姓名,身份证号".encode(), "a.xlsx", "unreadable_file", "不是电子表格", id="csv-renamed-xlsx"),
        pytest.param(OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "unreadable_file", "密码", id="encrypted"),
        pytest.param(OLE + b"\0" * 504, "a.xls", "unreadable_file", "损坏", id="ole-header-alone"),
        pytest.param("姓名\n潘".encode() + b"\x00\x01\x02", "a.csv", "unreadable_file", "UTF-8", id="csv-with-binary"),
        pytest.param(b"\xff\xfe\x00", "a.csv", "unreadable_file", "UTF-16", id="half-a-utf-16-character"),
        pytest.param(workbook_with("", drop=("xl/workbook.xml",)), "a.xlsx", "unreadable_file", "不是 .xlsx", id="zip-without-a-workbook"),
        pytest.param(
            workbook_with("", drop=("xl/worksheets/sheet1.xml",)), "a.xlsx", "unreadable_file", "", id="workbook-without-its-sheet"
        ),
        pytest.param(workbook_with(sheet_xml("")), "a.xlsx", "unreadable_file", "没有内容", id="nothing-in-it"),
        pytest.param(workbook_with("<worksheet"), "a.xlsx", "unreadable_file", "", id="broken-xml"),
        pytest.param(workbook_with('<!DOCTYPE a [<!ENTITY b "c">]>' + sheet_xml("")), "a.xlsx", "unreadable_file", "", id="entities"),
        pytest.param(
            workbook_with(sheet_xml('<row r="1"/>').encode("utf-16").decode("latin-1")),
            "a.xlsx",
            "unreadable_file",
            "",
            id="mangled-utf-16",
        ),
        pytest.param(b"a" * (20 * 1024 * 1024 + 1), "a.csv", "file_too_large", "20 MB", id="over-20-mb"),
        pytest.param(
            workbook_with("", entries={"xl/media/a.bin": b"0" * (201 * 1024 * 1024)}), "a.xlsx", "file_too_large", "200 MB", id="zip-bomb"
        ),
        pytest.param(
            workbook_with("", entries={f"a/{n}": b"" for n in range(1_001)}), "a.xlsx", "file_too_large", "部件", id="too-many-entries"
        ),
        pytest.param(
            workbook_with(sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
            "a.xlsx",
            "file_too_large",
            "第 1048576 行 XFD 列",
            id="a-cell-in-the-farthest-corner",
        ),
        pytest.param(
            workbook_with(sheet_xml("<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c><v>1</v></c></row>")),
            "a.xlsx",
            "file_too_large",
            "第 1048576 行",
            id="a-far-row-of-cells-without-address",
        ),
        pytest.param("甲\n".encode() * 20_201, "a.csv", "file_too_large", "20000", id="too-many-rows"),
        pytest.param(("甲" + "," * 200).encode(), "a.csv", "file_too_large", "200 列", id="too-many-columns"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_its_reason(data: bytes, filename: str, code: str, says: str) -> None:
    with pytest.raises(SheetError) as refused:
        open_book(data, filename)
    assert refused.value.code == code
    assert says in refused.value.detail


def test_long_text_named_by_many_cells_is_refused_before_it_is_copied() -> None:
    cells = "".join(f'<row r="{row}">' + f'<c r="A{row}" t="s"><v>0</v></c>' * 10 + "</row>" for row in range(1, 2_001))
    shared = f"<sst><si><t>{'a' * 60_000}</t></si></sst>".encode()
    data = workbook_with(sheet_xml(cells), drop=("xl/sharedStrings.xml",), entries={"xl/sharedStrings.xml": shared})
    with pytest.raises(SheetError) as refused:
        open_book(data, "a.xlsx")
    assert refused.value.code == "file_too_large"


def test_formatted_cells_without_content_do_not_count_as_rows() -> None:
    data = workbook_with(
        sheet_xml('<row r="1"><c r="A1"><v>7</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/><c r="A1048576"></c></row>')
    )
    assert texts(open_book(data, "a.xlsx")) == [["7"]]


def test_twenty_thousand_rows_are_read() -> None:
    rows = [[str(number), "潘阿生", "522601199003070017"] for number in range(20_000)]
    book = open_book(write_book([Table("表", ["序号", "姓名", "身份证号"], rows)]), "a.xlsx")
    assert len(book.sheets[0].rows) == 20_001
    assert book.sheets[0].rows[20_000].values == ("19999", "潘阿生", "522601199003070017")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"], ids=["comma", "tab", "semicolon"])
def test_a_csv_is_read_in_every_encoding_offices_use(encoding: str, delimiter: str) -> None:
    lines = [["姓名", "证件号码", "备注"], ["欧𬭊花", "'522601199003070017", '"甲\n乙"'], [], ["潘", '="0855"', ""]]
    book = open_book("\r\n".join(delimiter.join(line) for line in lines).encode(encoding), "名单.CSV")
    assert texts(book) == [["姓名", "证件号码", "备注"], ["欧𬭊花", "522601199003070017", "甲\n乙"], [], ["潘", "0855", ""]]
    assert [row.number for row in book.sheets[0].rows] == [1, 2, 3, 4]


def test_the_old_xls_format_is_read_with_its_merged_cells() -> None:
    book = open_book((SAMPLES / "roster-old-format.xls").read_bytes(), "a.xls")
    assert texts(book)[2:] == [
        ["1", "潘阿生", "522601199003070017", "三棵树镇", "13508550001", "农村转移劳动者"],
        ["2", "潘阿妹", "522601199003070025", "舟溪镇", "13508550002", "农村转移劳动者"],
    ]


def test_merged_cells_are_filled_from_their_first_cell_and_marked() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        page = workbook.add_worksheet()
        page.merge_range("B2:C3", "合")
        page.write("D4", "完")
    rows = open_book(out.getvalue(), "a.xlsx").sheets[0].rows
    assert rows[1].values == rows[2].values == (None, "合", "合", None)
    assert (rows[1].filled, rows[2].filled) == ({2}, {1, 2})
    assert rows[2].own_texts() == []


def test_every_kind_of_cell_becomes_text_number_or_date() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, ["　ｘ１ ", 13508550001, 5.22601199003070017e17, 4800.5, True])
        page.write_datetime(0, 5, dt.datetime(2025, 7, 23), workbook.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_formula(0, 6, "=1/0", None, "#DIV/0!")
    row = open_book(out.getvalue(), "a.xlsx").sheets[0].rows[0]
    assert [row.text(column) for column in range(7)] == [
        "x1",
        "13508550001",
        "522601199003070000",
        "4800.5",
        "TRUE",
        "2025-07-23",
        "#DIV/0!",
    ]
    assert isinstance(row.values[2], float)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("\ufeff 王\u200b强 ", "王强"),
        ("'5226", "5226"),
        ("'甲", "'甲"),
        (1.0, "1"),
        (float("inf"), "inf"),
        (0.1, "0.1"),
        (dt.datetime(2025, 1, 2, 3, 4), "2025-01-02 03:04:00"),
    ],
)
def test_the_text_of_a_cell_is_clean(value: Value, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_the_spreadsheet_shows(column: int, letters: str) -> None:
    assert column_letter(column) == letters


# --- writing -------------------------------------------------------------------------------------------------------------------------------

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    "http://example.org",
    "{=1}",
    "0012",
    "a\x01b",
]


def test_texts_that_look_like_formulas_are_written_as_text() -> None:
    data = write_book([Table("表", ["值"], [[text] for text in DANGEROUS])])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        page = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "hyperlink" not in page
    assert page.count('t="s"') == len(DANGEROUS) + 1
    assert [row.values[0] for row in open_book(data, "a.xlsx").sheets[0].rows[1:]][:4] == DANGEROUS[:4]


def test_written_cells_keep_their_kind() -> None:
    table = Table(
        "2025:[花名册]",
        ["证件号码", "日期", "金额", "天数", "备注"],
        [["522601199003070017", dt.date(2025, 4, 8), Decimal("180.00"), 3, None]],
    )
    sheet = open_book(write_book([table]), "a.xlsx").sheets[0]
    assert sheet.name == "2025__花名册_"
    assert sheet.rows[1].values == ("522601199003070017", dt.date(2025, 4, 8), 180.0, 3.0, None)


def test_the_header_is_bold_and_frozen_and_empty_cells_below_are_text() -> None:
    with zipfile.ZipFile(io.BytesIO(write_book([Table("表", ["证件号码"], [])]))) as package:
        page, styles = package.read("xl/worksheets/sheet1.xml").decode(), package.read("xl/styles.xml").decode()
    assert 'state="frozen"' in page
    assert "<b/>" in styles
    column_style = int(re.search(r'<col [^>]*style="(\d+)"', page)[1])  # type: ignore[index]
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
    assert formats[column_style] == "49"


def test_the_same_sheet_comes_back_with_what_is_wrong_at_the_right() -> None:
    book = open_book((SAMPLES / "roster-electrician.xlsx").read_bytes(), "roster-electrician.xlsx")
    faults = [
        RowFault("花名册", 16, "D", "id_number_rounded", "5226**********2000", "改为文本格式"),
        RowFault("花名册", 16, "F", "invalid_phone", "1", "填写手机号码"),
        RowFault("花名册", 38, "B", "name_missing", "", "填写姓名"),
    ]
    again = open_book(with_error_column(book, faults, {"花名册": 3}), "a.xlsx")
    assert [sheet.name for sheet in again.sheets] == ["花名册", "填表说明"]
    assert again.sheets[0].merged == book.sheets[0].merged
    errors = {row.number: row.text(9) for row in again.sheets[0].rows if row.text(9)}
    assert errors == {3: "导入错误", 16: "D 列:改为文本格式;F 列:填写手机号码", 38: "B 列:填写姓名"}
    for before, after in zip(book.sheets[0].rows, again.sheets[0].rows, strict=True):
        assert [before.text(column) for column in range(9)] == [after.text(column) for column in range(9)]
        assert all(value is None or isinstance(value, str) for value in after.values)


def test_a_hidden_first_sheet_stays_hidden_in_the_sheet_that_comes_back() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        workbook.add_worksheet("选项").write("A1", "男")
        workbook.add_worksheet("名单").write("A1", "姓名")
        workbook.worksheets()[1].activate()
        workbook.worksheets()[0].hide()
    again = open_book(with_error_column(open_book(out.getvalue(), "a.xlsx"), []), "b.xlsx")
    assert [(sheet.name, sheet.visible) for sheet in again.sheets] == [("选项", False), ("名单", True)]


def test_a_row_knows_nothing_beyond_its_last_cell() -> None:
    row = Row(1, ("甲",))
    assert (row.text(0), row.text(5), row.text(None)) == ("甲", "", "")


def test_sheets_that_are_named_for_people_are_told_apart_without_their_numbers() -> None:
    names = ("522601900307001", "522601900307002", "杨秀英522601199003070025的花名册及签到表", "签到表")
    book = open_book(write_book([Table(name, ["姓名"], [["潘阿生"]]) for name in names]), "a.xlsx")
    told = ["*************** #1", "*************** #2", "杨秀英5226**********0025的花名册及签 #3", "签到表"]
    assert [sheet.name for sheet in book.sheets] == told
    faults = [RowFault(name, 2, "A", "name_missing", "", "填写") for name in told]
    back = open_book(with_error_column(book, faults, dict.fromkeys(told, 1)), "b.xlsx")
    assert [sheet.name for sheet in back.sheets] == [name.replace("*", "_") for name in told]  # no spreadsheet takes a star in a title
    assert all(sheet.rows[1].text(1) == "A 列:填写" for sheet in back.sheets)
