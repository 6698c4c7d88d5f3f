"""Retention: calendar months with their ends clipped, what proves a month, and one state whatever the order of the facts."""

import calendar
from datetime import date
from itertools import pairwise
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.eastwest.placements.policy import retention
from services.eastwest.placements.policy.telling import Employer, Evidence, Fact
from tests.eastwest.placements.told import DAY, DUE, START, TERMS, WHOLE, d, judged, left, proof, started


def months_on(day: date, months: int) -> date:
    """An oracle of its own: walk month by month on year and month, then step back until the day exists."""
    year, month, number = day.year, day.month, day.day
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    while number > calendar.monthrange(year, month)[1]:
        number -= 1
    return date(year, month, number)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param("2025-05-30", "2025-08-30", id="30-May"),
        pytest.param("2025-01-31", "2025-04-30", id="31-January-is-clipped-to-30-April"),
        pytest.param("2024-11-30", "2025-02-28", id="30-November-before-a-common-year"),
        pytest.param("2023-11-30", "2024-02-29", id="30-November-before-a-leap-year"),
        pytest.param("2023-11-29", "2024-02-29", id="29-November-before-a-leap-year"),
        pytest.param("2024-02-29", "2024-05-29", id="a-leap-day"),
        pytest.param("2025-12-01", "2026-03-01", id="over-the-new-year"),
        pytest.param("2025-10-31", "2026-01-31", id="31-October-to-31-January"),
    ],
)
def test_the_due_day_is_three_calendar_months_on_clipped_to_the_months_end(start: str, due: str) -> None:
    assert judged(d(start), started(d(start))).due_on == d(due)


def test_the_three_months_of_30_may_are_the_plans() -> None:
    spans = retention.months_of(START, 3)
    assert [(str(span.from_on), str(span.to_on)) for span in spans] == [
        ("2025-05-30", "2025-06-29"),
        ("2025-06-30", "2025-07-29"),
        ("2025-07-30", "2025-08-29"),
    ]


@given(st.dates(date(2000, 1, 1), date(2150, 12, 31)))
def test_months_are_contiguous_and_agree_with_an_oracle(start: date) -> None:
    spans = retention.months_of(start, 3)
    assert spans[0].from_on == start
    assert [span.to_on + DAY for span in spans] == [months_on(start, count) for count in (1, 2, 3)]
    assert all(one.to_on + DAY == other.from_on for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("as_of", "verdict"),
    [
        pytest.param("2025-05-29", "on_track", id="before-the-start"),
        pytest.param("2025-06-29", "on_track", id="last-day-of-the-first-month"),
        pytest.param("2025-06-30", "unproven", id="the-day-after-it"),
        pytest.param("2026-01-01", "unproven", id="long-after"),
    ],
)
def test_a_whole_month_past_without_evidence_is_unproven(as_of: str, verdict: str) -> None:
    assert judged(d(as_of), started()).verdict == verdict


@pytest.mark.parametrize(
    ("as_of", "verdict", "met_on"),
    [
        pytest.param("2025-08-29", "on_track", None, id="the-day-before-due"),
        pytest.param("2025-08-30", "met", DUE, id="due"),
        pytest.param("2027-01-01", "met", DUE, id="long-after"),
    ],
)
def test_three_proved_months_are_met_on_the_due_day(as_of: str, verdict: str, met_on: date | None) -> None:
    found = judged(d(as_of), started(), WHOLE)
    assert (found.verdict, found.met_on) == (verdict, met_on)


def test_one_bare_day_leaves_the_month_unproved_and_is_named() -> None:
    found = judged(DUE, started(), proof("B", START, d("2025-07-14")), proof("B", d("2025-07-16"), DUE - DAY, "q"))
    assert found.verdict == "unproven"
    assert [(span.from_on, span.to_on) for span in found.missing] == [(d("2025-07-15"), d("2025-07-15"))]
    assert [month.proved for month in found.months] == [True, False, True]


def test_missing_days_of_months_still_running_are_not_asked_for() -> None:
    found = judged(d("2025-07-10"), started())
    assert found.missing == (retention.Span(START, d("2025-06-29")),)


def test_proof_received_late_counts_from_its_own_days_and_known_on_cuts_it() -> None:
    told = [started(), WHOLE]
    received = [fact._replace(received_on=d("2025-12-01")) for fact in told]
    assert judged(DUE, *received).verdict == "met"
    assert judged(DUE, *received, known_on=d("2025-11-30")).started_on is None
    assert judged(DUE, *received, known_on=d("2025-12-01")).verdict == "met"


def test_a_fact_of_a_later_day_brings_no_proof_before_it() -> None:
    late = proof("B", START, DUE - DAY, on=d("2025-09-15"))
    assert judged(d("2025-09-14"), started(), late).verdict == "unproven"
    found = judged(d("2025-09-15"), started(), late)
    assert (found.verdict, found.met_on) == ("met", d("2025-09-15"))


@pytest.mark.parametrize(
    ("left_on", "verdict"),
    [
        pytest.param(DUE - DAY, "broken", id="the-day-before-due"),
        pytest.param(DUE, "met", id="on-the-due-day"),
        pytest.param(DUE + DAY, "met", id="after-it"),
    ],
)
def test_leaving_before_due_breaks_it_and_once_met_it_stays_met(left_on: date, verdict: str) -> None:
    assert judged(d("2026-01-01"), started(), WHOLE, left(left_on)).verdict == verdict


def test_broken_goes_before_unproven_and_only_from_the_day_of_leaving() -> None:
    facts = [started(), left(d("2025-07-20"))]
    assert judged(d("2025-07-19"), *facts).verdict == "unproven"
    assert judged(d("2025-07-20"), *facts).verdict == "broken"
    assert judged(d("2025-07-20"), *facts).missing == ()


def test_once_met_a_later_start_does_not_reopen_it() -> None:
    found = judged(d("2026-03-01"), started(), WHOLE, left(d("2025-09-10")), started(d("2026-01-05"), "s2"))
    assert (found.verdict, found.started_on, found.met_on) == ("met", START, DUE)


@pytest.mark.parametrize(
    ("back_on", "clock"),
    [
        pytest.param("2025-07-16", START, id="fifteen-days-away-goes-on"),
        pytest.param("2025-07-17", d("2025-07-17"), id="sixteen-days-away-begins-anew"),
    ],
)
def test_a_break_longer_than_allowed_restarts_the_clock(back_on: str, clock: date) -> None:
    found = judged(d("2025-07-20"), started(), left(d("2025-06-30")), started(d(back_on), "s2"))
    assert found.started_on == clock
    assert found.verdict != "broken"


def test_the_days_of_a_permitted_break_need_no_proof() -> None:
    proofs = [proof("C", START, d("2025-06-30")), proof("C", d("2025-07-05"), DUE - DAY, "q")]
    found = judged(DUE, started(), left(d("2025-06-30")), started(d("2025-07-05"), "s2"), *proofs)
    assert (found.verdict, found.one_employer) == ("met", False)


def test_a_change_of_employer_inside_foshan_does_not_restart_the_clock() -> None:
    moved = Fact("e", "employer_changed", d("2025-07-01"), Employer("佛山市南海区某厂", None, "440605"))
    found = judged(DUE, started(), WHOLE, moved)
    assert (found.verdict, found.started_on, found.one_employer) == ("met", START, False)


@pytest.mark.parametrize(
    ("on", "one"),
    [
        pytest.param(START, True, id="on-the-first-day"),
        pytest.param(START + DAY, False, id="the-day-after"),
        pytest.param(DUE - DAY, False, id="the-day-before-due"),
        pytest.param(DUE, True, id="on-the-due-day"),
    ],
)
def test_a_change_of_employer_counts_within_the_three_months(on: date, one: bool) -> None:
    moved = Fact("e", "employer_changed", on, Employer("佛山市南海区某厂", None, "440605"))
    assert judged(DUE + DAY, started(), WHOLE, moved).one_employer is one


@pytest.mark.parametrize("bare", [pytest.param("2025-06-30", id="the-day-of-leaving"), pytest.param("2025-07-05", id="the-day-of-return")])
def test_the_days_on_either_side_of_a_break_are_work_and_need_proof(bare: str) -> None:
    proved = [day for day in (d("2025-06-30"), d("2025-07-05")) if day != d(bare)]
    proofs = [
        proof("C", START, d("2025-06-29")),
        proof("C", d("2025-07-06"), DUE - DAY, "q"),
        *(proof("C", day, day, "r") for day in proved),
    ]
    found = judged(DUE, started(), left(d("2025-06-30")), started(d("2025-07-05"), "s2"), *proofs)
    assert [(str(span.from_on), str(span.to_on)) for span in found.missing] == [(bare, bare)]


def test_beginning_again_the_day_after_leaving_is_no_break() -> None:
    assert judged(DUE, started(), WHOLE, left(d("2025-06-30")), started(d("2025-07-01"), "s2")).one_employer


def test_a_change_to_an_employer_outside_foshan_is_leaving() -> None:
    moved = Fact("e", "employer_changed", d("2025-07-01"), Employer("广州市某厂", None, "440106"))
    assert judged(DUE, started(), WHOLE, moved).verdict == "broken"


def test_leaving_and_beginning_elsewhere_on_one_day_goes_on() -> None:
    moved = [left(d("2025-07-01")), Fact("e", "employer_changed", d("2025-07-01"), Employer("佛山市南海区某厂"))]
    assert judged(DUE, started(), WHOLE, *moved).verdict == "met"


def test_beginning_and_leaving_on_one_day_is_a_job_of_a_day() -> None:
    found = judged(START, started(), left(START))
    assert (found.verdict, found.started_on, found.left_on) == ("broken", START, START)


def test_being_seen_again_after_leaving_is_no_return() -> None:
    assert judged(DUE, started(), WHOLE, left(d("2025-07-01")), Fact("x", "present", d("2025-07-05"))).verdict == "broken"


def test_being_seen_is_no_start() -> None:
    found = judged(DUE, WHOLE)
    assert (found.verdict, found.started_on, found.intervals) == ("on_track", None, ())


@pytest.mark.parametrize(
    ("grade", "paid_on", "verdict"),
    [
        pytest.param("A", None, "met", id="insurance-without-a-day-of-payment"),
        pytest.param("A", "2025-05-31", "met", id="paid-within-the-first-month-it-covers"),
        pytest.param("A", "2025-06-01", "unproven", id="paid-after-the-first-month-it-covers"),
        pytest.param("B", "2025-09-10", "met", id="wages-are-paid-after-the-month"),
    ],
)
def test_insurance_paid_in_arrears_is_no_proof_of_that_month(grade: str, paid_on: str | None, verdict: str) -> None:
    assert judged(DUE, started(), proof(grade, START, DUE - DAY, paid_on=d(paid_on) if paid_on else None)).verdict == verdict


def test_each_day_counts_with_its_strongest_proof_and_the_weakest_of_them_is_shown() -> None:
    found = judged(DUE, started(), proof("E", START, DUE - DAY), proof("A", START, d("2025-08-28"), "q"))
    assert found.weakest_grade == "E"
    assert [month.weakest_grade for month in found.months] == ["A", "A", "E"]
    assert judged(DUE, started(), proof("E", START, DUE - DAY), proof("A", START, DUE - DAY, "q")).weakest_grade == "A"


def test_a_correction_replaces_the_day_and_keeps_the_evidence_it_does_not_speak_of() -> None:
    fix = Fact("c", "corrected", d("2025-06-05"), corrects="s")
    assert judged(DUE, started(), fix).started_on == d("2025-06-05")
    kept = Fact("c", "corrected", DUE - DAY, corrects="p")
    emptied = Fact("c", "corrected", DUE - DAY, evidence=(), corrects="p")
    assert judged(DUE, started(), WHOLE, kept).verdict == "met"
    assert judged(DUE, started(), WHOLE, emptied).verdict == "unproven"


def test_a_correction_of_a_correction_stands_and_a_circle_of_them_moves_nothing() -> None:
    first, second = Fact("c1", "corrected", d("2025-06-05"), corrects="s"), Fact("c2", "corrected", d("2025-06-02"), corrects="c1")
    assert judged(DUE, started(), second, first).started_on == d("2025-06-02")
    circle = [Fact("a", "corrected", d("2025-06-05"), corrects="b"), Fact("b", "corrected", d("2025-06-06"), corrects="a")]
    assert judged(DUE, started(), *circle).started_on == START


def test_a_correction_waits_for_its_fact() -> None:
    fix = Fact("c", "corrected", d("2025-06-05"), corrects="s")
    assert judged(DUE, fix).started_on is None
    assert judged(DUE, fix, started()).started_on == d("2025-06-05")


def test_insurance_that_covers_ages_is_judged_as_quickly_as_any() -> None:
    months = tuple(date(2025, month, 1) for month in (5, 6, 7, 8))
    ages = Fact("p", "present", DUE, evidence=(Evidence("A", date.min, DUE, None, "paper", months),) * 50)
    before = monotonic()
    assert all(judged(DUE, started(), ages).verdict == "met" for _ in range(20))
    assert monotonic() - before < 20  # walking through the days took minutes


def test_what_we_read_into_the_plan_is_marked_unconfirmed() -> None:
    marks = {name: basis.basis_status for basis in TERMS.basis for name in basis.applies_to}
    assert marks == {
        "months": "confirmed",
        "break_days_at_most": "unconfirmed",
        "uncovered_days_a_month_at_most": "unconfirmed",
        "grades": "unconfirmed",
        "working_age_at_least": "confirmed",
    }
