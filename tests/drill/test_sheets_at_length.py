"""The fuzzed sheets of the checks, some thousands of them."""

import random

import pytest

from shared.sheets import SheetError
from tests.registry.imports.test_fuzzed import READERS, made_at, open_or_none

pytestmark = pytest.mark.drill
BOOKS = 3_000


def test_thousands_of_books_at_random_are_read_or_refused() -> None:
    read = refused = 0
    for seed in range(1_000, 1_000 + BOOKS):
        book = open_or_none(made_at(random.Random(seed)))
        for reader in READERS.values() if book else ():
            try:
                reading = reader(book)
            except SheetError:
                refused += 1
                continue
            assert len(reading.rows) <= reading.total <= len(reading.rows) + len(reading.faults), seed
            read += 1
    assert read > BOOKS / 2
    assert refused > BOOKS / 2
