"""Finds the tables in an office's book: which row is a header, which column is which, which rows are people and which are titles, totals and signatures.

Whatever holds the needed columns is read: on every sheet, one table below another, and two side by side. What is not read is said in notes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared import county
from shared.national_numbers import compact
from shared.sheets.cells import Book, Row, Sheet, SheetError, column_letter, is_cell_error

HEADER_WITHIN_ROWS: Final = 30
HEADER_CHARACTERS_AT_MOST: Final = 20
SAMPLE_PEOPLE_AT_MOST: Final = 2  # a list written into a copy of the sample keeps its name
NUMBER_DIGITS_AT_LEAST: Final = 10  # fewer digits in the number's column (44人, 无) are no attempt at a number
NO_DIGIT: Final = re.compile(r"[^\d*]")
NAME, ID_NUMBER, ORDER = "name", "id_number", "order"

# The invented person in the templates: skipped while the row still says that it is the example.
EXAMPLE_ORDER: Final = "示例"
EXAMPLE_NUMBER: Final = county.here().examples.id_number

FOOT: Final = re.compile(
    r"^(?:合计|总计|小计|共计|累计|总人数|注:|备注:|说明:|填表|填报|制表|审核|复核|审批|经办|负责人?:|领导|单位|日期:|联系人|监督|班主任|共\d+人)|盖章|公章|签字|签名"
)
# Without a number, a row is a person's if one of these is filled in (an order or a category may be filled down over empty lines) …
WHO: Final = (NAME, "phone", "bank_account")
# … and if it is not a single sentence.
NOTE: Final = re.compile(r"[,。;:!?]|.{16}")
INSTRUCTIONS: Final = re.compile(r"说明|须知|示例|样表|范例|字典|下拉|代码表|选项")
PERHAPS_A_HEADER: Final = re.compile("[姓证份]")  # the words for a name or a number; few other rows hold one


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a kind of sheet. `headers`: what a header says for each field once spaces, units and remarks in brackets are gone; the first field
    that fits a header has it, the first column that fits a field has the field. `called`: what a missing column is asked for by. `instead`: the field
    that another stands in for."""

    headers: Mapping[str, str]
    called: Mapping[str, str]
    instead: Mapping[str, str] = field(default_factory=dict)
    _known: dict[str, str | None] = field(default_factory=dict)

    def field_of(self, text: str) -> str | None:
        words = header_words(text)
        if not words or len(words) > HEADER_CHARACTERS_AT_MOST:
            return None
        if words not in self._known:
            self._known[words] = next((name for name, pattern in self.headers.items() if re.fullmatch(pattern, words)), None)
        return self._known[words]

    def missing(self, needed: Sequence[str], columns: Mapping[str, int]) -> str:
        return "、".join(self.called[name] for name in needed if name not in columns)


@dataclass(frozen=True, slots=True)
class Layout:
    """A table whose header was found: `header_row`, `last_header_row` and `last_row` as the spreadsheet counts, `columns` from field to column counted
    from 0, `span` the columns that are its own."""

    sheet: Sheet
    header_row: int
    last_header_row: int
    last_row: int
    columns: Mapping[str, int]
    span: range

    def letter(self, field: str) -> str:
        return column_letter(self.columns.get(field, self.columns.get(NAME, self.span.start)))

    def text(self, row: Row, field: str) -> str:
        return row.text(self.columns.get(field))


@dataclass(slots=True)
class Found:
    """The tables to be read, in their order, and what else there is."""

    layouts: list[Layout] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def header_words(text: str) -> str:
    """户籍所在乡镇\\n(街道) → 户籍所在乡镇, * 姓  名: → 姓名."""
    return re.sub(r"\(.*?\)|\[.*?\]|【.*?】|[\s*::、,。]", "", text).lower()


def columns_of(row: Row, words: Words, span: range | None = None) -> dict[str, int]:
    found: dict[str, int] = {}
    for column in span if span is not None else range(len(row.values)):
        if column not in row.filled and (name := words.field_of(row.text(column))):
            found.setdefault(name, column)
    for name, other in words.instead.items():
        if name not in found and other in found:
            found[name] = found[other]
    return found


def find_layouts(book: Book, words: Words, *, needed: Sequence[str]) -> Found:
    """Every table of a visible sheet with the needed columns; raises SheetError `unknown_sheet_layout` saying what is missing. A sheet named for samples
    or instructions is read if there is no other table, or if it has more people than a sample beside a list that is read."""
    found = Found()
    nearest: tuple[str, Mapping[str, int]] = ("", {})
    put_off: list[Sheet] = []
    for sheet in book.sheets:
        if not any(row.own_texts() for row in sheet.rows):
            found.notes.append(f"表“{sheet.name}”是空的,未读取。")
        elif not sheet.visible:
            found.notes.append(f"表“{sheet.name}”是隐藏的,未读取;如需导入请取消隐藏。")
        elif INSTRUCTIONS.search(sheet.name):
            put_off.append(sheet)
        elif len(columns := _read_tables(sheet, words, needed, found)) > len(nearest[1]):
            nearest = (sheet.name, columns)
    alone = not found.layouts and not nearest[1]
    for sheet in put_off:
        its = Found()
        columns = _read_tables(sheet, words, needed, its)
        listed = sum(1 for layout in its.layouts for _ in people(layout))
        if not alone and not (found.layouts and listed > SAMPLE_PEOPLE_AT_MOST):
            found.notes.append(f"表“{sheet.name}”按名称是样表或说明,未读取。")
            continue
        found.layouts += its.layouts
        found.notes += its.notes
        if not alone:
            found.notes.append(f"表“{sheet.name}”按名称是样表或说明,但其中有 {listed} 人,已读取;确是样表的,请删去后重新导入。")
        elif len(columns) > len(nearest[1]):
            nearest = (sheet.name, columns)
    if not found.layouts:
        where = f"表“{nearest[0]}”缺少列:" if nearest[1] else "没有找到表头;至少要有列:"
        raise SheetError("unknown_sheet_layout", f"{where}{words.missing(needed, nearest[1])}。请补上表头,或下载模板填写", found.notes)
    return found


def _read_tables(sheet: Sheet, words: Words, needed: Sequence[str], found: Found) -> Mapping[str, int]:
    """Adds the sheet's tables, or the note that it has none; answers the columns of what looks most like a header and is none."""
    headers = _headers(sheet, words, needed)
    if not headers:
        top = [columns_of(row, words) for row in sheet.rows[:HEADER_WITHIN_ROWS]]
        columns = max(top, key=lambda each: (sum(name in each for name in needed), len(each)))
        found.notes.append(f"表“{sheet.name}”没有找到列:{words.missing(needed, columns)},未读取。")
        return columns
    ends = [*(_before(sheet, below) for below in headers[1:]), len(sheet.rows)]
    for header, last_row in zip(headers, ends, strict=True):
        spans = _side_by_side(header, words, needed, sheet.width)
        for span in spans:
            columns = columns_of(header, words, span)
            if lacking := words.missing(needed, columns):
                found.notes.append(f"表“{sheet.name}”第 {header.number} 行起的另一份名单缺少列:{lacking},未读取。")
            else:
                found.layouts.append(_with_second_row(sheet, header, columns, span, last_row, words))
    return {}


def _headers(sheet: Sheet, words: Words, needed: Sequence[str]) -> list[Row]:
    """The rows that a table begins with: the one most like a header near the top, and others with all columns, or with a name and a number, which begin
    another table. None where no row has all columns."""
    top = [(row, columns_of(row, words)) for row in sheet.rows[:HEADER_WITHIN_ROWS]]
    best, columns = max(top, key=lambda each: (sum(name in each[1] for name in needed), len(each[1])))
    if not set(needed) <= columns.keys():
        return []
    whole, person = set(needed), {NAME, ID_NUMBER} & columns.keys()
    headers = [best]
    for row in sheet.rows:
        if row is best or not any(isinstance(value, str) and PERHAPS_A_HEADER.search(value) for value in row.values):
            continue
        here = columns_of(row, words)
        if row.number < best.number:
            begins = whole | person <= here.keys() and best.number - row.number > 1 and len(here) > 1
        else:
            begins = (whole <= here.keys() and (len(here) > 1 or here == columns)) or {NAME, ID_NUMBER} <= here.keys()
        if begins:
            headers.append(row)
    return sorted(headers, key=lambda row: row.number)


def _before(sheet: Sheet, header: Row) -> int:
    """The last row that can belong to the table above: not the title of the one below, which stands alone in its row."""
    last = header.number - 1
    return last - 1 if last and len(sheet.rows[last - 1].own_texts()) == 1 else last


def _side_by_side(header: Row, words: Words, needed: Sequence[str], width: int) -> list[range]:
    """The columns of each table that begins in this row: another begins where the same name (and number) comes again."""
    starts = [0]
    seen: dict[str, str] = {}
    for column in range(len(header.values)):
        name = words.field_of(header.text(column)) if column not in header.filled else None
        if name in (ORDER, NAME, ID_NUMBER) and seen.get(name) == header.text(column):
            rest = columns_of(header, words, range(column, len(header.values)))
            if {*needed, *({ID_NUMBER} & seen.keys())} <= rest.keys() or {NAME, ID_NUMBER} <= rest.keys():
                starts.append(column)
                seen = {}
        if name:
            seen.setdefault(name, header.text(column))
    return [range(start, end) for start, end in zip(starts, [*starts[1:], width], strict=True)]


def _with_second_row(sheet: Sheet, header: Row, columns: dict[str, int], span: range, last_row: int, words: Words) -> Layout:
    """A header merged downwards over a second row: the second row names what stands below a shared heading (联系方式: 电话, 微信)."""
    first, last = min(columns.values()), header
    for below in sheet.rows[header.number :]:
        if first not in below.filled or below.text(first) != header.text(first):
            break
        columns = columns_of(below, words, span) | columns
        last = below
    return Layout(sheet, header.number, last.number, max(last_row, last.number), columns, span)


def people(layout: Layout) -> Iterator[Row]:
    """The rows of people: no blank lines, totals, signatures, nor the template's own example."""
    for row in layout.sheet.rows[layout.last_header_row : layout.last_row]:
        id_number = compact(layout.text(row, ID_NUMBER))
        if id_number in ("", EXAMPLE_NUMBER) and layout.text(row, ORDER) == EXAMPLE_ORDER:
            continue
        if len(NO_DIGIT.sub("", id_number)) < NUMBER_DIGITS_AT_LEAST and not is_cell_error(id_number):
            own = row.own_texts(layout.span)
            told = [text for name in WHO if (text := layout.text(row, name))]
            if not told or any(FOOT.search(text) for text in own) or (len(own) == 1 and NOTE.search(own[0])):
                continue
        yield row
