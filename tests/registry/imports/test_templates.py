"""The templates: what they say is what the readers read."""

import datetime as dt
import io
import zipfile

import pytest

from services.registry.codes import SheetKind
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
from services.registry.imports.templates import TEMPLATES, choices, sign_in_sheet, template
from services.registry.reference import policy as reference
from shared.sheets import Book, Reading, Table, open_book, write_book
from shared.sheets.finding import EXAMPLE_NUMBER
from tests.registry.imports.conftest import CATEGORIES, REGIONS, UNCLEAR

TODAY = dt.date(2025, 4, 20)
DAYS = [dt.date(2025, 4, 8), dt.date(2025, 4, 9), dt.date(2025, 4, 10)]
KINDS = list(TEMPLATES)


def read(kind: SheetKind, book: Book) -> Reading:  # type: ignore[type-arg]
    if kind == "roster":
        return read_roster(book, class_starts_on=DAYS[0], today=TODAY, regions=REGIONS, categories=CATEGORIES, unclear=UNCLEAR)
    if kind == "sign_in":
        return read_sign_in(book, dates=DAYS, roster=[OnRoster("a", "潘阿生", EXAMPLE_NUMBER)], today=TODAY)
    if kind == "teachers":
        return read_teachers(book, today=TODAY)
    if kind == "trainees":
        return read_trainees(book, today=TODAY, regions=REGIONS, categories=CATEGORIES, unclear=UNCLEAR)
    if kind == "training_wishes":
        return read_wishes(book, today=TODAY, regions=REGIONS, reference=reference.lists())
    if kind == "employment":
        return read_employment(book, today=TODAY)
    if kind == "job_offers":
        return read_job_offers(book, today=TODAY, reference=reference.lists())
    if kind == "institutions":
        return read_institutions(book, regions=REGIONS)
    if kind == "enterprise_surveys":
        return read_surveys(book, reference=reference.lists())
    if kind == "past_classes":
        return read_past_classes(book, source=None, today=TODAY, regions=REGIONS, reference=reference.lists())
    if kind == "outside_payments":
        return read_outside_payments(book, source=None, today=TODAY, reference=reference.lists())
    return read_status_records(book, status="employee_pension", source="社保局", today=TODAY)


def filled_in(kind: SheetKind, order: str) -> Book:
    book = open_book(template(kind), f"{kind}.xlsx")
    header, example = ([row.text(column) for column in range(len(row.values))] for row in book.sheets[0].rows)
    return open_book(write_book([Table(book.sheets[0].name, header, [example, [order, *example[1:]]])]), "filled.xlsx")


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_is_passed_over_while_it_says_that_it_is_one(kind: SheetKind) -> None:
    reading = read(kind, open_book(template(kind), f"{kind}.xlsx"))
    assert (reading.total, reading.rows, reading.faults) == (0, [], [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_in_template_reads_back_without_faults(kind: SheetKind) -> None:
    reading = read(kind, filled_in(kind, "1"))
    assert (reading.total, len(reading.rows), reading.faults) == (1, 1, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_has_instructions_on_a_second_sheet(kind: SheetKind) -> None:
    book = open_book(template(kind), f"{kind}.xlsx")
    assert book.sheets[1].name == "填表说明"
    assert len(book.sheets[1].rows) >= 5


def test_a_person_written_over_the_example_counts() -> None:
    header = TEMPLATES["roster"][1]
    row = ["示例", "潘阿妹", "女", "522601199003070025", "舟溪镇", "", "", "农村妇女", "", ""]
    assert [person.name for person in read("roster", open_book(write_book([Table("表", header, [row])]), "a.xlsx")).rows] == ["潘阿妹"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_of_codes_offers_its_words(kind: SheetKind) -> None:
    header = TEMPLATES[kind][1]
    sheet = zipfile.ZipFile(io.BytesIO(template(kind))).read("xl/worksheets/sheet1.xml").decode()
    for words, offered in choices(header).items():
        if offered:
            column = chr(65 + header.index(words))
            assert f'sqref="{column}2:{column}20001"' in sheet
            assert ",".join(offered) in sheet


def test_a_sheet_filled_in_for_a_class_comes_back_by_name_and_masked_number() -> None:
    made = open_book(sign_in_sheet(DAYS[:2], [("潘阿生", "5226**********0017"), ("潘阿生", "5226**********0025")]), "a.xlsx")
    header, *rows = ([row.text(column) for column in range(len(row.values))] for row in made.sheets[0].rows)
    marked = write_book([Table("签到表", header, [[*row[:3], "√", "×", "√", "√"] for row in rows])])
    roster = [OnRoster("a", "潘阿生", "522601199003070017"), OnRoster("b", "潘阿生", "522601199003070025")]
    reading = read_sign_in(open_book(marked, "a.xlsx"), dates=DAYS, roster=roster, today=TODAY)
    assert ([(row.key, row.half_days) for row in reading.rows], reading.faults) == ([("a", 3), ("b", 3)], [])
