"""Who is barred on which day, and what may then be done: both sides of every limit."""

from datetime import date, timedelta

import pytest

from services.registry.institutions.institutions import policy
from services.registry.institutions.institutions.policy import Blacklisting
from shared.steps import Doer

FROM, UNTIL, BACK = date(2025, 4, 1), date(2025, 9, 30), date(2025, 7, 1)
DAY = timedelta(days=1)
REVIEWER = Doer("reviewer", "someone")


@pytest.mark.parametrize(
    ("until_on", "reinstated_on", "last"),
    [
        pytest.param(None, None, None, id="without-an-end"),
        pytest.param(UNTIL, None, UNTIL, id="its-own-term"),
        pytest.param(None, BACK, BACK - DAY, id="the-day-before-it-was-lifted"),
        pytest.param(UNTIL, BACK, BACK - DAY, id="lifted-before-its-term"),
        pytest.param(BACK, UNTIL, BACK, id="over-before-it-was-lifted"),
    ],
)
def test_it_bars_from_its_first_day_to_its_last(until_on: date | None, reinstated_on: date | None, last: date | None) -> None:
    bar = Blacklisting(FROM, until_on, reinstated_on)
    assert policy.last_day(bar) == last
    assert [policy.holds(bar, day) for day in (FROM - DAY, FROM)] == [False, True]
    assert policy.holds(bar, last or date.max) and (last is None or not policy.holds(bar, last + DAY))


@pytest.mark.parametrize(
    ("listings", "may_list", "may_lift"),
    [
        pytest.param([], True, False, id="never-listed"),
        pytest.param([Blacklisting(FROM, None, None)], False, True, id="listed-without-an-end"),
        pytest.param([Blacklisting(FROM, UNTIL, None)], True, True, id="listed-for-a-term"),
        pytest.param([Blacklisting(FROM, None, FROM + DAY)], True, False, id="lifted"),
        pytest.param(
            [Blacklisting(FROM, None, FROM + DAY), Blacklisting(FROM + DAY, None, None)], False, True, id="lifted-and-listed-anew"
        ),
    ],
)
def test_who_is_listed_without_an_end_is_not_listed_again_and_who_is_not_has_nothing_lifted(
    listings: list[Blacklisting], may_list: bool, may_lift: bool
) -> None:
    today = FROM + 2 * DAY
    assert (policy.why_not("blacklist", REVIEWER, [], listings, today) is None) is may_list
    assert (policy.why_not("reinstate", REVIEWER, [], listings, today) is None) is may_lift
