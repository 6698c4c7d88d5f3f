"""An institution's standing, on both sides of every limit."""

from datetime import date

import pytest

from services.registry.institutions.institutions.policy import Blacklisting, Designation, is_blacklisted, is_designated
from services.registry.institutions.standing import policy
from services.registry.institutions.standing.policy import Engagement, Rating, StandingFacts, StandingRule
from services.registry.reference import reading
from shared import county

TERMS = reading.load(county.folder()).standing
ON = date(2025, 4, 8)
OURS = "ours"


def rule(code: str, facts: StandingFacts, on: date = ON) -> StandingRule:
    return next(rule for rule in policy.standing(facts, TERMS, on) if rule["code"] == code)


def school(
    designations: tuple[Designation, ...] = (),
    blacklistings: tuple[Blacklisting, ...] = (),
    engagements: tuple[Engagement, ...] = (),
    ratings: tuple[Rating, ...] = (),
) -> StandingFacts:
    return StandingFacts(OURS, True, True, designations, blacklistings, engagements, ratings)


ENTERPRISE = StandingFacts(OURS, needs_designation=False, is_rated=False)


def test_the_five_rules_always_answer_with_their_basis() -> None:
    rules = policy.standing(school(), TERMS, ON)
    assert [rule["code"] for rule in rules] == ["designation", "blacklist", "teacher_ratio", "part_time_limit", "rating_due"]
    assert {rule["basis"]["document"] for rule in rules} == {"凯府发〔2024〕9号"}
    assert rule("teacher_ratio", school())["basis"]["clause"] == "三(二)4"


@pytest.mark.parametrize(
    ("on", "met"),
    [
        pytest.param(date(2024, 12, 31), False, id="the-day-before-it-begins"),
        pytest.param(date(2025, 1, 1), True, id="its-first-day"),
        pytest.param(date(2025, 12, 31), True, id="its-last-day"),
        pytest.param(date(2026, 1, 1), False, id="the-day-after-it-ends"),
    ],
)
def test_a_designation_holds_from_its_first_to_its_last_day(on: date, met: bool) -> None:
    designations = (Designation(date(2025, 1, 1), date(2025, 12, 31)),)
    assert rule("designation", school(designations), on)["met"] is met
    assert is_designated(designations, on) is met


def test_an_enterprise_needs_no_designation() -> None:
    answer = rule("designation", ENTERPRISE)
    assert answer["met"]
    assert "不须定点" in answer["needed"]


@pytest.mark.parametrize(
    ("blacklisting", "met"),
    [
        pytest.param(Blacklisting(date(2025, 4, 9)), True, id="begins-tomorrow"),
        pytest.param(Blacklisting(date(2025, 4, 8)), False, id="begins-today"),
        pytest.param(Blacklisting(date(2024, 4, 8), until_on=date(2025, 4, 8)), False, id="ends-today"),
        pytest.param(Blacklisting(date(2024, 4, 8), until_on=date(2025, 4, 7)), True, id="ended-yesterday"),
        pytest.param(Blacklisting(date(2024, 4, 8), reinstated_on=date(2025, 4, 8)), True, id="reinstated-today"),
        pytest.param(Blacklisting(date(2024, 4, 8), reinstated_on=date(2025, 4, 9)), False, id="reinstated-tomorrow"),
    ],
)
def test_a_blacklisting_holds_until_its_end_or_repair(blacklisting: Blacklisting, met: bool) -> None:
    assert rule("blacklist", school(blacklistings=(blacklisting,)))["met"] is met
    assert is_blacklisted([blacklisting], ON) is not met


def test_a_blacklisting_is_shown_with_its_decision() -> None:
    seen = rule("blacklist", school(blacklistings=(Blacklisting(date(2025, 1, 2), decision_no="凯人社罚〔2025〕1号"),)))["seen"]
    assert seen == "自 2025-01-02 列入黑名单,未定期限,决定文号 凯人社罚〔2025〕1号"


def staff(full_time: int, part_time: int) -> tuple[Engagement, ...]:
    began = date(2024, 1, 1)
    return tuple(Engagement(f"f{number}", OURS, "full_time", began) for number in range(full_time)) + tuple(
        Engagement(f"p{number}", OURS, "part_time", began) for number in range(part_time)
    )


@pytest.mark.parametrize(
    ("full_time", "part_time", "met"),
    [
        pytest.param(1, 2, True, id="one-of-three-is-enough"),
        pytest.param(1, 3, False, id="one-of-four-is-too-few"),
        pytest.param(2, 4, True, id="two-of-six-are-enough"),
        pytest.param(2, 5, False, id="two-of-seven-are-too-few"),
        pytest.param(0, 1, False, id="none-of-one"),
        pytest.param(0, 0, True, id="nobody-breaks-no-ratio"),
    ],
)
def test_a_third_of_the_teachers_is_full_time(full_time: int, part_time: int, met: bool) -> None:
    answer = rule("teacher_ratio", school(engagements=staff(full_time, part_time)))
    assert answer["met"] is met
    assert answer["seen"] == f"专职教师 {full_time} 人,教师共 {full_time + part_time} 人"


def test_only_teachers_of_the_day_and_of_this_institution_count() -> None:
    engagements = (
        *staff(1, 2),
        Engagement("left", OURS, "part_time", date(2024, 1, 1), date(2025, 4, 7)),
        Engagement("to-come", OURS, "part_time", date(2025, 4, 9)),
        Engagement("p0", "elsewhere", "full_time", date(2024, 1, 1)),
    )
    assert rule("teacher_ratio", school(engagements=engagements))["seen"] == "专职教师 1 人,教师共 3 人"


def part_time(*others: Engagement) -> StandingFacts:
    return school(engagements=(Engagement("p", OURS, "part_time", date(2024, 1, 1)), *others))


def elsewhere(institution: str, from_on: date = date(2024, 1, 1), to_on: date | None = None) -> Engagement:
    return Engagement("p", institution, "part_time", from_on, to_on)


@pytest.mark.parametrize(
    ("facts", "met"),
    [
        pytest.param(part_time(elsewhere("b"), elsewhere("c")), True, id="three-institutions"),
        pytest.param(part_time(elsewhere("b"), elsewhere("c"), elsewhere("d")), False, id="four-institutions"),
        pytest.param(part_time(elsewhere("b"), elsewhere("c"), elsewhere("c")), True, id="one-institution-twice-is-one"),
        pytest.param(part_time(elsewhere("b"), elsewhere("c"), elsewhere("d", to_on=date(2024, 4, 8))), True, id="left-a-year-ago"),
        pytest.param(part_time(elsewhere("b"), elsewhere("c"), elsewhere("d", to_on=date(2024, 4, 9))), False, id="left-within-the-year"),
        pytest.param(part_time(elsewhere("b"), elsewhere("c"), elsewhere("d", date(2025, 4, 9))), True, id="the-fourth-begins-tomorrow"),
        pytest.param(part_time(elsewhere("b"), elsewhere("c"), elsewhere("d", ON)), False, id="the-fourth-begins-today"),
        pytest.param(school(), True, id="no-part-time-teacher"),
    ],
)
def test_a_part_time_teacher_serves_three_institutions_within_a_year(facts: StandingFacts, met: bool) -> None:
    assert rule("part_time_limit", facts)["met"] is met


def test_how_many_are_over_the_limit_is_said() -> None:
    seen = rule("part_time_limit", part_time(elsewhere("b"), elsewhere("c")))["seen"]
    assert "一人最多任职 3 家,超出的 0 人" in seen
    assert "一人最多任职 4 家,超出的 1 人" in rule("part_time_limit", part_time(elsewhere("b"), elsewhere("c"), elsewhere("d")))["seen"]
    assert "兼职教师 0 人,近 12 个月一人最多任职 0 家,超出的 0 人" in rule("part_time_limit", school())["seen"]


def test_a_full_time_teacher_is_not_under_the_part_time_limit() -> None:
    others = tuple(Engagement("f0", name, "part_time", date(2024, 1, 1)) for name in "bcd")
    assert rule("part_time_limit", school(engagements=(*staff(1, 0), *others)))["met"]


def test_the_year_before_a_leap_day_begins_on_the_first_of_march() -> None:
    facts = part_time(elsewhere("b"), elsewhere("c"), elsewhere("d", date(2022, 1, 1), date(2023, 2, 28)))
    facts_within = part_time(elsewhere("b"), elsewhere("c"), elsewhere("d", date(2022, 1, 1), date(2023, 3, 1)))
    assert rule("part_time_limit", facts, date(2024, 2, 29))["met"]
    assert not rule("part_time_limit", facts_within, date(2024, 2, 29))["met"]


@pytest.mark.parametrize(
    ("ratings", "met"),
    [
        pytest.param((Rating(2022, "合格"),), True, id="three-years-ago-is-due-this-year"),
        pytest.param((Rating(2021, "优秀"),), False, id="four-years-ago-is-overdue"),
        pytest.param((Rating(2021, "优秀"), Rating(2024, "合格")), True, id="the-latest-counts"),
        pytest.param((Rating(2026, "合格"),), False, id="a-later-year-is-not-known-yet"),
        pytest.param((), False, id="never-rated"),
    ],
)
def test_a_private_school_is_rated_every_three_years(ratings: tuple[Rating, ...], met: bool) -> None:
    assert rule("rating_due", school(ratings=ratings))["met"] is met


def test_an_enterprise_is_not_rated() -> None:
    assert rule("rating_due", ENTERPRISE)["met"]
