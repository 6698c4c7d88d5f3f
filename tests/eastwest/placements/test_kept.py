"""What is kept of a placement's facts, and the facts as they stand: both sides of each day, without a database."""

from dataclasses import replace
from datetime import date

import pytest

from services.eastwest.placements.policy import retention
from services.eastwest.placements.policy.retention import Standing, Wanted
from services.eastwest.placements.policy.telling import Employer, Evidence, Fact, Reference, as_corrected, starts, taken_back
from shared.months import months_after
from tests.eastwest.placements.told import DAY, DUE, START, TERMS, WHOLE, d, judged, left, proof, started

FIRST_ENDS, SECOND_BEGINS = d("2025-06-29"), d("2025-06-30")
FIRST, BARE_FIRST = proof("B", START, FIRST_ENDS), Wanted(START, FIRST_ENDS)


@pytest.mark.parametrize(
    ("proofs", "wanted"),
    [
        pytest.param([], BARE_FIRST, id="nothing-of-the-first-month"),
        pytest.param([proof("B", FIRST_ENDS, FIRST_ENDS)], Wanted(SECOND_BEGINS, FIRST_ENDS), id="its-last-day-alone"),
        pytest.param([proof("B", SECOND_BEGINS, SECOND_BEGINS)], BARE_FIRST, id="the-day-after-it"),
        pytest.param([FIRST], Wanted(SECOND_BEGINS, d("2025-07-29")), id="the-whole-of-it"),
        pytest.param(
            [FIRST, proof("B", SECOND_BEGINS, SECOND_BEGINS, "q")], Wanted(d("2025-07-30"), d("2025-07-29")), id="and-a-day-of-the-second"
        ),
        pytest.param([WHOLE], None, id="everything"),
    ],
)
def test_proof_is_wanted_of_the_first_month_without_it(proofs: list[Fact], wanted: Wanted | None) -> None:
    assert retention.kept([started(), *proofs], DUE, TERMS).wanted == wanted


@pytest.mark.parametrize(("today", "met_on"), [(DUE - DAY, None), (DUE, DUE), (DUE + DAY, DUE)])
def test_what_is_met_is_kept_from_its_day_on(today: date, met_on: date | None) -> None:
    found = retention.kept([started(), WHOLE], today, TERMS)
    assert (found.met_on, found.last_fact_on) == (met_on, DUE - DAY)
    assert retention.kept([started(), FIRST], today, TERMS).met_on is None
    assert retention.kept([], today, TERMS) == (Standing(None, None, None), None, None, None, None, ())


def test_the_weakest_grade_is_kept_of_the_stay_whose_days_are_kept() -> None:
    """Not of an earlier one that was met, be it long after the next began."""
    again, late = DUE + 60 * DAY, START + 300 * DAY
    second = [proof("E", again, months_after(again, 3) - DAY, "q"), started(again, "s2")]
    first = [started(), left(DUE)]
    assert retention.kept([*first, *second], late, TERMS)[2:] == (months_after(again, 3), months_after(again, 3) - DAY, "E", ())
    found = retention.kept([*first, proof("B", START, DUE - DAY, on=late), started(again, "s2")], late, TERMS)
    assert (found.now.started_on, found.met_on, found.weakest_grade) == (again, late, None)


def test_of_one_stay_the_day_is_kept_on_which_each_month_was_proved() -> None:
    told = [started(), FIRST, proof("B", SECOND_BEGINS, DUE - DAY, "q", on=DUE + DAY)]
    assert retention.kept(told, DUE, TERMS).proved_on == (FIRST_ENDS, DUE + DAY, DUE + DAY)
    assert retention.kept([*told, left(DUE + 2 * DAY)], DUE, TERMS).proved_on == (FIRST_ENDS, DUE + DAY, DUE + DAY)


def test_the_days_of_proof_are_kept_of_a_stay_with_the_employer_it_began_with() -> None:
    """Whoever is named only later, or is another then, may be of part of the stay; what a leaving names says nothing, and most facts name nobody."""
    here, there, left_on = Employer("某电器厂"), Employer("某五金厂"), DUE + 2 * DAY
    proofs = [FIRST, proof("B", SECOND_BEGINS, DUE - DAY, "q", on=DUE + DAY)]
    named, gone, moved = (
        Fact("s", "started", START, here),
        Fact("l", "left", left_on, there),
        Fact("e", "employer_changed", START + DAY, here),
    )
    assert retention.kept([named, *proofs, gone], DUE, TERMS).proved_on == (FIRST_ENDS, DUE + DAY, DUE + DAY)
    assert retention.kept([named, moved, *proofs], DUE, TERMS).proved_on == (FIRST_ENDS, DUE + DAY, DUE + DAY)
    assert retention.kept([named, moved._replace(employer=there), *proofs], DUE, TERMS).proved_on == ()
    assert retention.kept([started(), moved, *proofs], DUE, TERMS).proved_on == ()


@pytest.mark.parametrize("at_last", [[], [left(DUE + 2 * DAY)]])
def test_no_days_of_proof_are_kept_of_a_stay_with_a_leaving_in_its_midst(at_last: list[Fact]) -> None:
    """Be it of a single day: on the day of leaving the stay was over, by all that was known."""
    away = [left(START + 10 * DAY, "l1"), started(START + 11 * DAY, "s2")]
    found = retention.kept([started(), *away, FIRST, *at_last], DUE, TERMS)
    assert (found.now.started_on, found.proved_on) == (START, ())


def test_on_a_day_stands_what_had_come_by_then() -> None:
    told = [started(), left(DUE)]
    assert [retention.standing(told, TERMS, day).left_on for day in (DUE - DAY, DUE)] == [None, DUE]


def test_days_to_come_are_not_proved_yet() -> None:
    """Whatever a paper says of them beforehand."""
    ahead = proof("B", START, DUE - DAY, on=START)
    assert [[month.proved for month in judged(day, started(), ahead).months] for day in (SECOND_BEGINS, DUE)] == [
        [True, False, False],
        [True, True, True],
    ]


def test_the_employer_is_the_last_one_named_but_not_by_leaving() -> None:
    """An office that reports a leaving may write down its own name."""
    here, there = Employer("某电器厂"), Employer("某五金厂")
    moved, gone = Fact("e", "employer_changed", START + DAY, here), Fact("l", "left", DUE, there)
    assert retention.standing([started(), moved, WHOLE, gone], TERMS) == Standing(START, DUE, here)
    assert retention.standing([Fact("s", "started", START, there), moved], TERMS).employer == here


def test_insurance_of_some_months_leaves_the_others_bare() -> None:
    months = (d("2025-05-01"), d("2025-07-01"), d("2025-08-01"))
    found = judged(DUE, started(), Fact("p", "present", DUE, evidence=(Evidence("A", START, DUE - DAY, None, "paper", months),)))
    assert found.missing == (retention.Span(d("2025-06-01"), d("2025-06-30")),)
    assert [(each.from_on, each.to_on) for each in found.intervals] == [(START, d("2025-05-31")), (d("2025-07-01"), DUE - DAY)]


@pytest.mark.parametrize(("start", "missing"), [("2025-06-01", 0), ("2025-05-31", 1)])
def test_insurance_paid_at_the_end_of_a_month_proves_it_from_its_first_day(start: str, missing: int) -> None:
    found = judged(d("2025-10-01"), started(d(start)), proof("A", d(start), d("2025-09-30"), paid_on=d("2025-06-30")))
    assert sum((span.to_on - span.from_on).days + 1 for span in found.missing) == missing


@pytest.mark.parametrize(
    ("until_on", "last"),
    [
        ("2025-08-30", "2025-05-30"),
        ("2025-02-27", "2024-11-27"),
        ("2025-02-28", "2024-11-30"),  # three starts end on the last day of February
        ("2025-05-28", "2025-02-28"),
        ("2025-05-31", "2025-02-28"),
        ("2025-06-01", "2025-03-01"),
    ],
)
def test_the_last_day_to_begin_is_the_last_whose_months_are_over(until_on: str, last: str) -> None:
    assert retention.last_start(d(until_on), TERMS) == d(last)


def test_facts_as_they_stand() -> None:
    fix = Fact("c", "corrected", START + DAY, corrects="s")
    assert [(each.external_ref, each.effective_on) for each in as_corrected([started(), WHOLE, fix])] == [
        ("s", START + DAY),
        ("p", DUE - DAY),
    ]
    assert starts([started(), WHOLE, fix]) == {Reference("", "s"): START + DAY}
    older = Fact("z", "corrected", START + 9 * DAY, corrects="s")
    newer = Fact("a", "corrected", START + DAY, corrects="s", sequence=1)
    assert starts([started(), newer, older]) == {Reference("", "s"): START + DAY}


def test_nothing_takes_a_cancellation_back() -> None:
    gone = Fact("x", "cancelled", START, corrects="s")
    again = Fact("y", "cancelled", START, corrects="x")
    assert taken_back([started(), left(DUE), gone, again]) == {Reference("", "s")}
    assert [each.external_ref for each in as_corrected([started(), left(DUE), gone, again]) if each.kind != "cancelled"] == ["l"]


def test_what_a_correction_does_not_say_stays() -> None:
    here, there = Employer("某电器厂"), Employer("某五金厂")
    moved = Fact("e", "employer_changed", START + DAY, here)
    assert retention.standing([started(), moved, Fact("c", "corrected", DUE, corrects="e")], TERMS).employer == here
    assert retention.standing([started(), moved, Fact("c", "corrected", DUE, there, corrects="e")], TERMS).employer == there
    assert judged(DUE).one_employer  # nobody has begun


def test_an_earlier_stay_that_is_proved_later_does_not_take_the_place_of_the_one_that_was_met() -> None:
    again, late = d("2025-10-01"), proof("B", START, DUE - DAY, on=d("2026-02-01"))
    found = judged(d("2026-03-01"), started(), left(d("2025-09-10")), started(again, "s2"), proof("B", again, d("2025-12-31"), "q"), late)
    assert (found.verdict, found.started_on, found.met_on) == ("met", again, d("2026-01-01"))


def test_where_a_day_may_be_bare_only_months_beyond_it_are_missing() -> None:
    lenient = replace(TERMS, uncovered_days_a_month_at_most=1)
    proofs = [proof("B", START + DAY, d("2025-07-27")), proof("B", d("2025-07-30"), DUE - DAY, "q")]
    found = retention.retention([started(), *proofs], DUE, lenient)
    assert (found.verdict, found.missing) == ("unproven", (retention.Span(d("2025-07-28"), d("2025-07-29")),))
