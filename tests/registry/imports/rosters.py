"""Rosters of one's own making, read as the import reads them."""

import datetime as dt

from services.registry.imports.reading import RosterRow, read_roster
from shared.sheets import Book, Reading, Value
from tests.registry.imports.conftest import CATEGORIES, REGIONS, UNCLEAR, book_of

TODAY = dt.date(2025, 4, 20)
STARTS_ON = dt.date(2025, 4, 8)
MAN, WOMAN, OTHER_MAN = "522601199003070017", "522601199003070025", "522601197003150018"
HEADER = ["姓名", "性别", "身份证号码", "户籍所在乡镇", "联系电话", "人员类别", "银行卡号"]


def read(book: Book) -> Reading[RosterRow]:
    return read_roster(book, class_starts_on=STARTS_ON, today=TODAY, regions=REGIONS, categories=CATEGORIES, unclear=UNCLEAR)


def person(**given: Value) -> list[Value]:
    row: dict[str, Value] = {
        "name": "潘阿生",
        "sex": "男",
        "id": MAN,
        "region": "三棵树镇",
        "phone": "13508550001",
        "category": "农村转移劳动者",
        "card": None,
    }
    return list((row | given).values())


def codes(reading: Reading[RosterRow]) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in reading.faults]


def read_one(**given: Value) -> RosterRow:
    reading = read(book_of(HEADER, person(**given)))
    assert reading.faults == []
    return reading.rows[0]


def fault_of(**given: Value) -> tuple[str, str, str]:
    reading = read(book_of(HEADER, person(**given)))
    assert (reading.total, reading.rows, len(reading.faults)) == (1, [], 1)
    fault = reading.faults[0]
    assert fault.fix
    return fault.column, fault.code, fault.seen
