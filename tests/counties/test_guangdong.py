"""Guangdong's rates of 2023, by data alone: what they are known to pay is paid, to the fen, and spelled out."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.subsidy.codes import Category, Level, SchemeCode
from services.subsidy.judging.facts import Prior
from services.subsidy.judging.invented import Asked, Ground, claim
from services.subsidy.judging.proof import prove
from services.subsidy.judging.verdict import Verdict, judge_claim
from services.subsidy.schemes.policy import Policy
from services.subsidy.schemes.reading import load
from tests.counties.test_county_check import checked

SORTER, COURIER, DAY = "邮件分拣员", "快递员", date(2023, 9, 1)


@pytest.fixture
def policy(guangdong: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Policy]:
    monkeypatch.setenv("COUNTY_DIR", str(guangdong))
    yield load(guangdong)


def judged(policy: Policy, scheme: str, trade: str, level: str | None, category: str = "enterprise_employee", **facts: Any) -> Verdict:
    """A person with everything in order, but for the facts named."""
    known = policy.schemes[scheme]
    of = Ground(SchemeCode(scheme), known.claim_kind, known.terms[0])
    return judge_claim(claim(of, Asked(DAY, trade, level and Level(level), Category(category)), **facts), of.terms).lines[0]


@pytest.mark.parametrize(
    ("level", "yuan", "uplifted"),
    [
        ("junior", 1000, "1000.00"),
        ("intermediate", 1500, "1500.00"),
        ("senior", 2000, "2600.00"),
        ("technician", 2500, "3250.00"),
        ("senior_technician", 3000, "3900.00"),
    ],
)
def test_a_certificate_pays_by_occupation_and_level_with_30_percent_on_top_from_senior_in_the_catalogue(
    policy: Policy, level: str, yuan: int, uplifted: str
) -> None:
    plain, urgent = judged(policy, "certificate_direct", COURIER, level), judged(policy, "certificate_direct", SORTER, level)
    assert (plain.decision, plain.calculation) == ("eligible", f"1 人 × {yuan}.00 元 = {yuan}.00 元")
    on_top = " × 130%" if level not in ("junior", "intermediate") else ""
    assert (urgent.decision, urgent.calculation) == ("eligible", f"1 人 × {yuan}.00 元{on_top} = {uplifted} 元")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param({"claimed_on": date(2024, 9, 1)}, None, id="on-the-last-day-of-the-twelve-months"),
        pytest.param({"claimed_on": date(2024, 9, 2)}, "certificate_too_old", id="a-day-later"),
        pytest.param({"born_on": date(1963, 9, 2)}, None, id="a-man-the-day-before-sixty"),
        pytest.param({"born_on": date(1963, 9, 1)}, "age_above_limit", id="a-man-of-sixty"),
        pytest.param({"born_on": date(1968, 9, 2), "sex": "female"}, None, id="a-woman-the-day-before-fifty-five"),
        pytest.param({"born_on": date(1968, 9, 1), "sex": "female"}, "age_above_limit", id="a-woman-of-fifty-five"),
        pytest.param({"born_on": date(2007, 9, 1)}, None, id="sixteen-that-day"),
        pytest.param({"born_on": date(2007, 9, 2)}, "age_below_limit", id="sixteen-the-day-after"),
    ],
)
def test_the_conditions_hold_on_both_sides_of_their_limits(policy: Policy, facts: dict[str, Any], code: str | None) -> None:
    verdict = judged(policy, "certificate_direct", COURIER, "senior", **facts)
    assert (verdict.decision, [finding.code for finding in verdict.findings]) == (("refused", [code]) if code else ("eligible", []))


def test_what_the_table_does_not_list_is_refused_by_name(policy: Policy) -> None:
    for trade, level in (("焊工", "senior"), (SORTER, "chief_technician"), (SORTER, None)):
        verdict = judged(policy, "certificate_direct", trade, level)
        assert (verdict.decision, [finding.code for finding in verdict.findings]) == ("refused", ["rate_not_listed"])


@pytest.mark.parametrize(
    ("level", "a_year", "uplifted"),
    [("intermediate", "5000.00", "6500.00"), ("senior", "6000.00", "7800.00"), ("technician", "6500.00", "8450.00")],
)
def test_an_apprenticeship_pays_by_person_and_year_half_of_a_year_in_advance(
    policy: Policy, level: str, a_year: str, uplifted: str
) -> None:
    for trade, yuan in ((COURIER, a_year), (SORTER, uplifted)):
        three = judged(policy, "apprenticeship", trade, level)
        assert (three.decision, str(three.amount / 3)) == ("eligible", yuan)
        running = {"status": "in_progress", "outcome": "enrolled", "claimed_on": DAY}
        advance = judged(policy, "apprenticeship", trade, level, **running)
        assert (advance.decision, 2 * advance.amount) == ("eligible", three.amount / 3)
        paid = Prior("设想", SchemeCode.APPRENTICESHIP, DAY, trade, Level(level), amount_yuan=advance.amount, same_class=True)
        rest = judged(policy, "apprenticeship", trade, level, priors=(paid,))
        assert rest.amount == three.amount - advance.amount and f"此前已申领 {advance.amount} 元" in rest.calculation
        left = judged(policy, "apprenticeship", trade, level, **running | {"outcome": "withdrawn"})
        assert (left.decision, left.findings[0].code) == ("refused", "class_not_completed"), "so that the advance is asked back"


def test_a_student_apprenticeship_pays_5000_a_year(policy: Policy) -> None:
    for years in (1, 2, 3):
        verdict = judged(policy, "pre_job", COURIER, None, "college_student", years=years)
        assert (verdict.decision, verdict.calculation) == ("eligible", f"1 人 × 5000.00 元 × {years} 年 = {years * 5000}.00 元")


@pytest.mark.parametrize(("level", "yuan", "uplifted"), [("junior", 1000, 1300), ("intermediate", 1500, 1950), ("senior", 2000, 2600)])
def test_unemployment_insurance_pays_by_level_at_most_three_times_a_year(policy: Policy, level: str, yuan: int, uplifted: int) -> None:
    assert (judged(policy, "assessment_fee", COURIER, level).amount, judged(policy, "assessment_fee", SORTER, level).amount) == (
        yuan,
        uplifted,
    )
    priors = [Prior(f"设想-{index}", SchemeCode.ASSESSMENT_FEE, DAY, f"0-00-00-0{index}", None) for index in range(3)]
    for times, decision in ((2, "eligible"), (3, "refused")):
        assert judged(policy, "assessment_fee", COURIER, level, priors=tuple(priors[:times])).decision == decision


def test_its_blocks_are_proved_like_any_other(policy: Policy) -> None:
    proved = [prove(SchemeCode(code), scheme.claim_kind, terms) for code, scheme in policy.schemes.items() for terms in scheme.terms]
    assert proved == [[]] * 4


def test_a_hole_in_its_table_is_found_by_file_line_and_key(guangdong: Path, tmp_path: Path) -> None:
    """With an invented person, in Chinese."""
    shutil.copytree(guangdong, tmp_path / "county")
    file = tmp_path / "county" / "terms" / "assessment_fee.toml"
    text = file.read_text(encoding="utf-8").replace("intermediate = 1500, ", "").replace('unlisted_is = "refuse"\n', "")
    file.write_text(text, encoding="utf-8")
    answer = checked(tmp_path / "county")
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "by_level" in each)
    assert answer.returncode == 1
    assert (
        f"terms/assessment_fee.toml:terms[0].yuan_per_person_by_level（第 {line} 行）:没有标准,也没有写明不补:中级工(四级)。设想:男,35 周岁"
        in answer.stdout
    )
