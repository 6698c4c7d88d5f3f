"""Reads a sign-in sheet: people down, half-days across, under one or two header rows; each mark is present, absent or unclear."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.registry import fields
from services.registry.codes import HalfDay
from services.registry.imports.columns import WORDS
from shared import person_names
from shared.national_numbers import compact
from shared.privacy import mask_number
from shared.sheets import Book, Reading, Row, RowFault, SheetError, Value, column_letter, is_cell_error, read_date, text_of
from shared.sheets.dates import SERIAL
from shared.sheets.finding import Found, Layout, find_layouts, header_words
from shared.sheets.rows import FieldFault, FirstStands, Placed, RowCheck, id_number, read_rows, shown, unreadable_cell

PRESENT: Final = re.compile(r"[√✓✔☑✅🗸1VY是]|已?签?到|已签|出[勤席]|[到实][课到]|TRUE")
ABSENT: Final = re.compile(r"[×✕✖✗✘☒❌❎XN0否无—–-]|缺[勤席课]?|未签?到|未签|旷[课工]?|[请事病]?假|FALSE")
HALVES: Final[Sequence[tuple[re.Pattern[str], HalfDay]]] = (
    (re.compile(r"上午|早上|am", re.IGNORECASE), HalfDay.AM),
    (re.compile(r"下午|pm", re.IGNORECASE), HalfDay.PM),
)
NOT_COUNTED: Final = re.compile(r"晚上|晚间|夜")
NTH_DAY: Final = re.compile(r"第([0-9]{1,2}|[一二三四五六七八九十])[天日]")
DAY_WORDS: Final = re.compile(r"(?:[0-9]{2,4}[-./年])?[0-9]{1,2}[-./月][0-9]{1,2}[日号]?|[0-9]{8}")


@dataclass(frozen=True, slots=True)
class OnRoster:
    """A person enrolled in the class, once for each number they are registered under; `key` is the caller's own (a trainee id), `known_as` the names they
    have and had."""

    key: str
    name: str
    id_number: str
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    on: dt.date
    half_day: HalfDay
    present: bool


@dataclass(frozen=True, slots=True)
class SignInRow(Placed):
    """A person's marks in one list. `key` is that of the roster."""

    key: str
    marks: tuple[Mark, ...]

    @property
    def half_days(self) -> int:
        return sum(mark.present for mark in self.marks)


HalfDays = tuple[tuple[dt.date, HalfDay], ...]


def read_sign_in(book: Book, *, dates: Sequence[dt.date], roster: Iterable[OnRoster], today: dt.date) -> Reading[SignInRow]:
    """`dates` are the class's days in order. A column for another day is one fault of the header and counts for nobody. Raises SheetError."""
    enrolled = Enrolled(roster)
    first = FirstStands()
    found = find_layouts(book, WORDS, needed=("name",))
    suited = Found(notes=found.notes)
    half_days_of: dict[tuple[str, int, int], dict[int, HalfDays]] = {}
    other_days: list[RowFault] = []
    unsuited: SheetError | None = None
    for each in found.layouts:
        above = next((layout for layout in reversed(suited.layouts) if layout.sheet is each.sheet and _same_header(layout, each)), None)
        try:
            layout, half_days, faults = _half_day_columns(each, dates)
        except SheetError as error:
            if above is None:  # a roster beside the sign-in sheet
                unsuited = unsuited or error
                suited.notes.append(f"表“{each.sheet.name}”第 {each.header_row} 行起的名单没有签到日期,未读取。")
                continue
            layout, half_days, faults = each, half_days_of[_place(above)], []  # the names' header again, on the next printed page
        suited.layouts.append(layout)
        half_days_of[_place(layout)] = half_days
        other_days += faults
    if unsuited and not suited.layouts:
        raise unsuited

    def read(check: RowCheck) -> SignInRow | None:
        person = check.take("id_number", enrolled.find, check, today)
        if person is None:
            return None
        here = half_days_of[_place(check.layout)]
        first.check(check, (person.key, *here.values()), "name")  # a list a day is no repetition
        marks: list[Mark] = []
        for column, half_days in here.items():
            try:
                present = _is_present(check.row.text(column), person.name)
            except FieldFault as fault:
                check.add_at(column_letter(column), fault)
            else:
                marks += [Mark(on, half_day, present) for on, half_day in half_days]
        return SignInRow(check.layout, check.row.number, person.key, tuple(marks))

    reading = read_rows(suited, read)
    reading.faults[:0] = other_days
    return reading


class Enrolled:
    """The people of the class, by number and by name."""

    def __init__(self, people: Iterable[OnRoster]) -> None:
        self._by_number: dict[str, OnRoster] = {}
        self._by_name: dict[str, list[OnRoster]] = {}
        for person in people:
            self._by_number[person.id_number] = person
            for name in {person_names.key(each) for each in {person.name, *person.known_as}}:
                self._by_name.setdefault(name, []).append(person)

    def find(self, check: RowCheck, today: dt.date) -> OnRoster:
        """By the number where there is one (a masked one narrows down the name), else by a name that only one person of the class has."""
        number = compact(check.text("id_number"))
        if number and "*" not in number:
            person = self._by_number.get(id_number(check.value("id_number"), today=today).number)
            told = check.text("name") and fields.name(check.text("name"))
            if person and told and not any(person_names.same(told, name) for name in {person.name, *person.known_as}):
                fix = f"该证件号码在本班花名册上是“{shown(person.name)}”;请核对姓名和证件号码"
                raise FieldFault("name_differs", told, fix)
            found = [person] if person else []
        else:
            name = fields.name(check.text("name"))
            found = [person for person in self._by_name.get(person_names.key(name), ()) if number in ("", mask_number(person.id_number))]
        if len({person.key for person in found}) == 1:
            return found[0]
        seen = mask_number(number) if number else check.text("name")
        if found:
            raise FieldFault("not_on_roster", seen, "本班花名册上有多人同名;请在签到表中增加身份证号一列以区分")
        raise FieldFault("not_on_roster", seen, "不在本班花名册上;请先把该人加入花名册,或核对姓名和证件号码")


def _place(layout: Layout) -> tuple[str, int, int]:
    return layout.sheet.name, layout.header_row, layout.span.start


def _same_header(one: Layout, other: Layout) -> bool:
    first, second = (layout.sheet.rows[layout.header_row - 1] for layout in (one, other))
    return one.span == other.span and all(first.text(column) == second.text(column) for column in set(other.columns.values()))


def _is_present(cell: str, name: str) -> bool:
    if is_cell_error(cell):
        raise unreadable_cell(cell)
    mark = re.sub(r"\s", "", cell).upper()
    if PRESENT.fullmatch(mark) or (mark and person_names.same(mark, name)):
        return True
    if not mark or ABSENT.fullmatch(mark):
        return False
    raise FieldFault("unclear_mark", cell, "到课填 √、✓、1 或“到”,缺课填 ×、“缺”、“请假”或留空")


# --- which column is which half-day --------------------------------------------------------------------------------------------------------


def _half_day_columns(layout: Layout, dates: Sequence[dt.date]) -> tuple[Layout, dict[int, HalfDays], list[RowFault]]:
    """The dates stand in the header's row, above or below it; so do 上午 and 下午, or both share a cell."""
    sheet, header = layout.sheet, layout.sheet.rows[layout.header_row - 1]
    free = [column for column in layout.span if column not in layout.columns.values()]
    near = [
        row
        for row in sheet.rows[max(layout.header_row - 2, 0) : layout.header_row + 1]
        if not re.search(r"[0-9*]{10}", layout.text(row, "id_number"))
    ]
    date_row = max(near, key=lambda row: (sum(_is_a_day(_value(row, column)) for column in free), row is header))
    half_row = max(near, key=lambda row: (sum(_half_of(row.text(column)) is not None for column in free), row is date_row))

    groups: list[tuple[dt.date | None, list[int]]] = []  # a day (None: not of this class) and the columns under it
    faults: list[RowFault] = []
    for column in free:
        value, half_text = _value(date_row, column), half_row.text(column)
        if NOT_COUNTED.search(half_text):
            continue
        follows = bool(groups) and groups[-1][1][-1] == column - 1
        if follows and (column in date_row.filled or (value is None and _half_of(half_text))):
            groups[-1][1].append(column)
        elif _is_a_day(value):
            on = _class_day(value, dates, sheet.day_zero)
            groups.append((on, [column]))
            if on is None:
                fix = f"不是本班的上课日({dates[0].isoformat()} 至 {dates[-1].isoformat()});请更正表头日期"
                faults.append(RowFault(sheet.name, date_row.number, column_letter(column), "invalid_date", shown(text_of(value)), fix))
        elif _half_of(half_text) and len(dates) == 1:
            groups.append((dates[0], [column]))
    if not groups:
        raise SheetError("unknown_sheet_layout", f"表“{sheet.name}”没有找到签到日期;表头应有“4月8日 上午”这样的列,或下载模板填写")

    half_days: dict[int, HalfDays] = {}
    for on, columns in groups:
        for place, column in enumerate(columns):
            halves = _halves(half_row.text(column), place, len(columns))
            if on is not None and halves:
                half_days[column] = tuple((on, half_day) for half_day in halves)
    last = max(layout.last_header_row, half_row.number, date_row.number)
    return replace(layout, last_header_row=last), half_days, faults


def _halves(half_text: str, place: int, columns: int) -> tuple[HalfDay, ...]:
    if half_day := _half_of(half_text):
        return (half_day,)
    if columns == 2:  # a date over two columns without words: morning, afternoon
        return (HalfDay.PM,) if place else (HalfDay.AM,)
    return tuple(HalfDay) if columns == 1 else ()


def _value(row: Row, column: int) -> Value:
    return row.values[column] if column < len(row.values) else None


def _half_of(text: str) -> HalfDay | None:
    found = [half_day for pattern, half_day in HALVES if pattern.search(text)]
    return found[0] if len(found) == 1 else None


def _day_words(value: Value) -> str:
    return re.sub(r"上午|下午|早上|全天|[ap]m|星期.|周.", "", header_words(text_of(value)), flags=re.IGNORECASE)


def _is_a_day(value: Value) -> bool:
    if isinstance(value, str):
        words = _day_words(value)
        return bool(NTH_DAY.fullmatch(words) or DAY_WORDS.fullmatch(words))
    return isinstance(value, dt.date | int | float) and _a_bare_day(value)


def _a_bare_day(value: dt.date | float) -> bool:
    """A date, or a number that was one before it lost its format."""
    return isinstance(value, dt.date) or bool(SERIAL.fullmatch(text_of(value)))


def _class_day(value: Value, dates: Sequence[dt.date], day_zero: dt.date) -> dt.date | None:
    words = _day_words(value)
    if nth := NTH_DAY.fullmatch(words):
        order = int(nth[1]) if nth[1].isdigit() else "一二三四五六七八九十".index(nth[1]) + 1
        return dates[order - 1] if 1 <= order <= len(dates) else None
    for year in dict.fromkeys(on.year for on in dates):  # a class over New Year has days of two years
        try:
            on = read_date(value if isinstance(value, dt.date) else words, default_year=year, day_zero=day_zero)
        except ValueError:
            return None
        if on in dates:
            return on
    return None
