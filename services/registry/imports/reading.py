"""Reads rosters, teacher lists and status lists of other offices: a book in, a Reading out. Sign-in sheets: `sign_in`."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from services.registry.imports import fields
from services.registry.imports.columns import find_layouts
from services.registry.imports.fields import FieldFault
from services.registry.imports.rows import FirstStands, RowCheck, read_rows
from services.registry.imports.sign_in import read_sign_in
from shared.national_numbers import CitizenId, compact
from shared.sheets import Book, Reading

__all__ = ["RosterRow", "StatusRow", "TeacherRow", "read_roster", "read_sign_in", "read_status_records", "read_teachers"]

EMPLOYMENTS: Final[Mapping[str, Literal["full_time", "part_time"]]] = {
    "专职": "full_time",
    "全职": "full_time",
    "在编": "full_time",
    "full_time": "full_time",
    "兼职": "part_time",
    "外聘": "part_time",
    "part_time": "part_time",
}
# What an office writes while the status lasts; anything else needs the day on which it ended.
LASTING_STATES: Final = re.compile(r"正常.*|在[发职岗册读校保]|享受中|领取中|已?参保|参保缴费|有效")
RESIDENT_INSURANCE: Final = re.compile(r"居民")
EMPLOYEE_INSURANCE: Final = re.compile(r"职工|机关|事业")


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
    employment: Literal["full_time", "part_time"]
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
    status: str
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


def read_status_records(book: Book, *, status: str, source: str, today: dt.date) -> Reading[StatusRow]:
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


def _employment(text: str) -> Literal["full_time", "part_time"]:
    word = compact(text).lower().removesuffix("教师")
    if word not in EMPLOYMENTS:
        raise FieldFault("unknown_category", text, "填写“专职”或“兼职”")
    return EMPLOYMENTS[word]


def _insurance(text: str, status: str) -> None:
    """A resident pension never bars a rural course and an employee's does, so a list that mixes them is not believed."""
    other = {"employee_pension": RESIDENT_INSURANCE, "resident_pension": EMPLOYEE_INSURANCE}.get(status)
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
