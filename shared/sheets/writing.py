"""Writes .xlsx in which nothing runs: every text is stored as text, so =, +, -, @ stay what they are and long numbers stay whole."""

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shared.sheets.cells import Book, RowFault, Sheet, Value, column_letter

CELL_CHARACTERS_AT_MOST: Final = 32_767
COLUMN_WIDTHS: Final = (8, 40)
OFFERED_CHARACTERS_AT_MOST: Final = 255
ROWS_OFFERED: Final = 20_000
ROWS_MEASURED: Final = 200  # a column is as wide as its first rows need

RUNS: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula
TEXT_FORMAT: Final = 49  # Excel's own number for @: what is typed stays as typed
STYLES: Final[dict[str, dict[str, object]]] = {
    "header": {"num_format": TEXT_FORMAT, "bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"},
    "wrong": {"num_format": TEXT_FORMAT, "bg_color": "#FFC7CE"},
    "told": {"num_format": TEXT_FORMAT, "font_color": "#9C0006", "text_wrap": True},
    "told_header": {"num_format": TEXT_FORMAT, "font_color": "#9C0006", "bold": True},
    "merged": {"num_format": TEXT_FORMAT, "align": "center", "valign": "vcenter"},
    "date": {"num_format": "yyyy-mm-dd"},
    "money": {"num_format": "#,##0.00"},
    "number": {"num_format": "General"},
    "text": {"num_format": TEXT_FORMAT},
}


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet to write. Texts stay texts; dates, numbers and decimals (yuan) become real ones. `choices`: the words that the cells below a header are
    chosen from; others may be typed."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value | Decimal]]
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write_book(sheets: Sequence[Table]) -> bytes:
    """An .xlsx with a bold frozen header; every column is a text column unless its values are dates or numbers."""
    out = io.BytesIO()
    with _new_workbook(out) as workbook:
        styles = _styles(workbook)
        for table in sheets:
            page = workbook.add_worksheet(_sheet_name(table.name))
            _set_widths(page, [table.header, *table.rows[:ROWS_MEASURED]], styles["text"])
            for column, words in enumerate(table.header):
                _write(page, 0, column, words, styles, "header")
            page.freeze_panes(1, 0)
            for column, words in enumerate(table.header):
                if offered := table.choices.get(words):
                    _offer(page, column, offered)
            for number, values in enumerate(table.rows, 1):
                for column, value in enumerate(values):
                    _write(page, number, column, value, styles)
    return out.getvalue()


def _offer(page: Worksheet, column: int, words: Sequence[str]) -> None:
    """A drop-down. The format holds 255 characters of words; a list that is longer cannot be offered, and is an error of whoever made it."""
    if len(",".join(words)) > OFFERED_CHARACTERS_AT_MOST:
        raise ValueError(f"too many words to offer: {words}")
    page.data_validation(1, column, ROWS_OFFERED, column, {"validate": "list", "source": list(words), "show_error": False})


def write_csv(table: Table) -> bytes:
    """The same as UTF-8 with a byte order mark, for programs that read no workbook. A text that would run in a spreadsheet begins with an apostrophe."""
    out = io.StringIO(newline="")
    written = csv.writer(out)
    written.writerow(table.header)
    written.writerows([_inert(value) for value in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _inert(value: Value | Decimal) -> Value | Decimal:
    return f"'{value}" if isinstance(value, str) and value.startswith(RUNS) else value


def with_error_column(book: Book, faults: Iterable[RowFault], header_rows: Mapping[str, int] | None = None) -> bytes:
    """The same sheets back, every value as text in its own place, faulty cells red, and what is wrong with each row in a new column at the right."""
    by_sheet: dict[str, dict[int, list[RowFault]]] = {}
    for fault in faults:
        by_sheet.setdefault(fault.sheet, {}).setdefault(fault.row, []).append(fault)
    out = io.BytesIO()
    with _new_workbook(out) as workbook:
        styles = _styles(workbook)
        pages = [workbook.add_worksheet(_sheet_name(sheet.name)) for sheet in book.sheets]
        for page, sheet in zip(pages, book.sheets, strict=True):
            wrong = by_sheet.get(sheet.name, {})
            _copy(page, sheet, wrong, styles)
            if wrong:
                page.set_column(sheet.width, sheet.width, 60)
                _write(page, (header_rows or {}).get(sheet.name, 1) - 1, sheet.width, "导入错误", styles, "told_header")
            for number, found in wrong.items():
                _write(page, number - 1, sheet.width, ";".join(f"{fault.column} 列:{fault.fix}" for fault in found), styles, "told")
            if not sheet.visible:
                page.hide()
        shown = next((page for page, sheet in zip(pages, book.sheets, strict=True) if sheet.visible), None)
        if shown is not None:
            shown.activate()
            shown.set_first_sheet()
    return out.getvalue()


def _copy(page: Worksheet, sheet: Sheet, wrong: Mapping[int, Sequence[RowFault]], styles: Mapping[str, Format]) -> None:
    _set_widths(page, [row.values for row in sheet.rows[:ROWS_MEASURED]], styles["text"])
    for top, left, bottom, right in sheet.merged:
        page.merge_range(top, left, bottom, right, "", styles["merged"])
    for row in sheet.rows:
        red = {fault.column for fault in wrong.get(row.number, ())}
        for column in range(len(row.values)):
            if column not in row.filled and (row.text(column) or column_letter(column) in red):
                _write(page, row.number - 1, column, row.text(column), styles, "wrong" if column_letter(column) in red else "text")


def _new_workbook(out: io.BytesIO) -> xlsxwriter.Workbook:
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(out, plain)


def _styles(workbook: xlsxwriter.Workbook) -> dict[str, Format]:
    return {name: workbook.add_format(properties) for name, properties in STYLES.items()}


def _write(page: Worksheet, row: int, column: int, value: Value | Decimal, styles: Mapping[str, Format], style: str = "text") -> None:
    if value is None:
        return
    if isinstance(value, str):
        page.write_string(row, column, value[:CELL_CHARACTERS_AT_MOST], styles[style])
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, value, styles["date"])
    else:
        page.write_number(row, column, value, styles["money" if isinstance(value, Decimal) else "number"])


def _set_widths(page: Worksheet, rows: Sequence[Sequence[Value | Decimal]], style: Format) -> None:
    for column in range(max((len(values) for values in rows), default=0)):
        widest = max(_width_of(values[column]) for values in rows if column < len(values))
        page.set_column(column, column, min(max(widest + 2, COLUMN_WIDTHS[0]), COLUMN_WIDTHS[1]), style)


def _width_of(value: Value | Decimal) -> int:
    """In half-width characters: a Chinese character takes two."""
    lines = str("" if value is None else value).splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line[:100]) for line in lines)


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "_", name)[:31].strip("'") or "Sheet"
