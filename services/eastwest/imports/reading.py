"""Reads the partner office's monthly sheet (在岗情况表) as a careful clerk would: a book in, clean rows and faults out."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared import county
from shared.national_numbers import InvalidNumber, citizen_id, compact
from shared.privacy import mask_number
from shared.redaction import quoted
from shared.sheets import Book, Reading, Row, RowFault, Sheet, SheetError, Value, column_letter, read_date, text_of

HEADER_WITHIN_ROWS: Final = 30
NEEDED: Final = {"id_number": "公民身份号码", "started": "入职日期"}
HEADERS: Final[Mapping[str, str]] = {
    "id_number": r".*(?:身份证|身份号码|证件号).*",
    "name": r".*姓名",
    "order": r".*订单.*号",
    "started": r".*(?:入职|上岗|到岗|就业).*(?:日期|时间)",
    "left": r".*(?:离职|离岗|离开).*(?:日期|时间)",
    "state": r".*(?:在岗|在职|就业).*(?:情况|状态)|是否在[岗职]|状态",
    "insured": r".*(?:参保|社保).*",
    "district": r".*所在区.*|区|区县",
    "employer": r"(?!.*(?:信用|代码)).*(?:用人单位|用工单位|工作单位|单位名称|企业名称|企业|单位)",
}
LEFT: Final = re.compile(r".*离[职岗开].*|.*辞.*|.*退工.*|不在岗|否")
AT_WORK: Final = re.compile(r"在[职岗册].*|正常.*|是")
INSURED: Final = re.compile(r"已?参保.*|已缴.*|是|有|√|✓")
DIGITS_A_SHEET_KEEPS: Final = 15
NUMBER_DIGITS_AT_LEAST: Final = 10  # fewer digits in the number's column are no attempt at one: a total, a signature


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What the sheet says of one person."""

    sheet: str
    number: int
    column: str
    id_number: str
    started_on: dt.date
    left_on: dt.date | None
    insured: bool
    employer_name: str | None
    district_code: str | None
    order_number: str | None


def read(book: Book, *, today: dt.date) -> Reading[PersonRow]:
    """Every visible sheet that has the needed columns; raises SheetError `unknown_sheet_layout` when there is none."""
    reading, seen = Reading[PersonRow](), dict[str, int]()
    for sheet in book.sheets:
        header = _header(sheet) if sheet.visible else None
        if header is None:
            continue
        first, columns = header
        reading.header_rows[sheet.name] = first
        for row in sheet.rows[first:]:
            if sum(character.isdigit() for character in compact(row.text(columns["id_number"]))) < NUMBER_DIGITS_AT_LEAST:
                continue
            reading.total += 1
            _read_row(_Check(sheet, row, columns, today), seen, reading)
    if not reading.header_rows:
        raise SheetError("unknown_sheet_layout", f"没有找到表头;至少要有列:{'、'.join(NEEDED.values())}。请补上表头")
    return reading


def _header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    for row in sheet.rows[:HEADER_WITHIN_ROWS]:
        columns: dict[str, int] = {}
        for column in range(len(row.values)):
            words = re.sub(r"\(.*?\)|[\s*:、]", "", row.text(column))
            name = next((name for name, pattern in HEADERS.items() if words and re.fullmatch(pattern, words)), None)
            if name:
                columns.setdefault(name, column)
        if NEEDED.keys() <= columns.keys():
            return row.number, columns
    return None


@dataclass(slots=True)
class _Check:
    """One row under judgement; gathers all that is wrong with it."""

    sheet: Sheet
    row: Row
    columns: Mapping[str, int]
    today: dt.date
    faults: list[RowFault] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.row.text(self.columns.get(name))

    def value(self, name: str) -> Value:
        column = self.columns.get(name)
        return self.row.values[column] if column is not None and column < len(self.row.values) else None

    def add(self, name: str, code: str, seen: str, fix: str) -> None:
        letter = column_letter(self.columns.get(name, self.columns["id_number"]))
        self.faults.append(RowFault(self.sheet.name, self.row.number, letter, code, quoted(seen), fix))

    def day(self, name: str, what: str) -> dt.date | None:
        try:
            return read_date(self.value(name))
        except ValueError:
            self.add(name, "invalid_date", self.text(name), f"{what}应为日期,写成 2025-04-08 的样子")
            return None


def _read_row(check: _Check, seen: dict[str, int], reading: Reading[PersonRow]) -> None:
    """A number that cannot be read gets its fault, and the row is judged no further."""
    row: PersonRow | None = None
    number = _id_number(check)
    if number is not None and (first := seen.setdefault(number, reading.total)) != reading.total:
        check.add("id_number", "duplicate_row", mask_number(number), f"与前面第 {first} 人重复;以前面的为准,请删去本行")
    elif number is not None:
        row = _person(check, number)
    if row is not None and not check.faults:
        reading.rows.append(row)
    reading.faults += check.faults


def _id_number(check: _Check) -> str | None:
    value = check.value("id_number")
    text = compact(text_of(value))
    try:
        if not (isinstance(value, int | float) and len(text) > DIGITS_A_SHEET_KEEPS):
            return citizen_id(text, today=check.today).number
    except InvalidNumber as invalid:
        if not (len(text) == 18 and text.isdigit() and text.endswith("000")):
            check.add("id_number", "invalid_id_number", invalid.seen_masked, f"{invalid.allowed};请对照身份证核对后重填")
            return None
    check.add("id_number", "id_number_rounded", mask_number(text), "证件号码被当作数字保存,末几位已丢失;请把单元格设为文本格式后按证件重填")
    return None


def _person(check: _Check, number: str) -> PersonRow | None:
    started_on = check.day("started", "入职日期")
    left_on = check.day("left", "离职日期") if check.text("left") else None
    state = check.text("state")
    if left_on and started_on and left_on < started_on:
        check.add("left", "invalid_date", check.text("left"), f"离职日期早于入职日期 {started_on};请核对两个日期")
    elif LEFT.fullmatch(state) and not check.text("left"):
        check.add("left", "invalid_date", "", "已离职的请填写离职日期")
    elif left_on and AT_WORK.fullmatch(state):
        check.add("left", "invalid_date", check.text("left"), f"在岗情况为“{state[:10]}”,却填有离职日期;请核对其中一项")
    if started_on is None or check.faults:
        return None
    return PersonRow(
        check.sheet.name,
        check.row.number,
        column_letter(check.columns["id_number"]),
        number,
        started_on,
        left_on,
        bool(INSURED.fullmatch(check.text("insured"))),
        check.text("employer") or None,
        _district(check.text("district")),
        check.text("order") or None,
    )


def _district(said: str) -> str | None:
    """The partner city's district that is meant: by its code, or by its name with or without 区."""
    return next((each.code for each in county.here().partner.districts if each.name[:2] in said or each.code == said), None)
