"""What a filing covers on a day, both sides of every limit."""

from datetime import date

import pytest

from services.evaluation import rules
from services.evaluation.filings import policy

LEVELS = rules.levels()
COVERAGE = policy.Coverage(date(2025, 1, 1), date(2025, 12, 31), [policy.Grant("6-31-01-03", "junior", date(2025, 3, 1))])


def test_the_people_of_a_filing_change_until_it_has_ended() -> None:
    (staff,) = (step for step in policy.STEPS if step.action == "staff")
    assert staff.states == {"draft", "submitted", "checked", "returned", "accepted", "suspended"}


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


def test_of_two_grants_the_earlier_one_counts() -> None:
    twice = policy.Coverage(
        COVERAGE.valid_from_on, COVERAGE.valid_until_on, [*COVERAGE.grants, policy.Grant("6-31-01-03", "junior", date(2025, 2, 1))]
    )
    assert policy.out_of_scope(twice, "6-31-01-03", LEVELS["junior"], date(2025, 2, 1)) is None
    assert policy.out_of_scope(twice, "6-31-01-03", LEVELS["junior"], date(2025, 1, 31))


@pytest.mark.parametrize(("day", "team"), [((1, 31), "一"), ((2, 1), "二"), ((3, 31), "二"), ((4, 1), "三")])
def test_the_teams_of_a_day_are_those_of_the_time(day: tuple[int, int], team: str) -> None:
    one, two, three = ({"experts": [{"name": name}]} for name in "一二三")
    history = [{"staff": one, "until_on": "2025-01-31"}, {"staff": two, "until_on": "2025-03-31"}]
    assert policy.staff_on(three, history, date(2025, *day))["experts"][0]["name"] == team


def test_a_paper_is_found_by_any_word_of_its_name() -> None:
    found = policy.checklist(["考评员管理办法", "其他"], rules.here().materials)
    assert [rule.name for rule, there in found if there] == ["考评人员管理"] and len(found) > 1
    assert not any(there for _, there in policy.checklist([], rules.here().materials))


@pytest.mark.parametrize(
    ("from_on", "until_on", "last"),
    [
        pytest.param(date(2022, 6, 15), date(2028, 6, 15), None, id="three-years-before-and-after-the-decision"),
        pytest.param(date(2022, 6, 14), date(2028, 6, 15), date(2028, 6, 15), id="begun-a-day-too-early"),
        pytest.param(date(2022, 6, 15), date(2028, 6, 16), date(2028, 6, 15), id="a-day-too-long"),
        pytest.param(date(2028, 6, 15), date(2031, 6, 15), None, id="three-years-from-a-later-first-day"),
        pytest.param(date(2028, 6, 15), date(2031, 6, 16), date(2031, 6, 15), id="a-day-longer"),
        pytest.param(date(2028, 6, 16), date(2028, 6, 17), date(2031, 6, 16), id="begins-a-day-too-late"),
    ],
)
def test_a_filing_lies_within_so_many_years_of_its_decision(from_on: date, until_on: date, last: date | None) -> None:
    assert policy.days_too_far(date(2025, 6, 15), from_on, until_on, 3) == (last and (date(2022, 6, 15), last))


def test_what_stood_earlier_in_a_list_is_repeated() -> None:
    assert policy.repeated([("a", "b"), ("a", "c"), ("a", "b"), ("a", "b")]) == [2, 3]
