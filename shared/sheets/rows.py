"""Reads the rows of people one by one, gathering everything that is wrong with each."""

import datetime as dt
import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final, ParamSpec, TypeVar

from shared.national_numbers import CitizenId, InvalidNumber, citizen_id, compact, half_width
from shared.privacy import mask_number
from shared.redaction import NUMBER_IN_TEXT, names_citizen, quoted, redact
from shared.sheets.cells import Reading, Row, RowFault, Value, is_cell_error, text_of
from shared.sheets.finding import ORDER, Found, Layout, people

R = TypeVar("R")
V = TypeVar("V")
P = ParamSpec("P")

SEEN_CHARACTERS_AT_MOST: Final = 40
WORDS_LONGEST: Final = 200  # as of a word in a request
DIGITS_A_SHEET_KEEPS: Final = 15
SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+?1[4-9]")
ROWS_NAMED_AT_MOST: Final = 20


class FieldFault(ValueError):
    """What is wrong with one field; `seen` is already masked. `allowed`: the shape it should have, which `fix` tells to fill in unless it says more."""

    def __init__(self, code: str, seen: str, fix: str = "", *, allowed: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.seen = shown(seen)
        self.allowed = allowed
        self.fix = fix or f"填写{allowed}"


def shown(text: str) -> str:
    """Text of a cell that may be quoted: whatever in it could be an ID number, a bank card or a telephone is masked."""
    text = redact(half_width(text))
    return text if len(text) <= SEEN_CHARACTERS_AT_MOST else text[:SEEN_CHARACTERS_AT_MOST] + "…"


def id_number(value: Value, *, today: dt.date) -> CitizenId:
    text = compact(text_of(value))
    if not any(character.isdigit() for character in text):
        raise FieldFault("id_number_missing", text, "填写证件上的 18 位号码")
    digits_lost = isinstance(value, int | float) and len(text) > DIGITS_A_SHEET_KEEPS
    try:
        if not digits_lost:
            return citizen_id(text, today=today)
    except InvalidNumber as invalid:
        # Text too can hold a number that was rounded before: 5.22601E+17 in a csv, or three noughts at the end.
        if not SCIENTIFIC.fullmatch(text) and not (len(text) == 18 and text.isdigit() and text.endswith("000")):
            raise FieldFault("invalid_id_number", invalid.seen_masked, f"{invalid.allowed};请对照身份证核对后重填") from None
    raise FieldFault("id_number_rounded", mask_number(text), "证件号码被当作数字保存,末几位已丢失;请把单元格设为文本格式后按证件重填")


@dataclass(slots=True)
class RowCheck:
    """One row under judgement; gathers all that is wrong with it. A cell that shows an error has that one fault, and no value."""

    layout: Layout
    row: Row
    faults: list[RowFault] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)  # what of a good row is left out

    def __post_init__(self) -> None:
        if not any(isinstance(value, str) and "#" in value for value in self.row.values):
            return
        broken = {name: text for name in self.layout.columns if name != ORDER and is_cell_error(text := self.layout.text(self.row, name))}
        for letter, text in {self.layout.letter(name): text for name, text in broken.items()}.items():
            self.add_at(letter, unreadable_cell(text))
        self.unreadable.update(broken)

    def text(self, name: str) -> str:
        return "" if name in self.unreadable else self.layout.text(self.row, name)

    def value(self, name: str) -> Value:
        column = self.layout.columns.get(name)
        return self.row.values[column] if column is not None and column < len(self.row.values) and name not in self.unreadable else None

    def day(self, name: str, read: Callable[..., V], what: str) -> V | None:
        return self.take(name, read, self.value(name), what=what, day_zero=self.layout.sheet.day_zero)

    def take(self, name: str, read: Callable[P, V], *args: P.args, **kwargs: P.kwargs) -> V | None:
        try:
            return read(*args, **kwargs)
        except FieldFault as fault:
            self.add(name, fault)
            return None

    def words(self, name: str) -> str | None:
        """Free text, which lists show as it was typed."""
        text = self.text(name)
        if names_citizen(text):
            self.add(name, FieldFault(NUMBER_IN_TEXT, quoted(text), "请删去其中的公民身份号码"))
            return None
        if len(text) > WORDS_LONGEST:
            self.add(name, FieldFault("invalid_value", text, f"至多 {WORDS_LONGEST} 个字"))
            return None
        return text or None

    def add(self, name: str, fault: FieldFault) -> None:
        if name not in self.unreadable:
            self.add_at(self.layout.letter(name), fault)

    def add_at(self, letter: str, fault: FieldFault) -> None:
        self.faults.append(RowFault(self.layout.sheet.name, self.row.number, letter, fault.code, fault.seen, fault.fix))


@dataclass(frozen=True, slots=True)
class Placed:
    """What was read of a row, and where it stands, so that what shows later can be told of its cell."""

    layout: Layout = field(repr=False)
    row: int

    @property
    def sheet(self) -> str:
        return self.layout.sheet.name

    def fault(self, column: str, code: str, seen: str | None, fix: str | None) -> RowFault:
        return RowFault(self.sheet, self.row, self.layout.letter(column), code, shown(seen or ""), fix or "")


class FirstStands:
    """Of rows about the same thing the first stands; the later ones are told where it is."""

    def __init__(self) -> None:
        self._first: dict[Hashable, tuple[str, int]] = {}

    def check(self, check: RowCheck, key: Hashable, column: str = "id_number") -> None:
        sheet, here = check.layout.sheet.name, check.row.number
        first_sheet, first = self._first.setdefault(key, (sheet, here))
        if (first_sheet, first) != (sheet, here):
            where = f"第 {first} 行" if first_sheet == sheet else f"表“{first_sheet}”第 {first} 行"
            check.add(column, FieldFault("duplicate_row", check.text(column), f"与{where}重复;以{where}为准,请删去本行"))


def unreadable_cell(text: str) -> FieldFault:
    return FieldFault("unreadable_cell", text, "单元格显示的是错误而不是内容(公式出错或列宽不足);请改为实际内容,确实没有的请清空")


def read_rows(found: Found, read: Callable[[RowCheck], R | None]) -> Reading[R]:
    """Every row of people through `read`; a row with anything wrong is not kept."""
    reading: Reading[R] = Reading(notes=found.notes)
    remarked: dict[tuple[str, str], list[int]] = {}
    for layout in found.layouts:
        reading.header_rows.setdefault(layout.sheet.name, layout.header_row)
        for row in people(layout):
            check = RowCheck(layout, row)
            result = read(check)
            if result is not None and not check.faults:
                reading.rows.append(result)
                for said in check.remarks:
                    remarked.setdefault((layout.sheet.name, said), []).append(row.number)
            reading.faults.extend(check.faults)
            reading.total += 1
    reading.notes += [remark(sheet, said, rows) for (sheet, said), rows in remarked.items()]
    return reading


def remark(sheet: str, said: str, rows: Sequence[int]) -> str:
    those = "、".join(map(str, rows[:ROWS_NAMED_AT_MOST]))
    return f"表“{sheet}”第 {those} 行{f'等 {len(rows)} 行' if len(rows) > ROWS_NAMED_AT_MOST else ''}:{said}。"
