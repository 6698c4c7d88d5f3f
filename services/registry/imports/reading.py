"""Reads the rows of people one by one, gathering everything that is wrong with each: rosters, teacher lists and status lists of other offices.

A book in, a Reading out. Sign-in sheets: `sign_in`.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.registry import fields
from services.registry.codes import PersonalStatus, TeacherEmployment
from services.registry.imports.columns import WORDS
from shared.national_numbers import CitizenId, compact
from shared.sheets import Book, Reading
from shared.sheets.finding import find_layouts
from shared.sheets.rows import FieldFault, FirstStands, Placed, RowCheck, id_number, read_rows, shown

EMPLOYMENTS: Final[Mapping[str, TeacherEmployment]] = {
    **dict.fromkeys(("专职", "全职", "在编", "full_time"), TeacherEmployment.FULL_TIME),
    **dict.fromkeys(("兼职", "外聘", "part_time"), TeacherEmployment.PART_TIME),
}
# What an office writes while the status lasts, and what it writes once it has ended, which needs the day.
LASTING_STATES: Final = re.compile(r"正常.*|在[发职岗册读校保]|享受中|领取中|已?参保|参保缴费|有效")
ENDED_STATES: Final = re.compile(r".*(?:停|终止|中断|注销|死亡|去世|退[保休学职]|离[职岗校]|毕业|结业|休学|失效|无效).*")
RESIDENT_INSURANCE: Final = re.compile(r"居民")
EMPLOYEE_INSURANCE: Final = re.compile(r"职工|机关|事业")


@dataclass(frozen=True, slots=True)
class RosterRow(Placed):
    """A trainee of a class. `categories` are codes, held since `categories_since_on`, the class's first day, unless an earlier day is known."""

    name: str
    citizen: CitizenId
    region_code: str
    phone: str | None
    village: str | None
    categories: tuple[str, ...]
    categories_since_on: dt.date
    education: str | None
    bank_account: str | None


@dataclass(frozen=True, slots=True)
class TeacherRow(Placed):
    """A teacher of an institution."""

    name: str
    citizen: CitizenId
    employment: TeacherEmployment
    from_on: dt.date
    to_on: dt.date | None
    qualification: str | None

    @property
    def number(self) -> str:
        return self.citizen.number


@dataclass(frozen=True, slots=True)
class StatusRow(Placed):
    """A dated fact from another office; open (`until_on` None) while the office says that it lasts."""

    name: str | None
    citizen: CitizenId
    status: PersonalStatus
    source: str
    from_on: dt.date
    until_on: dt.date | None

    @property
    def number(self) -> str:
        return self.citizen.number


@dataclass(frozen=True, slots=True)
class ToldOfPerson:
    """What a row tells of a person; None is what it does not tell, or what cannot be read and is among the row's faults."""

    citizen: CitizenId
    name: str | None
    region_code: str | None
    phone: str | None
    village: str | None
    categories: tuple[str, ...] | None
    education: str | None
    bank_account: str | None


def person_of(
    today: dt.date, regions: Mapping[str, str], categories: Mapping[str, str], unclear: Mapping[str, Sequence[str]]
) -> Callable[[RowCheck], ToldOfPerson | None]:
    """Reads the people of one book, each once: `regions` maps names old and new to region codes, `categories` words to category codes, `unclear` words to
    what they may mean. A row whose number cannot be read tells of nobody."""
    first = FirstStands()
    region_of = cache(lambda text: fields.region(text, regions))
    categories_of = cache(lambda text: fields.categories(text, categories, unclear))

    def read(check: RowCheck) -> ToldOfPerson | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        first.check(check, citizen.number)
        name = check.take("name", fields.name, check.text("name"))
        check.take("sex", fields.sex, check.text("sex"), citizen)
        region_code = check.take("region", region_of, check.text("region"))
        phones = check.take("phone", fields.phones, check.text("phone"))
        if phones and len(phones) > 1:
            check.remarks.append("电话一栏有多个号码,只登记第一个")
        held = check.take("category", categories_of, check.text("category"))
        account = check.take("bank_account", fields.bank_account, check.value("bank_account"))
        phone, education = phones[0] if phones else None, check.words("education")
        return ToldOfPerson(citizen, name, region_code, phone, check.words("village"), held, education, account)

    return read


def read_roster(
    book: Book,
    *,
    class_starts_on: dt.date,
    today: dt.date,
    regions: Mapping[str, str],
    categories: Mapping[str, str],
    unclear: Mapping[str, Sequence[str]],
) -> Reading[RosterRow]:
    """The words are those of `person_of`. Raises SheetError."""
    person = person_of(today, regions, categories, unclear)

    def read(check: RowCheck) -> RosterRow | None:
        told = person(check)
        if told is None or told.name is None or told.region_code is None or told.categories is None:
            return None
        return RosterRow(
            layout=check.layout,
            row=check.row.number,
            name=told.name,
            citizen=told.citizen,
            region_code=told.region_code,
            phone=told.phone,
            village=told.village,
            categories=told.categories,
            categories_since_on=class_starts_on,
            education=told.education,
            bank_account=told.bank_account,
        )

    return read_rows(find_layouts(book, WORDS, needed=("name", "id_number", "region")), read)


def read_teachers(book: Book, *, today: dt.date) -> Reading[TeacherRow]:
    """Raises SheetError."""
    first = FirstStands()

    def read(check: RowCheck) -> TeacherRow | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        first.check(check, citizen.number)
        name = check.take("name", fields.name, check.text("name"))
        employment = check.take("employment", _employment, check.text("employment"))
        from_on = check.day("from", fields.day, "聘用日期")
        to_on = check.day("until", fields.day, "聘用截止日期") if check.text("until") else None
        if from_on and to_on and to_on < from_on:
            check.add("until", FieldFault("invalid_date", check.text("until"), "聘用截止日期不应早于聘用日期"))
        qualification = check.words("qualification")
        if name is None or employment is None or from_on is None:
            return None
        return TeacherRow(check.layout, check.row.number, name, citizen, employment, from_on, to_on, qualification)

    return read_rows(find_layouts(book, WORDS, needed=("name", "id_number", "employment", "from")), read)


def read_status_records(book: Book, *, status: PersonalStatus, source: str, today: dt.date) -> Reading[StatusRow]:
    """A list in which every person has the same `status`; one person may be listed for several periods. Raises SheetError."""
    first = FirstStands()

    def read(check: RowCheck) -> StatusRow | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        check.take("insurance", _insurance, check.text("insurance"), status)
        until_on = _until(check)
        begins = check.day("from", fields.day_or_month, "开始日期")
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
        return StatusRow(check.layout, check.row.number, name, citizen, status, source, begins.first, until_on)

    return read_rows(find_layouts(book, WORDS, needed=("id_number", "from")), read)


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
        ended = check.day("until", fields.day_or_month, "结束日期")
        return ended.last if ended else None
    if check.text("stopped"):
        stopped = check.day("stopped", fields.day_or_month, "停发日期")
        return stopped.first - dt.timedelta(days=1) if stopped else None
    state = re.sub(r"\s", "", check.text("state"))
    if state and not LASTING_STATES.fullmatch(state):
        if ENDED_STATES.fullmatch(state):
            fix = f"状态为“{shown(state)}”,请增加“结束年月”一列并填写该人结束的年月"
            check.add("state", FieldFault("invalid_date", state, fix))
        else:
            fix = "状态填“正常”或“停发”等能看出是否仍在持续的词;已结束的,另填结束年月"
            check.add("state", FieldFault("unknown_state", state, fix))
    return None
