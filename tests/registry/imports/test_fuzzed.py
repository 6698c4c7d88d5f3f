"""Sheets at random: whatever is in a book, it is read to rows and faults or refused as a whole, and never falls over."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest

from services.registry.codes import PersonalStatus
from services.registry.imports.lists import read_employment, read_outside_payments, read_trainees
from services.registry.imports.reading import read_roster, read_status_records, read_teachers
from services.registry.imports.sign_in import OnRoster, read_sign_in
from services.registry.imports.templates import TEMPLATES
from services.registry.reference import policy as reference
from shared.sheets import Book, Reading, SheetError, Table, Value, open_book, with_error_column, write_book
from tests.registry.imports.conftest import CATEGORIES, REGIONS, UNCLEAR

TODAY = dt.date(2025, 4, 20)
DAYS = [dt.date(2025, 4, 8), dt.date(2025, 4, 9)]
KNOWN = {"regions": REGIONS, "categories": CATEGORIES, "unclear": UNCLEAR}
READERS: dict[str, Callable[[Book], Reading[Any]]] = {
    "roster": lambda book: read_roster(book, class_starts_on=DAYS[0], today=TODAY, **KNOWN),
    "sign_in": lambda book: read_sign_in(book, dates=DAYS, roster=[OnRoster("a", "潘阿生", "522601199003070017")], today=TODAY),
    "teachers": lambda book: read_teachers(book, today=TODAY),
    "status_records": lambda book: read_status_records(book, status=PersonalStatus.EMPLOYEE_PENSION, source="社保局", today=TODAY),
    "trainees": lambda book: read_trainees(book, today=TODAY, **KNOWN),
    "employment": lambda book: read_employment(book, today=TODAY),
    "outside_payments": lambda book: read_outside_payments(book, source="局", today=TODAY, reference=reference.lists()),
}
ODD: tuple[Value, ...] = (
    *(
        None,
        "",
        " ",
        "#N/A",
        "########",
        "522601199003070017",
        "5226**********0017",
        5.22601199003070017e17,
        522601199003070,
        "潘阿生",
        "无",
    ),
    *(
        "三棵树镇",
        "凯里市",
        "农民工;失业人员",
        "男",
        1,
        2.5,
        -1,
        0,
        10**18,
        float("1e308"),
        "1e400",
        "√",
        "✔️",
        "×",
        "姓名",
        "合计",
        "序号",
        "示例",
    ),
    *("2025-04-08", "45755", 45755, 45755.9, "202413", "二〇二五年四月八日", "13508550001/13608550002", "=1+1", "\u200b", "😀", "𬭊"),
    *(
        dt.date(2025, 4, 8),
        dt.datetime(2025, 4, 8, 9),
        dt.date(1900, 1, 1),
        "9" * 400,
        "(",
        "[",
        "\\",
        "%",
        "1,500元",
        "专职",
        "正常",
        "停发",
    ),
)


def made_at(dice: random.Random) -> bytes:
    tables = []
    for number in range(dice.choice((1, 1, 2, 3))):
        headers = [list(TEMPLATES[kind][1]) for kind in dice.sample(list(TEMPLATES), 2)]
        words = [dice.choice((each, each, each, dice.choice(headers[1]), "")) for each in headers[0]] * dice.choice((1, 1, 2))
        dice.shuffle(words) if dice.random() < 0.3 else None
        rows = [[dice.choice(ODD) for _ in words] for _ in range(dice.randrange(8))]
        if dice.random() < 0.5:
            rows.insert(dice.randrange(len(rows) + 1), [*words])
        tables.append(Table(dice.choice(("表", "样表", "Sheet", "说明")) + str(number), words, rows))
    return write_book(tables)


@pytest.mark.parametrize("seed", range(60))
def test_a_book_at_random_is_read_or_refused(seed: int) -> None:
    book = open_or_none(made_at(random.Random(seed)))
    for read in READERS.values() if book else ():
        try:
            reading = read(book)
        except SheetError as error:
            assert error.code == "unknown_sheet_layout"
            continue
        assert len(reading.rows) <= reading.total <= len(reading.rows) + len(reading.faults)  # nobody is lost between the two
        assert all(fault.code and fault.fix for fault in reading.faults)
        assert open_book(with_error_column(book, reading.faults, reading.header_rows), "a.xlsx").sheets


def open_or_none(content: bytes) -> Book | None:
    try:
        return open_book(content, "a.xlsx")
    except SheetError:
        return None
