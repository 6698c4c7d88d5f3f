"""What holds for whatever facts come in."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.subsidy.codes import Category, Effect, FindingCode, Level, PersonalStatus
from services.subsidy.judging.facts import AttendedDay, ClaimFacts, HeldCategory, HeldStatus, LineFacts, Overlap, Prior
from services.subsidy.judging.verdict import judge_claim
from services.subsidy.schemes.policy import Terms
from shared.strict import read, to_json
from tests.subsidy.judging.cases import CLAIM, FIRST_DAY, POLICY, SHORT, judge

days = st.dates(date(2024, 9, 23), date(2026, 12, 31))
half_days = st.dictionaries(st.dates(date(2025, 4, 5), date(2025, 4, 14)), st.integers(1, 2), max_size=8)
categories = st.builds(HeldCategory, st.sampled_from(sorted(Category)), days, st.none() | days)
statuses = st.builds(HeldStatus, st.sampled_from(sorted(PersonalStatus)), days, st.none() | days, st.just("名单"))
priors = st.builds(
    Prior,
    st.just("KL-BT-2025-000001"),
    st.just("project"),
    days,
    st.sampled_from(["蓝莓种植", "养鸡"]),
    st.none() | st.sampled_from(list(Level)),
)
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
)
claims = st.lists(lines, max_size=6).map(lambda each: replace(CLAIM, lines=tuple(each)))
patient = settings(
    suppress_health_check=[HealthCheck.too_slow]
)  # how fast facts are made up says something of the machine, not of the rules
terms = st.sampled_from([block for scheme in POLICY.schemes.values() for block in scheme.terms])


@patient
@given(claims)
def test_a_short_course_line_is_never_worth_more_than_180_yuan(claim: ClaimFacts) -> None:
    for line in judge_claim(claim, SHORT).lines:
        assert line.amount in {Decimal(60 * days) for days in range(4)}
        assert line.decision != "refused" or line.amount == 0


@patient
@given(claims, terms)
def test_the_amount_of_a_claim_is_the_sum_of_its_eligible_lines(claim: ClaimFacts, block: Terms) -> None:
    verdict = judge_claim(claim, block)
    assert len(verdict.lines) == len(claim.lines)
    assert verdict.amount == sum(line.amount for line in verdict.lines if line.decision == "eligible")
    for line in verdict.lines:
        effects = {finding.effect for finding in line.findings}
        assert line.decision == ("refused" if "refuse" in effects else "held" if "hold" in effects else "eligible")


@patient
@given(claims, terms)
def test_the_same_facts_always_give_the_same_findings(claim: ClaimFacts, block: Terms) -> None:
    assert judge_claim(read(ClaimFacts, to_json(claim)), block) == judge_claim(claim, block)


@patient
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


@settings(patient, max_examples=50)
@given(lines, terms)
def test_every_finding_is_known_complete_and_says_what_to_do(line: LineFacts, block: Terms) -> None:
    for finding in judge(CLAIM, line, block).findings:
        assert finding.code in set(FindingCode) and finding.effect in set(Effect)
        assert all((finding.seen, finding.allowed, finding.fix, finding.detail, finding.basis.document, finding.basis.clause))
        assert finding.passes_from is None or finding.passes_from > FIRST_DAY
