"""What holds for whatever facts come in."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.subsidy.codes import Category, Effect, FindingCode, Level, PersonalStatus
from services.subsidy.judging.cases import cases_of
from services.subsidy.judging.facts import (
    AttendedDay,
    ClaimFacts,
    Headcount,
    HeldCategory,
    HeldStatus,
    Impossible,
    LineFacts,
    Overlap,
    Prior,
    kept,
)
from services.subsidy.judging.rules import LINE_RULES, of_line
from services.subsidy.judging.verdict import judge_claim
from services.subsidy.schemes.policy import Terms
from shared.strict import read
from tests.subsidy.judging.cases import CLAIM, CLASS, FIRST_DAY, POLICY, SHORT, judge

days = st.dates(date(2024, 9, 23), date(2026, 12, 31))
half_days = st.dictionaries(st.dates(date(2025, 4, 5), date(2025, 4, 14)), st.integers(1, 2), max_size=8)
categories = st.builds(HeldCategory, st.sampled_from(sorted(Category)), days, st.none() | days)
statuses = st.builds(HeldStatus, st.sampled_from(sorted(PersonalStatus)), days, st.none() | days, st.just("名单"))
priors = st.builds(
    Prior,
    st.just("KL-BT-2025-000001"),
    st.just("project"),
    days,
    st.sampled_from(["蓝莓种植", "蓝莓栽培", "养鸡"]),
    st.none() | st.sampled_from(list(Level)),
    amount_yuan=st.sampled_from([None, Decimal("0.00"), Decimal("180.00")]),
)
impossible = st.builds(Impossible, days, st.sampled_from(["am", "pm"]), st.sampled_from(["recorded_before", "outside_hours"]))
lines = st.builds(
    LineFacts,
    trainee_id=st.sampled_from(["a", "b", "c", "d"]),
    born_on=st.dates(date(1945, 1, 1), date(2015, 12, 31)),
    sex=st.sampled_from(["male", "female"]),
    retirement_track=st.sampled_from([None, "female_50", "female_55"]),
    categories=st.lists(categories, max_size=2).map(tuple),
    statuses=st.lists(statuses, max_size=2).map(tuple),
    complete_lists=st.frozensets(st.sampled_from(sorted(PersonalStatus))),
    attendance=half_days.map(lambda each: tuple(AttendedDay(on, halves) for on, halves in sorted(each.items()))),
    overlaps=st.lists(st.builds(Overlap, days, st.sampled_from(["am", "pm"]), st.just("KL-PX-2025-000777")), max_size=1).map(tuple),
    trains_this_class=st.booleans(),
    bank_account_token=st.sampled_from([None, "x", "y"]),
    priors=st.lists(priors, max_size=2).map(tuple),
    expected_amount=st.sampled_from([None, Decimal("180.00"), Decimal("60.00")]),
    impossible=st.lists(impossible, max_size=1).map(tuple),
    teaches_institution=st.booleans(),
    account_shared_with=st.sampled_from([(), ("e",)]),
)
classes = st.builds(
    replace,
    st.just(CLASS),
    hours=st.sampled_from([24, 25]),
    suspended=st.booleans(),
    filed_at=st.sampled_from([None, datetime(2025, 4, 1, tzinfo=UTC), datetime(2025, 4, 12, tzinfo=UTC)]),
    headcounts=st.sampled_from([(), (Headcount(FIRST_DAY, "am", 1, 20),)]),
    trade_name=st.sampled_from(["蓝莓种植", "电焊", "农产品营销", "无人机驾驶"]),
)
claims = st.builds(
    lambda class_facts, each: replace(CLAIM, class_facts=class_facts, lines=tuple(each)), classes, st.lists(lines, max_size=6)
)
UNTOLD = {each.name: each.default for each in fields(LineFacts)}
SETS = ("categories", "statuses", "attendance", "overlaps", "priors", "impossible")  # told in no order
terms = st.sampled_from([block for scheme in POLICY.schemes.values() for block in scheme.terms])


@given(claims)
def test_a_short_course_line_is_never_worth_more_than_180_yuan(claim: ClaimFacts) -> None:
    for line in judge_claim(claim, SHORT).lines:
        assert line.amount in {Decimal(60 * days) for days in range(4)}
        assert line.decision != "refused" or line.amount == 0


@given(claims, terms)
def test_the_amount_of_a_claim_is_the_sum_of_its_eligible_lines(claim: ClaimFacts, block: Terms) -> None:
    verdict = judge_claim(claim, block)
    assert len(verdict.lines) == len(claim.lines)
    assert verdict.amount == sum(line.amount for line in verdict.lines if line.decision == "eligible")
    for line in verdict.lines:
        effects = {finding.effect for finding in line.findings}
        assert line.decision == ("refused" if "refuse" in effects else "held" if "hold" in effects else "eligible")
        assert line.amount == 0 if line.decision == "refused" else line.amount >= 0


@settings(max_examples=50)
@given(claims, terms, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_told_changes_nothing(claim: ClaimFacts, block: Terms, random: Random) -> None:
    """Each person once, since of two lines the first stands."""
    people = list({line.trainee_id: line for line in claim.lines}.values())

    def told(lines: Sequence[LineFacts]) -> dict[str, object]:
        judged = judge_claim(replace(claim, lines=tuple(lines)), block).lines
        return {
            line.trainee_id: (line.decision, line.amount, sorted((each.code, each.effect) for each in line.findings)) for line in judged
        }

    shuffled = [
        replace(line, **{name: tuple(random.sample(getattr(line, name), len(getattr(line, name)))) for name in SETS})
        for line in random.sample(people, len(people))
    ]
    assert told(shuffled) == told(people)


@settings(max_examples=50)
@given(claims, terms)
def test_a_rule_that_is_not_asked_would_have_said_nothing(claim: ClaimFacts, block: Terms) -> None:
    for rule in LINE_RULES:
        untold = {name: UNTOLD[name] for name in rule.facts}
        without = replace(claim, lines=tuple(replace(line, **untold) for line in claim.lines))
        if untold or rule.says not in of_line(claim, block):
            assert rule.says not in of_line(without, block)
            assert not any(map(rule.says, cases_of(without, block)))


@given(claims, terms)
def test_the_same_facts_always_give_the_same_findings(claim: ClaimFacts, block: Terms) -> None:
    assert judge_claim(read(ClaimFacts, kept(claim)), block) == judge_claim(claim, block)


@given(lines)
def test_no_finding_silences_another(line: LineFacts) -> None:
    """Making a line worse in one respect leaves every other finding standing."""
    before = {finding.code for finding in judge(CLAIM, line, SHORT).findings} - {"amount_differs"}
    worse = {
        "age_above_limit": replace(line, born_on=date(1940, 1, 1)),
        "trainer_on_roster": replace(line, trains_this_class=True),
        "overlapping_class": replace(line, overlaps=(Overlap(date(2025, 4, 8), "am", "KL-PX-2025-000778"),)),
        "category_not_eligible": replace(line, categories=()),
    }
    for code, changed in worse.items():
        after = {finding.code for finding in judge(CLAIM, changed, SHORT).findings}
        assert code in after and before - {"age_below_limit"} <= after


@settings(max_examples=50)
@given(lines, terms)
def test_every_finding_is_known_complete_and_says_what_to_do(line: LineFacts, block: Terms) -> None:
    for finding in judge(CLAIM, line, block).findings:
        assert finding.code in set(FindingCode) and finding.effect in set(Effect)
        assert all((finding.seen, finding.allowed, finding.fix, finding.detail, finding.basis.document, finding.basis.clause))
        assert finding.passes_from is None or finding.passes_from > FIRST_DAY
