"""The links of the board: of each measure as a whole, of its parts, and where a number has no rows of its own none. What they return is tried in `test_progress.py`."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.plans.policy import board, records
from tests.gateway.plans.test_policy import PLAN

AS_OF = date(2025, 3, 31)
WHOLE, YEAR = ("2024-01-01", "2025-03-31"), ("2025-01-01", "2025-03-31")


def window(code: str, period: str = "total") -> board.Window:
    return next(each for each in board.windows(PLAN, AS_OF) if (each.line.code, each.period) == (code, period))


def completed(days: tuple[str, str], before: str = "", after: str = "") -> str:
    return f"/v1/enrolments?{before}outcome=completed&completed_from_on={days[0]}&completed_to_on={days[1]}{after}"


TECHNICIAN, RONGWAN = "programme=four.technician&", "programme=brand.rongwan&"
HELD = "&certified_as_of=2025-03-31&certified_kinds=skill_level,special_skill,qualification,work_permit"
EMPLOYED = "&employed_as_of=2025-03-31&employed_within_months=6&employed_kinds=employer,flexible,self_employed,farming"
ORDERED = "status=completed&ended_from_on={0}&ended_to_on={1}&ordered_begun_at_least=40"
OF_LINES = [
    ("city.total", "total", completed(WHOLE)),
    ("four.technician.certified", "total", completed(WHOLE, TECHNICIAN, HELD)),
    ("four.technician.employed", "total", completed(WHOLE, TECHNICIAN, EMPLOYED)),
    (
        "four.technician.demo",
        "2025",
        f"/v1/classes?{TECHNICIAN}demonstration=true&status=completed&ended_from_on={YEAR[0]}&ended_to_on={YEAR[1]}",
    ),
    ("brand.rongwan", "2025", f"/v1/classes?{RONGWAN}{ORDERED.format(*YEAR)}"),
    ("brand.rongwan.placed", "total", completed(WHOLE, RONGWAN, "&placed_as_of=2025-03-31")),
    ("enterprise.filings", "total", "/v1/filings?covering_on=2025-03-31"),
    ("four.chef.dish", "total", f"/v1/brands?kind=dish&complete_from_on={WHOLE[0]}&complete_to_on={WHOLE[1]}"),
    ("brand.count", "total", f"/v1/brands?kind=brand&complete_from_on={WHOLE[0]}&complete_to_on={WHOLE[1]}"),
    (
        "brand.foshan.retained",
        "total",
        f"/v1/placements?retention=met&met_from_on={WHOLE[0]}&met_to_on={WHOLE[1]}&trained=true&as_of=2025-03-31",
    ),
    ("enterprise.frontline", "2025", "/v1/yearly-reports?year=2025&institution_kind=enterprise&has=training_funds_frontline"),
    ("college.training", "2025", None),
    ("college.cooperation", "total", None),
]
NARROWED = {
    "city.total",
    "four.technician.certified",
    "four.technician.employed",
    "four.technician.demo",
    "brand.rongwan",
    "brand.rongwan.placed",
}


@pytest.mark.parametrize(("code", "period", "link"), OF_LINES)
def test_a_line_leads_to_its_rows_and_a_part_of_it_to_the_parts(code: str, period: str, link: str | None) -> None:
    of = window(code, period)
    assert link == records.of_line(PLAN, of, AS_OF)
    in_one_town = records.of_groups(PLAN, of, AS_OF, "region")("522601100")
    assert in_one_town == (f"{link}&region_code=522601100" if code in NARROWED else None)
    assert records.of_groups(PLAN, of, AS_OF, "zone")("economic") is records.of_groups(PLAN, of, AS_OF, "region")(None) is None


def test_filings_and_a_colleges_trainings_are_an_institutions() -> None:
    assert (
        records.of_groups(PLAN, window("enterprise.filings"), AS_OF, "institution")("A")
        == "/v1/filings?covering_on=2025-03-31&institution_id=A"
    )
    assert records.of_groups(PLAN, window("college.training", "2025"), AS_OF, "institution")("A") == completed(
        YEAR, after="&institution_id=A"
    )
    assert records.of_groups(PLAN, window("college.training", "2025"), AS_OF, "region")("A") is None
    assert records.of_groups(PLAN, window("city.total"), AS_OF, "institution")("A") == completed(WHOLE, after="&institution_id=A")


@pytest.mark.parametrize(
    ("month", "days"),
    [
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2024-01", ("2024-01-05", "2024-01-31")),  # the window begins within it
        ("2025-03", ("2025-03-01", "2025-03-20")),  # and ends within it
    ],
)
def test_a_month_leads_to_its_days_within_the_window(month: str, days: tuple[str, str]) -> None:
    within = replace(window("city.total"), from_on=date(2024, 1, 5), to_on=date(2025, 3, 20))
    assert records.of_groups(PLAN, within, AS_OF, "month")(month) == completed(days)
    assert records.of_groups(PLAN, within, AS_OF, "month")(None) is None


def test_what_is_measured_at_each_leads_to_the_rows_of_each() -> None:
    training, frontline, placed = window("college.training", "2025"), window("enterprise.frontline", "2025"), window("brand.rongwan.placed")
    assert records.of_subject(PLAN, training, AS_OF, "A") == completed(YEAR, after="&institution_id=A")
    assert records.of_subject(PLAN, frontline, AS_OF, "A") == "/v1/yearly-reports?year=2025&institution_id=A"
    assert records.of_subject(PLAN, placed, AS_OF, "A") == completed(WHOLE, RONGWAN, "&placed_as_of=2025-03-31&class_id=A")
    assert records.of_subject(PLAN, window("city.total"), AS_OF, "A") is records.of_subject(PLAN, training, AS_OF, None) is None
    assert records.of_subjects(PLAN, training, AS_OF, ["A", "B"]) == completed(YEAR, after="&institution_id=A&institution_id=B")
    assert records.of_subjects(PLAN, training, AS_OF, []) is None
    assert records.of_subjects(PLAN, placed, AS_OF, ["A"]) == completed(WHOLE, RONGWAN, "&placed_as_of=2025-03-31")


def test_an_order_class_of_any_size_has_a_trainee_and_people_need_not_be_trained_where_the_line_does_not_say_so() -> None:
    of = window("brand.rongwan", "2025")
    small = replace(of, line=replace(of.line, class_trainees_at_least=None))
    assert "&ordered_begun_at_least=1" in (records.of_line(PLAN, small, AS_OF) or "")
    kept = window("brand.foshan.retained")
    anyone = replace(kept, line=replace(kept.line, after_order_class=False))
    assert "trained" not in (records.of_line(PLAN, anyone, AS_OF) or "")
