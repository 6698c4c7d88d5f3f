"""What every part of a spreadsheet is made of: values, rows as the spreadsheet counts them, sheets, books, and what can be wrong with one."""

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Generic, Literal, TypeVar

from shared.national_numbers import half_width

Value = str | int | float | dt.date | dt.datetime | None
R = TypeVar("R")
Merged = tuple[int, int, int, int]  # top, left, bottom, right, counted from 0

# What is not seen: zero width, directions, byte order, how a sign is drawn (✔️ is ✔ and a wish for colour), control characters.
UNSEEN: Final = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufe00-\ufe0f\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PLAIN: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]+")  # most cells: nothing to clean
# What a spreadsheet shows where it has no value: a formula that failed, or (saved as csv) a column too narrow for its dates.
CELL_ERROR: Final = re.compile(
    r"#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!)|#{3,}"
)
DAY_ZERO: Final = dt.date(1899, 12, 30)  # the day from which most spreadsheets count
DAY_ZERO_1904: Final = dt.date(1904, 1, 1)  # and those that were begun on a Macintosh


class SheetError(Exception):
    """The file cannot be taken as a whole; `detail` says in Chinese what was seen and what to do, `notes` which of its sheets were not looked at."""

    def __init__(
        self, code: Literal["unreadable_file", "file_too_large", "unknown_sheet_layout"], detail: str, notes: Sequence[str] = ()
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.notes = list(notes)


@dataclass(frozen=True, slots=True)
class Row:
    """`number` as the spreadsheet shows it; `filled` are the columns whose value belongs to a merged cell that begins elsewhere."""

    number: int
    values: tuple[Value, ...]
    filled: frozenset[int] = frozenset()

    def text(self, column: int | None) -> str:
        return text_of(self.values[column]) if column is not None and column < len(self.values) else ""

    def own_texts(self, columns: range | None = None) -> list[str]:
        here = range(len(self.values)) if columns is None else columns
        return [text for column in here if column not in self.filled and (text := self.text(column))]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`day_zero`: from which day it counts its days, where a date stands as a bare number."""

    name: str
    visible: bool
    rows: tuple[Row, ...]
    merged: tuple[Merged, ...] = ()
    day_zero: dt.date = DAY_ZERO

    @property
    def width(self) -> int:
        return max((len(row.values) for row in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Book:
    filename: str
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong in one row: `row` and `column` (a letter) as the spreadsheet shows them, `seen` masked, `fix` in Chinese."""

    sheet: str
    row: int
    column: str
    code: str
    seen: str
    fix: str


@dataclass(slots=True)
class Reading(Generic[R]):
    """What reading a sheet answers: the good rows, and what is wrong with the others. `total` counts the rows of people, good and faulty;
    `header_rows` says for each sheet read where its (first) header stands, `notes` what was not read and why."""

    rows: list[R] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    total: int = 0
    header_rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def is_cell_error(text: str) -> bool:
    """Whether it is #N/A or its kin: not blank, and no value either."""
    return text.startswith("#") and CELL_ERROR.fullmatch(text.strip()) is not None


def column_letter(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def text_of(value: Value) -> str:
    """The cell as clean half-width text: a whole number without a point, a date as ISO, no unseen characters, no apostrophe that a csv put in front."""
    if value is None:
        return ""
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value
    if isinstance(value, dt.date):
        return value.isoformat() if type(value) is dt.date else str(value)
    if isinstance(value, int | float):
        # By its shortest decimal form: a rounded number shows noughts, not digits that the spreadsheet never had.
        return f"{Decimal(repr(value)).normalize():f}" if math.isfinite(value) else str(value)
    return re.sub(r"^['’‘`](?=\d)", "", half_width(UNSEEN.sub("", value)).strip())
