"""Sheets at random: whatever is in a book, it is read to rows and faults or refused as a whole, and never falls over; nor does the whole job, which keeps
what it tried, says the same a second time and leaves nothing half done."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from services.registry.codes import PersonalStatus, SheetKind
from services.registry.imports.lists import (
    read_employment,
    read_institutions,
    read_job_offers,
    read_outside_payments,
    read_surveys,
    read_trainees,
    read_wishes,
)
from services.registry.imports.past_classes import read_past_classes
from services.registry.imports.reading import read_roster, read_status_records, read_teachers
from services.registry.imports.sign_in import OnRoster, read_sign_in
from services.registry.imports.tables import Import
from services.registry.imports.templates import EXAMPLE_USCC, TEMPLATES
from services.registry.reference import policy as reference
from shared import tallies
from shared.sheets import Book, Reading, SheetError, Table, Value, open_book, with_error_column, write_book
from shared.sheets.finding import EXAMPLE_NUMBER
from tests.conftest import Service
from tests.registry import made
from tests.registry.imports.conftest import CATEGORIES, REGIONS, UNCLEAR
from tests.registry.imports.sending import counts, finished, sent, work_until_idle

pytestmark = pytest.mark.jobs

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
    "past_classes": lambda book: read_past_classes(book, source="局", today=TODAY, regions=REGIONS, reference=reference.lists()),
    "outside_payments": lambda book: read_outside_payments(book, source="局", today=TODAY, reference=reference.lists()),
    "training_wishes": lambda book: read_wishes(book, today=TODAY, regions=REGIONS, reference=reference.lists()),
    "job_offers": lambda book: read_job_offers(book, today=TODAY, reference=reference.lists()),
    "institutions": lambda book: read_institutions(book, regions=REGIONS),
    "enterprise_surveys": lambda book: read_surveys(book, reference=reference.lists()),
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


@pytest.mark.parametrize(("trade", "faults"), [("电工", []), ("", []), ("星际驾驶", [("invalid_value", 1)])])
def test_a_trade_that_nobody_knows_is_a_fault_of_its_offer(trade: str, faults: list[tuple[str, int]]) -> None:
    name, header, *_ = TEMPLATES[SheetKind.JOB_OFFERS]
    row = ["1", "杨秀英", made.citizen(1), "", "培训中", "某电器有限公司", trade, "4500", "2025-04-09", "", ""]
    reading = READERS["job_offers"](open_book(write_book([Table(name, header, [row])]), "a.xlsx"))
    assert list(Counter(fault.code for fault in reading.faults).items()) == faults


def open_or_none(content: bytes) -> Book | None:
    try:
        return open_book(content, "a.xlsx")
    except SheetError:
        return None


# --- through the whole job -----------------------------------------------------------------------------------------------------------------

UNREAD = {"unknown_sheet_layout", "unreadable_file", "file_too_large"}
FORMS: dict[str, dict[str, str]] = {
    "trainees": {},
    "roster": {"class_id": "approved"},
    "sign_in": {"class_id": "in_progress"},
    "employment": {},
    "teachers": {"institution_id": "its"},
    "status_records": {"status": "employee_pension", "source": "州社保局"},
    "outside_payments": {"source": "州社保局"},
    "training_wishes": {},
    "job_offers": {"class_id": "approved"},
    "institutions": {},
    "enterprise_surveys": {},
    "past_classes": {"source": "州社保局"},
}


def nearly_right(dice: random.Random, kind: str, uscc: str) -> bytes:
    """The template filled in by somebody careless: most cells are right."""
    name, header, example, _ = TEMPLATES[SheetKind(kind)]
    rows = []
    for number in range(dice.randrange(1, 7)):
        own = {EXAMPLE_NUMBER: made.citizen(dice.randrange(1, 6))} | ({EXAMPLE_USCC: uscc} if kind == "past_classes" else {})
        right = [str(number), *(own.get(cell, cell) for cell in example)]
        rows.append([dice.choice((*ODD, "好" * 5_000)) if dice.random() < 0.08 else cell for cell in right])
    return write_book([Table(name, header, rows)])


async def through_the_job(registry: Service, seeds: Iterable[int]) -> Counter[str]:
    """What became of rows, over all kinds."""
    institution_id = await made.school(registry)
    classes = {state: await made.proposed(registry, institution_id, state) for state in ("approved", "in_progress")}
    officer = registry.as_("officer", at=made.FIRST)
    uscc = (await officer.get(f"/v1/institutions/{institution_id}")).json()["uscc"]
    catalogue = {each["code"] for each in (await officer.get("/v1/problems")).json()["items"]}
    became: Counter[str] = Counter()
    for seed in seeds:
        for kind, said in FORMS.items():
            dice = random.Random(f"{seed} {kind}")
            sheet = nearly_right(dice, kind, uscc) if dice.random() < 0.85 else made_at(dice)
            form = said | {"kind": kind} | ({"class_id": classes[said["class_id"]]} if "class_id" in said else {})
            form |= {"institution_id": institution_id} if "institution_id" in said else {}
            before = await rows_kept(registry)
            tried = await through(registry, officer, sheet, **form, mode="validate")
            assert await rows_kept(registry) == before, (seed, kind)
            kept = await through(registry, officer, sheet, **form)
            again = await through(registry, officer, sheet, **form)
            codes = {each["code"] for each in kept["errors"]}
            assert codes <= catalogue - {"internal"}, (seed, kind, codes)
            assert (tried["summary"], tried["errors"]) == (kept["summary"], kept["errors"]), (seed, kind)
            if kept["status"] == "failed":
                assert codes <= UNREAD and await rows_kept(registry) == before, (seed, kind)
                became["failed"] += 1
                continue
            counted = Counter(kept["summary"])
            assert counted["rows"] == counted.total() / 2, (seed, kind)
            good = counted["created"] + counted["updated"] + counted["unchanged"]
            assert again["summary"] == counts(counted["rows"], unchanged=good, rejected=counted["rejected"]), (seed, kind)
            assert again["errors"] == kept["errors"], (seed, kind)
            assert (await officer.get(kept["result_url"])).status_code == 200
            became += counted
    return became


async def through(registry: Service, officer: httpx.AsyncClient, sheet: bytes, **form: str) -> Any:
    taken_in = await sent(officer, sheet, **form)
    await work_until_idle(registry)
    return await finished(officer, taken_in["id"])


async def rows_kept(registry: Service) -> list[Any]:
    """How many rows each table has, but for those that tell of imports themselves, and for tallies, whose rows are folded."""
    telling = {"imports", "audit", "changes", "idempotency_keys"}
    tables = [table for name, table in Import.metadata.tables.items() if name not in telling and not name.endswith(tallies.SUFFIX)]
    async with registry.kernel.reading() as session:
        counted = select(*(select(func.count()).select_from(table).scalar_subquery() for table in tables))
        return list((await session.execute(counted)).one())


def test_every_kind_of_sheet_is_tried() -> None:
    assert set(READERS) == set(FORMS) == {kind.value for kind in SheetKind}


async def test_a_sheet_at_random_goes_through_the_whole_job(jobless: Service) -> None:
    became = await through_the_job(jobless, range(2))
    assert became["created"] and became["rejected"]
