"""What a filing covers on a day, both sides of every limit."""

from datetime import date

import pytest

from services.evaluation import rules
from services.evaluation.filings import policy

LEVELS = rules.levels()
COVERAGE = policy.Coverage(date(2025, 1, 1), date(2025, 12, 31), [policy.Grant("6-31-01-03", "junior", date(2025, 3, 1))])


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        pytest.param(date(2025, 2, 28), False, id="the-day-before-the-grant"),
        pytest.param(date(2025, 3, 1), True, id="the-day-of-the-grant"),
        pytest.param(date(2025, 12, 31), True, id="the-last-day"),
        pytest.param(date(2026, 1, 1), False, id="the-day-after-the-last"),
    ],
)
def test_an_occupation_is_covered_from_its_grant_to_the_last_day(day: date, covered: bool) -> None:
    assert (policy.out_of_scope(COVERAGE, "6-31-01-03", LEVELS["junior"], day) is None) is covered


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        pytest.param(date(2024, 12, 31), False, id="the-day-before-the-first"),
        pytest.param(date(2025, 1, 1), True, id="the-first-day"),
        pytest.param(date(2025, 5, 31), True, id="the-day-before-the-suspension"),
        pytest.param(date(2025, 6, 1), False, id="the-day-of-the-suspension"),
        pytest.param(date(2025, 6, 30), False, id="the-last-day-of-the-suspension"),
        pytest.param(date(2025, 7, 1), True, id="the-day-of-the-reinstatement"),
        pytest.param(date(2025, 8, 31), True, id="the-day-before-the-revocation"),
        pytest.param(date(2025, 9, 1), False, id="the-day-of-the-revocation"),
    ],
)
def test_a_filing_is_in_force_but_for_suspensions_and_until_revoked(day: date, in_force: bool) -> None:
    stopped = policy.Suspension(date(2025, 6, 1), date(2025, 7, 1))
    coverage = policy.Coverage(date(2025, 1, 1), date(2025, 12, 31), (), [stopped], date(2025, 9, 1))
    assert (policy.not_in_force(coverage, day) is None) is in_force


@pytest.mark.parametrize(("occupation", "level"), [("6-31-01-03", "senior"), ("6-18-02-04", "junior")])
def test_another_level_or_occupation_is_out_of_scope(occupation: str, level: str) -> None:
    assert policy.out_of_scope(COVERAGE, occupation, LEVELS[level], date(2025, 6, 1))


def test_a_filing_not_yet_accepted_covers_nothing() -> None:
    assert policy.out_of_scope(None, "6-31-01-03", LEVELS["junior"], date(2025, 6, 1))


@pytest.mark.parametrize(
    ("until", "first"),
    [
        pytest.param(date(2025, 12, 31), date(2025, 10, 1), id="year-end"),
        pytest.param(date(2025, 5, 30), date(2025, 2, 28), id="clipped-to-february"),
        pytest.param(date(2024, 5, 30), date(2024, 2, 29), id="clipped-to-a-leap-day"),
        pytest.param(date(2026, 2, 28), date(2025, 12, 1), id="over-the-new-year"),
    ],
)
def test_a_filing_is_renewable_in_its_last_three_calendar_months(until: date, first: date) -> None:
    assert policy.renewable_from(until, rules.here().renewable_months) == first


@pytest.mark.parametrize(
    ("status", "today", "shown"),
    [
        ("accepted", date(2025, 12, 31), "accepted"),
        ("accepted", date(2026, 1, 1), "expired"),
        ("suspended", date(2026, 1, 1), "expired"),
        ("revoked", date(2026, 1, 1), "revoked"),
    ],
)
def test_expired_follows_from_the_last_day(status: str, today: date, shown: str) -> None:
    assert policy.status_on(status, date(2025, 12, 31), today) == shown
