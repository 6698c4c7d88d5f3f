"""On which days, for whom a catalogue lists a trade and an institution is barred: both days are counted in."""

from datetime import date

import pytest

from services.subsidy.codes import CatalogueKind, Level
from services.subsidy.judging.papers import Barred, InCatalogue

FROM, UNTIL, CODE = date(2025, 4, 1), date(2025, 6, 30), "6-31-01-03"
BEFORE, AFTER = date(2025, 3, 31), date(2025, 7, 1)
LISTED = InCatalogue(next(iter(CatalogueKind)), CODE, (Level.JUNIOR,), FROM, UNTIL)
ALWAYS = InCatalogue(LISTED.kind, CODE, (), FROM)


@pytest.mark.parametrize(
    ("day", "closed", "still"), [(BEFORE, False, False), (FROM, True, True), (UNTIL, True, True), (AFTER, False, True)]
)
def test_days_of_a_catalogue_and_of_a_bar(day: date, closed: bool, still: bool) -> None:
    assert LISTED.lists(CODE, Level.JUNIOR, day) is Barred("suspended", FROM, UNTIL).covers(day) is closed
    assert ALWAYS.lists(CODE, None, day) is Barred("suspended", FROM).covers(day) is still


def test_a_catalogue_lists_a_trade_at_its_levels() -> None:
    assert not LISTED.lists(CODE, Level.SENIOR, FROM) and not LISTED.lists(CODE, None, FROM) and ALWAYS.lists(CODE, Level.SENIOR, FROM)
    assert not ALWAYS.lists("4-10-01-06", None, FROM) and not ALWAYS.lists(None, None, FROM)
