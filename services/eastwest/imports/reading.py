"""Reads the partner office's monthly sheet (在岗情况表) as a careful clerk would: a book in, clean rows and faults out."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from services.eastwest.placements import rules
from services.eastwest.placements.policy.retention import Span
from shared import county
from shared.sheets import Book, Reading, Value, read_date, text_of
from shared.sheets.finding import Words, find_layouts
from shared.sheets.rows import FieldFault, FirstStands, RowCheck, id_number, read_rows

NEEDED: Final = ("id_number", "started")
WORDS: Final = Words(
    headers={
        "order": r"序号|编号|序|号",
        "id_number": r".*(?:身份证|身份号码|证件号).*",
        "name": r".*姓名",
        "order_number": r".*订单.*号",
        "started": r".*(?:入职|上岗|到岗|就业).*(?:日期|时间)",
        "left": r".*(?:离职|离岗|离开).*(?:日期|时间)",
        "state": r".*(?:在岗|在职|就业).*(?:情况|状态)|是否在[岗职]|状态",
        "insured": r".*(?:参保|社保).*",
        "district": r".*所在区.*|区|区县",
        "placement": r"安置编号",
        "covers_from": r"缺证起日",
        "covers_to": r"缺证止日",
        "employer": r"(?!.*(?:信用|代码|缺证)).*(?:用人单位|用工单位|工作单位|单位名称|企业名称|企业|单位)",
    },
    called={"id_number": "公民身份号码", "started": "入职日期"},
)
ASIDE: Final = re.compile(r"[((][^))]*[))]")
INSURED: Final = re.compile(r"已?参保.*|已缴.*|是|有|√|✓")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What the sheet says of one person. `placement_id`: in a reply sheet, which bears it in place of the whole number; `covers`: the days of which it
    asked for proof."""

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
    placement_id: UUID | None = None
    covers: Span | None = None
    name: str = ""


def read(book: Book, *, today: dt.date) -> Reading[PersonRow]:
    """Every list in the book that has the needed columns; raises SheetError `unknown_sheet_layout` when there is none. A number that cannot be read gets
    its fault, and the row is judged no further."""
    first = FirstStands()

    def read_row(check: RowCheck) -> PersonRow | None:
        if said := check.text("placement"):
            first.check(check, said, "placement")
            return _person(check, "", today, check.take("placement", _placement, said))
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        first.check(check, (citizen.number, check.words("order_number")))
        return _person(check, citizen.number, today)

    return read_rows(find_layouts(book, WORDS, needed=NEEDED), read_row)


def _person(check: RowCheck, number: str, today: dt.date, placement_id: UUID | None = None) -> PersonRow | None:
    started_on = check.day("started", _day, "入职日期")
    left_on = check.day("left", _day, "离职日期") if check.text("left") else None
    said, dated = _state(check.text("state")), bool(check.text("left"))
    if left_on and started_on and left_on < started_on:
        check.add("left", _wrong_day(check.text("left"), f"离职日期早于入职日期 {started_on};请核对两个日期"))
    elif said == "left" and not dated:
        check.add("left", _wrong_day("", "已离职的请填写离职日期"))
    elif said == "at_work" and left_on:
        check.add("left", _wrong_day(check.text("left"), f"在岗情况为“{check.text('state')[:10]}”,却填有离职日期;请核对其中一项"))
    elif said == "unknown" or (said == "away" and not dated):
        check.add("state", FieldFault("unknown_state", check.text("state"), "填“在岗”或“已离职”;不再在岗的另填离职日期"))
    for name, on in (("started", started_on), ("left", left_on)):
        if on and on > today:
            check.add(name, _wrong_day(check.text(name), f"日期还没有到(今天 {today});到时再填"))
    employer, order_number = check.words("employer"), check.words("order_number")
    covers = _covers(check, today) if placement_id and check.text("covers_from") else None
    if started_on is None or check.faults:
        return None
    return PersonRow(
        check.layout.sheet.name,
        check.row.number,
        check.layout.letter("id_number"),
        number,
        started_on,
        left_on,
        bool(INSURED.fullmatch(check.text("insured"))),
        employer,
        _district(check.text("district")),
        order_number,
        placement_id,
        covers,
        check.text("name"),
    )


def _placement(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise FieldFault("not_on_order", said, "安置编号不要改动;请按原表填写") from None


def _covers(check: RowCheck, today: dt.date) -> Span | None:
    from_on, to_on = check.day("covers_from", _day, "缺证起日"), check.day("covers_to", _day, "缺证止日")
    if from_on is None or to_on is None:
        return None
    if from_on > to_on or to_on > today:
        check.add("covers_to", _wrong_day(check.text("covers_to"), f"须不早于 {from_on},不晚于今天 {today}"))
    return Span(from_on, to_on)


def _state(text: str) -> Literal["", "at_work", "left", "away", "unknown"]:
    """What the column of states says, by the county's words; "" where it says nothing."""
    words, plain = rules.here().states, ASIDE.sub("", text).strip()
    if not text:
        return ""
    if any(word in text for word in words.left):
        return "left"
    if plain in words.at_work:
        return "at_work"
    return "away" if plain in words.away else "unknown"


def _day(value: Value, *, what: str, day_zero: dt.date) -> dt.date:
    try:
        return read_date(value, day_zero=day_zero)
    except ValueError:
        raise _wrong_day(text_of(value), f"{what}应为日期,写成 2025-04-08 的样子") from None


def _wrong_day(seen: str, fix: str) -> FieldFault:
    return FieldFault("invalid_date", seen, fix)


def _district(said: str) -> str | None:
    """The partner city's district that is meant: by its code, or by its name with or without 区."""
    return next((each.code for each in county.here().partner.districts if each.name[:2] in said or each.code == said), None)
