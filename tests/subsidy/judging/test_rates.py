"""What a line is worth by every form a rate can take: exact to the fen, and spelled out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.subsidy.judging.facts import CertificateFacts, ClaimFacts, EmployerYear, HeldCategory, LineFacts, Prior
from services.subsidy.judging.verdict import Verdict, judge_claim
from services.subsidy.schemes.policy import Terms, TradeRates
from tests.subsidy.judging.cases import CLAIM, CLASS, SHORT, attended, class_with, judge, line_with

WELDER, ELECTRICIAN = "6-18-02-04", "6-31-01-03"
BARE: dict[str, Any] = {
    "yuan_per_person_day": None,
    "days_paid_at_most": None,
    "half_days_for_a_paid_day": None,
    "class_days_at_most": None,
    "trade_fields": None,
}
TABLE = (
    TradeRates("A类", (WELDER, "无人机驾驶"), {"junior": Decimal("1000.00"), "senior": Decimal("2000.00")}, Decimal("300.00")),
    TradeRates("其余", (), {"junior": Decimal("500.00")}),
)
CERTIFICATE = CertificateFacts("c", "Y1", "trainee-1", "skill_level", WELDER, "senior", date(2025, 4, 8), "示例企业")
BY_CERTIFICATE = ClaimFacts("certificate_direct", "certificate", date(2025, 5, 6), "skills_upgrade", None, ())


def paying(**figures: Any) -> Terms:
    """The short course's conditions with another rate."""
    return replace(SHORT, **BARE | figures)


def teaching(occupation: str | None = WELDER, level: str | None = "junior", trade: str | None = None, **more: Any) -> ClaimFacts:
    return class_with(occupation_code=occupation, trade_name=trade, level=level, **more)


def worth(terms: Terms, claim: ClaimFacts, line: LineFacts | None = None) -> tuple[str, str]:
    verdict = judge(claim, line or line_with(), terms)
    assert verdict.decision == "eligible", verdict.findings
    return str(verdict.amount), verdict.calculation


@pytest.mark.parametrize(
    ("half_days", "planned", "most", "said"),
    [
        pytest.param((2, 2, 2), None, 40, "24 课时 × 12.50 元 = 300.00 元", id="all-hours"),
        pytest.param((2, 2, 1), None, 40, "20 课时 × 12.50 元 = 250.00 元", id="a-half-day-away"),
        pytest.param((2, 1), 7, 40, "10 课时 × 12.50 元 = 125.00 元", id="whole-hours-of-the-share-three-of-seven"),
        pytest.param((), None, 40, "0 课时 × 12.50 元 = 0.00 元", id="never-there"),
        pytest.param((2, 2, 2), None, 24, "24 课时 × 12.50 元 = 300.00 元", id="as-many-as-are-paid"),
        pytest.param((2, 2, 2), None, 23, "实到 24 课时,最多计 23 课时:23 课时 × 12.50 元 = 287.50 元", id="one-more-than-is-paid"),
    ],
)
def test_by_the_hour_the_share_attended_is_paid(half_days: Sequence[int], planned: int | None, most: int, said: str) -> None:
    terms = paying(yuan_per_person_hour=Decimal("12.50"), hours_paid_at_most=most)
    assert worth(terms, class_with(half_days_planned=planned), line_with(attendance=attended(*half_days)))[1] == said


@pytest.mark.parametrize(
    ("occupation", "trade", "level", "yuan"),
    [
        pytest.param(WELDER, None, "junior", "1000.00", id="a-row-by-its-code"),
        pytest.param(WELDER, None, "senior", "2000.00", id="another-level"),
        pytest.param(WELDER, None, None, "300.00", id="without-a-level"),
        pytest.param(None, "电焊工", "junior", "1000.00", id="the-code-by-another-name"),
        pytest.param(None, "无人机驾驶技术培训", "junior", "1000.00", id="a-name-outside-the-dictionary-however-typed"),
        pytest.param(ELECTRICIAN, None, "junior", "500.00", id="the-row-for-all-others"),
    ],
)
def test_a_table_pays_by_trade_and_level(occupation: str | None, trade: str | None, level: str | None, yuan: str) -> None:
    assert worth(paying(yuan_per_person_by_trade=TABLE), teaching(occupation, level, trade)) == (yuan, f"1 人 × {yuan} 元 = {yuan} 元")


@pytest.mark.parametrize(
    ("unlisted", "decision", "code"),
    [(None, "held", "terms_unconfirmed"), ("hold", "held", "terms_unconfirmed"), ("refuse", "refused", "rate_not_listed")],
)
def test_what_the_table_does_not_list_is_held_or_refused_as_the_terms_say(unlisted: str | None, decision: str, code: str) -> None:
    tables: list[dict[str, Any]] = [{"yuan_per_person_by_trade": TABLE[:1]}, {"yuan_per_person_by_level": {"senior": Decimal("800.00")}}]
    for table in tables:
        verdict = judge(teaching(ELECTRICIAN, "junior"), line_with(), paying(unlisted_is=unlisted, **table))
        assert (verdict.decision, [finding.code for finding in verdict.findings], str(verdict.amount)) == (decision, [code], "0.00")


@pytest.mark.parametrize(
    ("trades", "levels", "level", "said"),
    [
        pytest.param(None, None, "junior", "1 人 × 1000.00 元 × 130% = 1300.00 元", id="everything"),
        pytest.param((WELDER,), {"senior"}, "senior", "1 人 × 2000.00 元 × 130% = 2600.00 元", id="in-the-catalogue-and-of-the-level"),
        pytest.param((WELDER,), {"senior"}, "junior", "1 人 × 1000.00 元 = 1000.00 元", id="not-of-the-level"),
        pytest.param((ELECTRICIAN,), None, "junior", "1 人 × 1000.00 元 = 1000.00 元", id="not-in-the-catalogue"),
        pytest.param(("电焊",), None, "junior", "1 人 × 1000.00 元 × 130% = 1300.00 元", id="by-the-work-alone"),
    ],
)
def test_an_uplift_is_for_the_trades_and_levels_it_names(
    trades: tuple[str, ...] | None, levels: set[str] | None, level: str, said: str
) -> None:
    terms = paying(yuan_per_person_by_trade=TABLE, uplift_percent=30, uplift_trades=trades, uplift_levels=levels and frozenset(levels))
    assert worth(terms, teaching(level=level))[1] == said


@pytest.mark.parametrize(
    ("asked", "trades", "listing", "yuan"),
    [
        pytest.param({"urgent"}, None, ("urgent",), "1300.00", id="listed-that-day"),
        pytest.param({"urgent"}, None, (), "1000.00", id="not-listed-that-day"),
        pytest.param({"urgent"}, None, ("class_one",), "1000.00", id="listed-elsewhere"),
        pytest.param({"class_one", "class_two"}, None, ("class_two",), "1300.00", id="in-one-of-two"),
        pytest.param({"urgent"}, (ELECTRICIAN,), (), "1000.00", id="neither-listed-nor-named"),
        pytest.param({"urgent"}, (WELDER,), (), "1300.00", id="named-and-not-listed"),
        pytest.param(None, (ELECTRICIAN,), ("urgent",), "1000.00", id="listed-where-no-list-counts"),
    ],
)
def test_an_uplift_is_for_trades_that_a_catalogue_lists_on_the_day(
    asked: set[str] | None, trades: tuple[str, ...] | None, listing: tuple[str, ...], yuan: str
) -> None:
    uplift = {"uplift_percent": 30, "uplift_trades": trades, "uplift_catalogues": asked and frozenset(asked)}
    terms = paying(yuan_per_person=Decimal("1000.00"), **uplift)
    assert worth(terms, teaching(catalogues=listing))[0] == yuan
    if trades is None:  # of a line without a class its own certificate's trade counts
        assert worth(terms, replace(teaching(), class_facts=None), line_with(catalogues=listing))[0] == yuan


@pytest.mark.parametrize(
    ("yuan", "percent", "said"),
    [
        pytest.param("0.50", 1, "1 人 × 0.50 元 × 101%(四舍五入到分) = 0.51 元", id="half-a-fen-goes-up"),
        pytest.param("0.49", 1, "1 人 × 0.49 元 × 101%(四舍五入到分) = 0.49 元", id="less-than-half-goes-down"),
        pytest.param("100.00", 15, "1 人 × 100.00 元 × 115% = 115.00 元", id="whole-fen-are-not-said-to-be-rounded"),
    ],
)
def test_parts_of_a_fen_are_rounded_half_up_once_and_the_sum_says_so(yuan: str, percent: int, said: str) -> None:
    assert worth(paying(yuan_per_person=Decimal(yuan), uplift_percent=percent), teaching())[1] == said


def course_of(
    days: tuple[date, date], claimed_on: date, *earlier: str | None, status: str = "in_progress", outcome: str = "enrolled"
) -> Verdict:
    """A line of an apprenticeship of 6000 yuan a year, half of it in advance, two years at most."""
    terms = paying(yuan_per_person=Decimal("6000.00"), years_paid_at_most=2, advance_percent=50, attendance_percent_at_least=80)
    priors = tuple(
        Prior(f"KL-{index}", "apprenticeship", days[0], WELDER, "senior", amount_yuan=yuan and Decimal(yuan), same_class=True)
        for index, yuan in enumerate(earlier)
    )
    made = replace(CLASS, status=status, starts_on=days[0], ends_on=days[1], occupation_code=WELDER, level="senior", half_days_planned=2)
    claim = replace(CLAIM, scheme="apprenticeship", claimed_on=claimed_on, class_facts=made)
    line = line_with(priors=priors, outcome=outcome, categories=(HeldCategory("rural_worker", days[0]),), attendance=())
    if status == "completed":
        line = replace(line, attendance=tuple(replace(day, on=days[0]) for day in attended(2)))
    return judge(claim, line, terms)


TWO_YEARS = (date(2025, 3, 1), date(2027, 2, 28))


@pytest.mark.parametrize(
    ("claimed_on", "earlier", "said"),
    [
        pytest.param(date(2025, 3, 1), (), "第 1 年预付 1 人 × 6000.00 元 × 50% = 3000.00 元", id="the-first-day"),
        pytest.param(
            date(2026, 2, 28),
            ("3000.00",),
            "第 1 年预付 1 人 × 6000.00 元 × 50% = 3000.00 元,此前已申领 3000.00 元,计 0.00 元",
            id="year-one",
        ),
        pytest.param(
            date(2026, 3, 1),
            ("3000.00",),
            "1 人 × 6000.00 元 × 1 年 + 第 2 年预付 1 人 × 6000.00 元 × 50% = 9000.00 元,此前已申领 3000.00 元,计 6000.00 元",
            id="the-first-year-is-over",
        ),
        pytest.param(
            date(2027, 3, 1),
            ("3000.00", "6000.00"),
            "1 人 × 6000.00 元 × 2 年 = 12000.00 元,此前已申领 9000.00 元,计 3000.00 元",
            id="both",
        ),
    ],
)
def test_instalments_are_what_is_due_by_the_day_less_what_was_claimed_before(claimed_on: date, earlier: tuple[str, ...], said: str) -> None:
    verdict = course_of(TWO_YEARS, claimed_on, *earlier)
    assert (verdict.decision, verdict.calculation) == ("eligible", said), verdict.findings
    assert verdict.amount == Decimal(said.rpartition(" 元")[0].rpartition(" ")[2])


def test_a_completed_course_pays_its_whole_years_and_no_more_than_the_terms_allow() -> None:
    for ends_on, years in ((date(2025, 12, 31), 0), (date(2026, 2, 27), 0), (date(2026, 2, 28), 1), (date(2029, 2, 28), 2)):
        verdict = course_of((TWO_YEARS[0], ends_on), date(2029, 6, 1), status="completed", outcome="completed")
        assert (verdict.decision, verdict.amount) == ("eligible", 6000 * years), ends_on


@pytest.mark.parametrize(
    ("facts", "decision", "code"),
    [
        pytest.param({"outcome": "withdrawn"}, "refused", "class_not_completed", id="who-left-gives-the-advance-back"),
        pytest.param({"status": "cancelled"}, "refused", "class_not_completed", id="a-course-that-was-broken-off"),
        pytest.param({"status": "approved"}, "refused", "class_not_completed", id="one-that-has-not-begun"),
    ],
)
def test_an_advance_is_for_those_who_are_there_and_is_clawed_back_from_others(facts: dict[str, str], decision: str, code: str) -> None:
    verdict = course_of(TWO_YEARS, date(2025, 6, 1), **facts)
    assert (verdict.decision, verdict.amount) == (decision, 0) and code in {finding.code for finding in verdict.findings}


def test_an_instalment_waits_until_it_is_known_what_the_earlier_ones_come_to() -> None:
    verdict = course_of(TWO_YEARS, date(2026, 6, 1), None)
    assert (verdict.decision, [finding.code for finding in verdict.findings]) == ("held", ["already_subsidised"])


def test_another_class_at_the_level_is_subsidised_twice_also_where_instalments_are_paid() -> None:
    terms = paying(yuan_per_person=Decimal("6000.00"), years_paid_at_most=2)
    other = Prior("KL-0", "apprenticeship", date(2025, 1, 1), WELDER, "senior", amount_yuan=Decimal("3000.00"))
    verdict = judge(teaching(level="senior"), line_with(priors=(other,)), terms)
    assert (verdict.decision, verdict.findings[0].code) == ("refused", "already_subsidised")


@pytest.mark.parametrize(
    ("category", "half_days", "said"),
    [
        pytest.param("rural_worker", (2, 2, 2), "1 人 × 500.00 元 + 生活费 3 天 × 50.00 元 = 650.00 元", id="each-full-day"),
        pytest.param("rural_worker", (2, 1, 2), "1 人 × 500.00 元 + 生活费 2 天 × 50.00 元 = 600.00 元", id="no-half-day"),
        pytest.param("rural_woman", (2, 2, 2), "1 人 × 500.00 元 + 生活费 0 天 × 50.00 元 = 500.00 元", id="not-of-the-category"),
    ],
)
def test_a_living_allowance_is_paid_beside_the_rate(category: str, half_days: Sequence[int], said: str) -> None:
    terms = paying(
        payee="trainee",
        yuan_per_person=Decimal("500.00"),
        living_yuan_per_day=Decimal("50.00"),
        living_days_at_most=10,
        living_categories=frozenset({"rural_worker"}),
    )
    line = line_with(attendance=attended(*half_days), categories=(HeldCategory(category, CLASS.starts_on),))
    assert worth(terms, CLAIM, line)[1] == said
    assert worth(replace(terms, living_days_at_most=1, living_categories=None), CLAIM, line)[1].endswith(
        "生活费 1 天 × 50.00 元 = 550.00 元"
    )


def earlier(yuan: str | None, on: date = date(2025, 1, 6), scheme: str = "agricultural_short") -> Prior:
    return Prior("KL-0", scheme, on, "养鸡", amount_yuan=yuan and Decimal(yuan))


@pytest.mark.parametrize(
    ("prior", "decision", "amount"),
    [
        pytest.param(earlier("400.00"), "eligible", "600.00", id="up-to-the-limit"),
        pytest.param(earlier("400.01"), "eligible", "599.99", id="a-fen-over-it-is-cut"),
        pytest.param(earlier("999.99"), "eligible", "0.01", id="the-last-fen"),
        pytest.param(earlier("1000.00"), "refused", "0.00", id="nothing-left"),
        pytest.param(earlier(None), "held", "600.00", id="nobody-knows-what-is-left"),
        pytest.param(earlier("1000.00", date(2024, 12, 31)), "eligible", "600.00", id="of-the-year-before"),
        pytest.param(earlier("1000.00", scheme="startup"), "eligible", "600.00", id="of-another-scheme"),
    ],
)
def test_a_person_is_given_no_more_than_the_limit_in_a_year(prior: Prior, decision: str, amount: str) -> None:
    terms = paying(yuan_per_person=Decimal("600.00"), yuan_per_person_year_at_most=Decimal("1000.00"), times_a_year_at_most=9)
    verdict = judge(CLAIM, line_with(priors=(prior,)), terms)
    assert (verdict.decision, str(verdict.amount)) == (decision, amount)
    limit = next((each for each in verdict.findings if each.code == "yearly_limit_reached" and each.effect != "note"), None)
    assert (limit and limit.passes_from) == (
        date(2026, 1, 1) if decision == "refused" else None
    )  # what is held waits for a claim and for no day
    if amount in ("599.99", "0.01"):
        assert verdict.calculation.endswith(f"2025 年已补 {prior.amount_yuan} 元,每人每年至多 1000.00 元,计 {amount} 元")


@pytest.mark.parametrize(
    ("figures", "limits"),
    [({}, False), ({"yuan_per_employer_at_most": Decimal("1.00")}, True), ({"yuan_per_employer_year_at_most": Decimal("1.00")}, True)],
)
def test_an_employer_is_limited_in_all_or_by_the_year(figures: dict[str, Decimal], limits: bool) -> None:
    assert replace(SHORT, **figures).limits_employers is limits


def test_one_employer_is_given_no_more_than_the_limit_whatever_the_order_of_the_lines() -> None:
    terms = paying(yuan_per_person=Decimal("600.00"), yuan_per_employer_at_most=Decimal("2000.00"))
    people = [line_with(trainee_id=f"t{each}", bank_account_token=f"a{each}") for each in range(4)]
    people[1] = replace(people[1], categories=())  # refused: takes nothing
    for had, amounts in (
        (None, (600, 0, 600, 600)),
        ("200.00", (600, 0, 600, 600)),
        ("200.01", (600, 0, 600, "599.99")),
        ("2000.00", (0, 0, 0, 0)),
    ):
        claim = replace(CLAIM, employer_had_yuan=had and Decimal(had))
        for lines in (people, people[::-1]):
            verdict = judge_claim(replace(claim, lines=tuple(lines)), terms)
            given = {line.trainee_id: line.amount for line in verdict.lines}
            assert given == {f"t{each}": Decimal(amount) for each, amount in enumerate(amounts)}, had
            assert verdict.amount == sum(given.values())


@pytest.mark.parametrize(
    ("in_all", "a_year", "years", "amounts"),
    [
        pytest.param(None, "1500.00", None, ("600.00", "600.00", "300.00"), id="the-third-is-cut"),
        pytest.param(None, "1800.00", (), ("600.00", "600.00", "600.00"), id="just-enough"),
        pytest.param(None, "1799.99", (), ("600.00", "600.00", "599.99"), id="a-fen-short"),
        pytest.param(None, "1500.00", ((2025, "1500.00"),), ("0.00", "0.00", "0.00"), id="the-year-is-used-up"),
        pytest.param(None, "1500.00", ((2025, "1499.99"),), ("0.01", "0.00", "0.00"), id="its-last-fen"),
        pytest.param(None, "1500.00", ((2024, "1500.00"), (2026, "1500.00")), ("600.00", "600.00", "300.00"), id="of-other-years"),
        pytest.param("1000.00", "1500.00", (), ("600.00", "400.00", "0.00"), id="less-is-left-in-all"),
    ],
)
def test_one_employer_is_given_no_more_than_the_limit_in_a_year(
    in_all: str | None, a_year: str, years: tuple[tuple[int, str], ...] | None, amounts: tuple[str, ...]
) -> None:
    limits = {"yuan_per_employer_at_most": in_all and Decimal(in_all), "yuan_per_employer_year_at_most": Decimal(a_year)}
    terms = paying(yuan_per_person=Decimal("600.00"), **limits)
    people = tuple(line_with(trainee_id=f"t{each}", bank_account_token=f"a{each}") for each in range(3))
    had = years and tuple(EmployerYear(year, Decimal(yuan)) for year, yuan in years)
    for lines in (people, people[::-1]):
        verdict = judge_claim(replace(CLAIM, lines=lines, employer_years=had), terms)
        given = {line.trainee_id: str(line.amount) for line in verdict.lines}
        assert given == {f"t{each}": amount for each, amount in enumerate(amounts)}
    if amounts[2] == "300.00":
        assert verdict.lines[0].calculation.endswith("本单位 2025 年至多 1500.00 元,尚余 300.00 元,计 300.00 元")


def test_each_line_counts_in_the_year_of_its_own_day() -> None:
    by_certificate = {"age_counted_on": "certificate_issue", "payee": "trainee", "paid_once_per": "occupation_level"}
    terms = paying(yuan_per_person=Decimal("1000.00"), yuan_per_employer_year_at_most=Decimal("1000.00"), **by_certificate)
    lines = tuple(
        line_with(trainee_id=f"t{each}", certificate=replace(CERTIFICATE, certificate_id=f"c{each}", holder_id=f"t{each}", issued_on=on))
        for each, on in enumerate((date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 8)))
    )
    years = (EmployerYear(2025, Decimal("400.00")),)
    claim = replace(BY_CERTIFICATE, claimed_on=date(2026, 5, 6), lines=lines, employer_years=years)
    assert [str(each.amount) for each in judge_claim(claim, terms).lines] == ["600.00", "1000.00", "0.00"]


def test_a_certificate_is_paid_by_its_own_trade_and_level() -> None:
    terms = paying(yuan_per_person_by_trade=TABLE, age_counted_on="certificate_issue", payee="trainee")
    assert worth(terms, BY_CERTIFICATE, line_with(certificate=CERTIFICATE))[0] == "2000.00"
