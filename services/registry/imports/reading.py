"""Reads the rows of people one by one, gathering everything that is wrong with each: rosters, teacher lists and status lists of other offices.

A book in, a Reading out. Sign-in sheets: `sign_in`.
"""

import datetime as dt
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, ParamSpec, TypeVar

from services.registry import fields
from services.registry.codes import PersonalStatus, TeacherEmployment
from services.registry.fields import FieldFault
from services.registry.imports.columns import Layout, find_layouts, people
from shared.national_numbers import CitizenId, compact
from shared.sheets import Book, Reading, Row, RowFault, Value

R = TypeVar("R")
V = TypeVar("V")
P = ParamSpec("P")

EMPLOYMENTS: Final[Mapping[str, TeacherEmployment]] = {
    **dict.fromkeys(("专职", "全职", "在编", "full_time"), TeacherEmployment.FULL_TIME),
    **dict.fromkeys(("兼职", "外聘", "part_time"), TeacherEmployment.PART_TIME),
}
# What an office writes while the status lasts; anything else needs the day on which it ended.
LASTING_STATES: Final = re.compile(r"正常.*|在[发职岗册读校保]|享受中|领取中|已?参保|参保缴费|有效")
RESIDENT_INSURANCE: Final = re.compile(r"居民")
EMPLOYEE_INSURANCE: Final = re.compile(r"职工|机关|事业")


@dataclass(slots=True)
class RowCheck:
    """One row under judgement; gathers all that is wrong with it."""

    layout: Layout
    row: Row
    faults: list[RowFault] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.layout.text(self.row, name)

    def value(self, name: str) -> Value:
        column = self.layout.columns.get(name)
        return self.row.values[column] if column is not None and column < len(self.row.values) else None

    def take(self, name: str, read: Callable[P, V], *args: P.args, **kwargs: P.kwargs) -> V | None:
        try:
            return read(*args, **kwargs)
        except FieldFault as fault:
            self.add(name, fault)
            return None

    def add(self, name: str, fault: FieldFault) -> None:
        self.add_at(self.layout.letter(name), fault)

    def add_at(self, letter: str, fault: FieldFault) -> None:
        self.faults.append(RowFault(self.layout.sheet.name, self.row.number, letter, fault.code, fault.seen, fault.fix))


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


def read_rows(layouts: Iterable[Layout], read: Callable[[RowCheck], R | None]) -> Reading[R]:
    """Every row of people through `read`; a row with anything wrong is not kept."""
    reading: Reading[R] = Reading()
    for layout in layouts:
        reading.header_rows[layout.sheet.name] = layout.header_row
        for row in people(layout):
            check = RowCheck(layout, row)
            result = read(check)
            if result is not None and not check.faults:
                reading.rows.append(result)
            reading.faults.extend(check.faults)
            reading.total += 1
    return reading


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A trainee of a class. `categories` are codes, held since `categories_since_on`, the class's first day, unless an earlier day is known."""

    sheet: str
    row: int
    name: str
    citizen: CitizenId
    region_code: str
    phone: str | None
    categories: tuple[str, ...]
    categories_since_on: dt.date
    education: str | None
    bank_account: str | None


@dataclass(frozen=True, slots=True)
class TeacherRow:
    sheet: str
    row: int
    name: str
    citizen: CitizenId
    employment: TeacherEmployment
    from_on: dt.date
    to_on: dt.date | None
    qualification: str | None


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A dated fact from another office; open (`until_on` None) while the office says that it lasts."""

    sheet: str
    row: int
    name: str | None
    citizen: CitizenId
    status: PersonalStatus
    source: str
    from_on: dt.date
    until_on: dt.date | None


def read_roster(
    book: Book, *, class_starts_on: dt.date, today: dt.date, regions: Mapping[str, str], categories: Mapping[str, str]
) -> Reading[RosterRow]:
    """`regions` maps names old and new to region codes, `categories` words to category codes. Raises SheetError."""
    first = FirstStands()

    def read(check: RowCheck) -> RosterRow | None:
        citizen = check.take("id_number", fields.id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        first.check(check, citizen.number)
        name = check.take("name", fields.name, check.text("name"))
        check.take("sex", fields.sex, check.text("sex"), citizen)
        region_code = check.take("region", fields.region, check.text("region"), regions)
        phone = check.take("phone", fields.phone, check.text("phone"))
        codes = check.take("category", fields.categories, check.text("category"), categories)
        account = check.take("bank_account", fields.bank_account, check.value("bank_account"))
        if name is None or region_code is None or codes is None:
            return None
        return RosterRow(
            sheet=check.layout.sheet.name,
            row=check.row.number,
            name=name,
            citizen=citizen,
            region_code=region_code,
            phone=phone,
            categories=codes,
            categories_since_on=class_starts_on,
            education=check.text("education") or None,
            bank_account=account,
        )

    return read_rows(find_layouts(book, needed=("name", "id_number", "region")), read)


def read_teachers(book: Book, *, today: dt.date) -> Reading[TeacherRow]:
    """Raises SheetError."""
    first = FirstStands()

    def read(check: RowCheck) -> TeacherRow | None:
        citizen = check.take("id_number", fields.id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        first.check(check, citizen.number)
        name = check.take("name", fields.name, check.text("name"))
        employment = check.take("employment", _employment, check.text("employment"))
        from_on = check.take("from", fields.day, check.value("from"), what="聘用日期")
        to_on = check.take("until", fields.day, check.value("until"), what="聘用截止日期") if check.text("until") else None
        if from_on and to_on and to_on < from_on:
            check.add("until", FieldFault("invalid_date", check.text("until"), "聘用截止日期不应早于聘用日期"))
        if name is None or employment is None or from_on is None:
            return None
        return TeacherRow(
            check.layout.sheet.name, check.row.number, name, citizen, employment, from_on, to_on, check.text("qualification") or None
        )

    return read_rows(find_layouts(book, needed=("name", "id_number", "employment", "from")), read)


def read_status_records(book: Book, *, status: PersonalStatus, source: str, today: dt.date) -> Reading[StatusRow]:
    """A list in which every person has the same `status`; one person may be listed for several periods. Raises SheetError."""
    first = FirstStands()

    def read(check: RowCheck) -> StatusRow | None:
        citizen = check.take("id_number", fields.id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        check.take("insurance", _insurance, check.text("insurance"), status)
        until_on = _until(check)
        begins = check.take("from", fields.day_or_month, check.value("from"), what="开始日期")
        if begins is None:
            return None
        first.check(check, (citizen.number, begins.first))
        if begins.last < citizen.birth_on:
            check.add("from", FieldFault("invalid_date", check.text("from"), "开始日期早于出生日期;请核对"))
        if until_on and until_on < begins.first:
            check.add(
                "until" if check.text("until") else "stopped", FieldFault("invalid_date", until_on.isoformat(), "结束日期不应早于开始日期")
            )
        name = check.take("name", fields.name, check.text("name")) if check.text("name") else None
        return StatusRow(check.layout.sheet.name, check.row.number, name, citizen, status, source, begins.first, until_on)

    return read_rows(find_layouts(book, needed=("id_number", "from")), read)


def _employment(text: str) -> TeacherEmployment:
    word = compact(text).lower().removesuffix("教师")
    if word not in EMPLOYMENTS:
        raise FieldFault("unknown_category", text, "填写“专职”或“兼职”")
    return EMPLOYMENTS[word]


def _insurance(text: str, status: PersonalStatus) -> None:
    """A resident pension never bars a rural course and an employee's does, so a list that mixes them is not believed."""
    other = {PersonalStatus.EMPLOYEE_PENSION: RESIDENT_INSURANCE, PersonalStatus.RESIDENT_PENSION: EMPLOYEE_INSURANCE}.get(status)
    if other and other.search(text):
        raise FieldFault("unknown_category", text, "险种与所选名单类别不符;请把职工养老与居民养老分成两份名单导入")


def _until(check: RowCheck) -> dt.date | None:
    """The last day of the status. A person whose benefit has stopped must have one: nobody is barred for ever by a status that ended."""
    if check.text("until"):
        ended = check.take("until", fields.day_or_month, check.value("until"), what="结束日期")
        return ended.last if ended else None
    if check.text("stopped"):
        stopped = check.take("stopped", fields.day_or_month, check.value("stopped"), what="停发日期")
        return stopped.first - dt.timedelta(days=1) if stopped else None
    state = re.sub(r"\s", "", check.text("state"))
    if state and not LASTING_STATES.fullmatch(state):
        check.add("state", FieldFault("invalid_date", state, f"状态为“{fields.shown(state)}”,请增加“结束年月”一列并填写该人结束的年月"))
    return None
