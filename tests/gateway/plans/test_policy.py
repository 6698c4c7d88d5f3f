"""The board's arithmetic: the countings a day needs, and a line's status on both sides of every limit."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gateway.plans import reading
from gateway.plans.policy import board
from gateway.plans.policy.board import Count, Counts, LineProgress, Tally
from gateway.plans.schemas import PlanLineOut
from shared import county

PLAN = reading.load(county.folder() / "plans" / "kaili-2024.toml")
MIDDLE = date(2025, 6, 30)


def line(code: str, counts: Counts, as_of: date = MIDDLE) -> LineProgress:
    return next(line for line in board.progress(PLAN, counts, as_of) if line["code"] == code)


def counted(code: str, numerator: int | Decimal, denominator: int | None = None, period: str = "total") -> Counts:
    return {(code, period): Count((Tally(numerator, denominator),), records=f"/v1/enrolments?programme={code}")}


# The countings asked for.


def test_before_the_plan_nothing_is_counted() -> None:
    assert board.windows(PLAN, date(2023, 12, 31)) == []
    assert {window.period for window in board.windows(PLAN, date(2024, 1, 1))} == {"2024", "total"}


def test_in_the_first_year_only_that_year_and_the_whole_plan_are_counted() -> None:
    windows = board.windows(PLAN, date(2024, 2, 29))
    assert {window.line.code for window in windows} == {line.code for line in PLAN.lines}
    assert {window.period for window in windows} == {"2024", "total"}
    assert {(window.from_on, window.to_on) for window in windows} == {(date(2024, 1, 1), date(2024, 2, 29))}


def test_in_the_second_year_the_first_is_counted_to_its_end() -> None:
    workers = {
        window.period: (window.from_on, window.to_on) for window in board.windows(PLAN, MIDDLE) if window.line.code == "enterprise.workers"
    }
    assert workers == {
        "2024": (date(2024, 1, 1), date(2024, 12, 31)),
        "2025": (date(2025, 1, 1), MIDDLE),
        "total": (date(2024, 1, 1), MIDDLE),
    }


def test_after_the_plan_counting_stops_at_its_last_day() -> None:
    assert max(window.to_on for window in board.windows(PLAN, date(2026, 7, 1))) == date(2025, 12, 31)


# The lines as a whole.


def test_every_line_is_answered_once_and_unknown_without_counts() -> None:
    lines = board.progress(PLAN, {}, MIDDLE)
    assert [line["code"] for line in lines] == [line.code for line in PLAN.lines]
    for answered in lines:
        assert (answered["actual"], answered["rate"], answered["status"], answered["needed_per_week"]) == (None, None, "unknown", None)
        assert (answered["numerator"], answered["denominator"], answered["records"]) == (None, None, None)


def test_a_service_that_cannot_say_is_unknown_and_not_nothing() -> None:
    assert line("four.chef", {("four.chef", "total"): None})["status"] == "unknown"
    assert line("four.chef", {("four.chef", "total"): Count(())})["actual"] is None
    assert line("four.chef", counted("four.chef", 0))["actual"] == 0


def test_a_line_carries_its_trail_its_departments_and_its_basis() -> None:
    answered = line("four.chef", counted("four.chef", 40))
    assert answered["records"] == "/v1/enrolments?programme=four.chef"
    assert answered["lead_departments"][0] == "市人力资源社会保障局"
    assert answered["basis"] == {"document": "凯府发〔2024〕9号", "clause": "附件1 二(二)", "status": "confirmed"}
    assert (answered["period"], answered["from_on"], answered["to_on"]) == ("total", date(2024, 1, 1), date(2025, 12, 31))
    assert (answered["target"], answered["actual"], answered["rate"], answered["numerator"]) == (100, 40, 0.4, 40)
    assert "parts" not in answered


# Status against time elapsed: the plan has 731 days, 2024 being a leap year.


@pytest.mark.parametrize(
    ("count", "as_of", "status"),
    [
        pytest.param(600, date(2024, 1, 1), "met", id="reached-on-the-first-day"),
        pytest.param(600, date(2026, 1, 1), "met", id="reached-and-over"),
        pytest.param(599, date(2025, 12, 31), "behind", id="one-short-on-the-last-day"),
        pytest.param(599, date(2026, 1, 1), "missed", id="one-short-the-day-after"),
        # 366 of 731 days: 300.41 expected.
        pytest.param(301, date(2024, 12, 31), "on_track", id="ahead-of-the-time-elapsed"),
        pytest.param(300, date(2024, 12, 31), "behind", id="behind-the-time-elapsed"),
        # 1 of 731 days: 0.82 expected.
        pytest.param(1, date(2024, 1, 1), "on_track", id="one-on-the-first-day"),
        pytest.param(0, date(2024, 1, 1), "behind", id="none-on-the-first-day"),
        # 60 of 731 days to 29 February: 49.25 expected.
        pytest.param(50, date(2024, 2, 29), "on_track", id="ahead-on-the-leap-day"),
        pytest.param(49, date(2024, 2, 29), "behind", id="behind-on-the-leap-day"),
        pytest.param(600, date(2023, 12, 31), "unknown", id="before-the-plan"),
    ],
)
def test_a_cumulative_line_is_judged_against_the_time_elapsed(count: int, as_of: date, status: str) -> None:
    assert line("four.technician", counted("four.technician", count), as_of)["status"] == status


@pytest.mark.parametrize(
    ("count", "as_of", "needed"),
    [
        pytest.param(599, date(2025, 12, 31), 7.0, id="one-on-the-last-day"),
        pytest.param(593, date(2025, 12, 25), 7.0, id="seven-in-the-last-week"),
        pytest.param(590, date(2025, 12, 18), 5.0, id="ten-in-two-weeks"),
        pytest.param(599, date(2025, 12, 11), 0.4, id="one-in-three-weeks-rounds-up"),
        pytest.param(600, date(2025, 12, 18), None, id="met"),
        pytest.param(599, date(2026, 1, 1), None, id="over"),
    ],
)
def test_what_is_needed_a_week_is_rounded_up(count: int, as_of: date, needed: float | None) -> None:
    assert line("four.technician", counted("four.technician", count), as_of)["needed_per_week"] == needed


# The yearly average.


@pytest.mark.parametrize(
    ("count", "as_of", "actual", "status"),
    [
        pytest.param(3000, date(2024, 12, 31), 3000, "on_track", id="a-full-first-year-is-not-the-whole-plan"),
        pytest.param(2999, date(2024, 12, 31), 2999, "behind", id="one-short-in-the-first-year"),
        pytest.param(6000, date(2024, 12, 31), 6000, "met", id="all-of-it-in-the-first-year"),
        # 367 of 731 days: 1506.16 expected as the average of two years.
        pytest.param(3013, date(2025, 1, 1), 1506.5, "on_track", id="ahead-on-new-year"),
        pytest.param(3012, date(2025, 1, 1), 1506, "behind", id="behind-on-new-year"),
        pytest.param(6000, date(2025, 12, 31), 3000, "met", id="reached-on-the-last-day"),
        pytest.param(5999, date(2025, 12, 31), 2999.5, "behind", id="one-short-on-the-last-day"),
        pytest.param(5999, date(2026, 1, 1), 2999.5, "missed", id="one-short-the-day-after"),
        pytest.param(6000, date(2030, 1, 1), 3000, "met", id="long-after"),
    ],
)
def test_the_average_is_taken_over_the_plan_years_begun(count: int, as_of: date, actual: float, status: str) -> None:
    answered = line("city.total", counted("city.total", count), as_of)
    assert (answered["actual"], answered["status"]) == (actual, status)
    assert (answered["target"], answered["numerator"]) == (3000, count)
    assert answered["denominator"] == (1 if as_of.year == 2024 else 2)


def test_the_average_needs_a_week_what_the_whole_plan_still_lacks() -> None:
    assert line("city.total", counted("city.total", 5986), date(2025, 12, 18))["needed_per_week"] == 7.0


# Yearly lines.


def yearly(code: str, **counts: int) -> Counts:
    return {(code, period.removeprefix("in_")): Count((Tally(count),)) for period, count in counts.items()}


@pytest.mark.parametrize(
    ("as_of", "period", "target", "actual", "status"),
    [
        pytest.param(date(2024, 12, 31), "2024", 400, 399, "behind", id="the-last-day-of-the-first-year"),
        pytest.param(date(2025, 1, 1), "2025", 600, 10, "on_track", id="the-first-day-of-the-second-year"),
        pytest.param(date(2026, 3, 1), "2025", 600, 10, "missed", id="after-the-plan-its-last-year"),
        pytest.param(date(2023, 3, 1), "2024", 400, None, "unknown", id="before-the-plan-its-first-year"),
    ],
)
def test_a_yearly_line_shows_the_year_that_holds_the_day(as_of: date, period: str, target: int, actual: int | None, status: str) -> None:
    answered = line("enterprise.workers", yearly("enterprise.workers", in_2024=399, in_2025=10, total=409), as_of)
    assert (answered["period"], answered["target"], answered["actual"], answered["status"]) == (period, target, actual, status)


def test_subjects_of_a_plan_that_asks_for_nothing_are_shown_without_a_target() -> None:
    plan = reading.load(county.folder() / "plans" / "kaili-2026.toml")
    counts = {("college.training", "2026"): Count((Tally(3, 10, subject="1", subject_name="甲校"),))}
    [shown] = [each for each in board.progress(plan, counts, date(2026, 6, 30)) if each["code"] == "college.training"]
    [part] = PlanLineOut.model_validate(shown).parts or []
    assert (part.target, part.actual, part.subject_name) == (None, 0.3, "甲校")


@pytest.mark.parametrize(
    ("code", "as_of", "expected"),
    [
        pytest.param("four.technician", date(2023, 12, 31), None, id="before-the-plan"),
        pytest.param("four.technician", date(2024, 1, 1), 0.82, id="on-its-first-day"),
        pytest.param("four.technician", date(2024, 12, 31), 300.41, id="after-366-of-731-days"),
        pytest.param("four.technician", date(2025, 12, 31), 600, id="on-its-last-day"),
        pytest.param("four.technician", date(2026, 5, 1), 600, id="after-the-plan"),
        pytest.param("four.technician.certified", date(2024, 12, 31), None, id="an-outcome-is-due-at-any-time"),
    ],
)
def test_what_the_pace_asks_for_by_the_day(code: str, as_of: date, expected: float | None) -> None:
    assert line(code, counted(code, 10, 20 if code.endswith("certified") else None), as_of)["expected"] == expected


def test_a_yearly_line_has_a_part_for_each_year_and_for_the_total() -> None:
    answered = line("enterprise.workers", yearly("enterprise.workers", in_2024=399, in_2025=601, total=1000))
    assert [(part["period"], part["target"], part["actual"], part["status"]) for part in answered["parts"]] == [
        ("2024", 400, 399, "missed"),
        ("2025", 600, 601, "met"),
        ("total", 1000, 1000, "met"),
    ]


def test_a_year_to_come_is_unknown() -> None:
    answered = line("brand.nanyue", yearly("brand.nanyue", in_2024=100), date(2024, 6, 1))
    assert [(part["actual"], part["status"]) for part in answered["parts"]] == [(100, "met"), (None, "unknown")]


def test_one_demonstration_class_a_year_is_enough() -> None:
    assert line("four.technician.demo", yearly("four.technician.demo", in_2024=0, in_2025=1))["status"] == "met"
    assert line("four.technician.demo", yearly("four.technician.demo", in_2024=1, in_2025=0))["status"] == "behind"


# Shares.


@pytest.mark.parametrize(
    ("numerator", "denominator", "as_of", "actual", "status"),
    [
        pytest.param(36, 40, MIDDLE, 0.9, "met", id="ninety-per-cent"),
        pytest.param(35, 40, MIDDLE, 0.875, "behind", id="below-ninety-is-behind-at-any-time"),
        pytest.param(35, 40, date(2026, 1, 1), 0.875, "missed", id="below-ninety-and-over"),
        pytest.param(89999, 100000, MIDDLE, 0.9, "behind", id="judged-unrounded"),
        pytest.param(0, 0, MIDDLE, None, "unknown", id="nobody-trained-has-no-rate"),
        pytest.param(3, None, MIDDLE, None, "unknown", id="no-denominator-has-no-rate"),
    ],
)
def test_an_outcome_rate_is_due_at_any_time(
    numerator: int, denominator: int | None, as_of: date, actual: float | None, status: str
) -> None:
    code = "four.technician.certified"
    answered = line(code, counted(code, numerator, denominator), as_of)
    assert (answered["actual"], answered["status"], answered["needed_per_week"]) == (actual, status, None)
    assert (answered["target"], answered["numerator"], answered["denominator"]) == (0.9, numerator, denominator)


def test_a_rate_shows_its_other_base_and_what_is_pending() -> None:
    tally = Tally(30, 36, denominator_enrolled=40, beside={"pending": 4, "already_employed": 2})
    answered = line("four.technician.employed", {("four.technician.employed", "total"): Count((tally,))})
    assert (answered["actual"], answered["rate"], answered["actual_of_enrolled"]) == (0.8333, 1.0417, 0.75)
    assert answered["beside"] == {"pending": 4, "already_employed": 2}


@pytest.mark.parametrize(
    ("filed", "as_of", "status"),
    [
        pytest.param(10, date(2025, 12, 31), "met", id="all-filed"),
        pytest.param(9, date(2025, 12, 31), "behind", id="one-missing-on-the-last-day"),
        pytest.param(9, date(2026, 1, 1), "missed", id="one-missing-the-day-after"),
        pytest.param(6, date(2024, 12, 31), "on_track", id="ahead-of-half-time"),
        pytest.param(5, date(2024, 12, 31), "behind", id="behind-half-time"),
    ],
)
def test_coverage_grows_with_time(filed: int, as_of: date, status: str) -> None:
    assert line("enterprise.filings", counted("enterprise.filings", filed, 10), as_of)["status"] == status


def test_coverage_needs_whole_enterprises_a_week() -> None:
    assert line("enterprise.filings", counted("enterprise.filings", 8, 10), date(2025, 12, 18))["needed_per_week"] == 1.0


# A target for each class, college or enterprise.


def colleges(*tallies: Tally, period: str = "2025") -> Counts:
    return {("college.training", period): Count(tallies)}


GOOD = Tally(600, 1000, subject="c1", subject_name="甲校")
POOR = Tally(100, 1000, subject="c2", subject_name="乙校")
UNREPORTED = Tally(50, None, subject="c3", subject_name="丙校")


def test_a_line_for_each_college_adds_up_and_shows_the_worst() -> None:
    answered = line("college.training", colleges(GOOD, POOR))
    assert (answered["actual"], answered["numerator"], answered["denominator"]) == (0.35, 700, 2000)
    assert answered["status"] == "behind"
    assert [(part["subject_name"], part["period"], part["actual"], part["status"]) for part in answered["parts"]] == [
        ("甲校", "2025", 0.6, "met"),
        ("乙校", "2025", 0.1, "behind"),
    ]


def test_a_line_for_each_college_is_met_when_every_college_is() -> None:
    assert line("college.training", colleges(GOOD))["status"] == "met"


def test_a_college_without_a_report_leaves_the_line_unknown_and_out_of_the_sum() -> None:
    answered = line("college.training", colleges(GOOD, UNREPORTED))
    assert (answered["status"], answered["actual"], answered["needed_per_week"]) == ("unknown", 0.6, None)
    assert answered["parts"][1]["actual"] is None


def test_last_years_failure_stays_in_its_part() -> None:
    answered = line("college.training", {**colleges(GOOD), **colleges(POOR, period="2024")})
    assert answered["status"] == "met"
    assert [(part["period"], part["status"]) for part in answered["parts"]] == [("2024", "missed"), ("2025", "met")]


def test_a_line_that_one_college_has_missed_cannot_be_met_any_more_whatever_all_make_together() -> None:
    answered = line("college.training", colleges(Tally(1000, 1000, subject="c4"), POOR), date(2026, 1, 1))
    assert (answered["actual"], answered["status"], answered["already_impossible"]) == (0.55, "missed", True)


def test_no_order_class_yet_is_no_rate() -> None:
    answered = line("brand.rongwan.placed", {("brand.rongwan.placed", "total"): Count(())})
    assert (answered["actual"], answered["status"], answered["parts"]) == (None, "unknown", [])


@pytest.mark.parametrize(("placed", "status"), [(4, "met"), (3, "behind")], ids=["ten-per-cent", "below-ten-per-cent"])
def test_each_order_class_places_a_tenth(placed: int, status: str) -> None:
    tallies = (Tally(40, 40, subject="a"), Tally(placed, 40, subject="b"))
    assert line("brand.rongwan.placed", {("brand.rongwan.placed", "total"): Count(tallies)})["status"] == status


@pytest.mark.parametrize(
    ("spent", "status"), [(Decimal("60000.00"), "met"), (Decimal("59999.99"), "behind")], ids=["sixty-per-cent", "a-fen-below"]
)
def test_a_share_of_money_shows_its_amounts_as_decimal_strings(spent: Decimal, status: str) -> None:
    tally = Tally(spent, Decimal(100000), subject="e1", subject_name="某企业")
    answered = line("enterprise.frontline", {("enterprise.frontline", "2025"): Count((tally,))})
    assert (answered["numerator"], answered["denominator"], answered["status"]) == (str(spent), "100000.00", status)


@pytest.mark.parametrize(
    ("partners", "status"), [(0, "behind"), (1, "met"), (2, "met"), (3, "met")], ids=["none", "one", "two", "more-than-the-range"]
)
def test_one_or_two_partner_enterprises_are_asked_for(partners: int, status: str) -> None:
    answered = line("college.cooperation", counted("college.cooperation", partners))
    assert (answered["status"], answered["target"], answered["target_at_most"]) == (status, 1, 2)


def test_a_line_once_met_stays_met_to_the_end() -> None:
    day = PLAN.starts_on
    while day <= PLAN.ends_on + timedelta(days=40):
        assert line("four.technician", counted("four.technician", 600), day)["status"] == "met"
        day += timedelta(days=40)


# Until when a line can still be served.
