"""A short course with nothing wrong, to be changed one fact at a time."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.subsidy.judging.facts import AttendedDay, ClaimFacts, ClassFacts, HeldCategory, LineFacts
from services.subsidy.judging.findings import Finding
from services.subsidy.judging.verdict import Verdict, judge_claim
from services.subsidy.schemes.policy import Terms
from services.subsidy.schemes.reading import load
from shared import county

POLICY = load(county.folder())
FIRST_DAY, LAST_DAY, CLAIM_DAY = date(2025, 4, 8), date(2025, 4, 10), date(2025, 5, 6)
SHORT = POLICY.schemes["agricultural_short"].terms[0]
PROJECT = POLICY.schemes["project"].terms[0]
STATUSES_CHECKED = frozenset(
    {"employee_pension", "resident_pension", "public_payroll", "insured_employee", "full_time_student", "deceased"}
)


def attended(*half_days: int) -> tuple[AttendedDay, ...]:
    """Half-days signed on the first day, the second and so on; 0 is a day away."""
    return tuple(AttendedDay(date(2025, 4, 8 + index), halves) for index, halves in enumerate(half_days) if halves)


CLASS = ClassFacts(
    id="class-1",
    number="KL-PX-2025-000001",
    status="completed",
    starts_on=FIRST_DAY,
    ends_on=LAST_DAY,
    hours=24,
    institution_name="示例合作社",
    needs_designation=False,
    designated=False,
    trade_name="蓝莓种植",
    trade_filing_no="州备-0001",
    half_days_held=6,
)
LINE = LineFacts(
    trainee_id="trainee-1",
    enrolment_id="enrolment-1",
    born_on=date(1980, 1, 1),
    sex="male",
    categories=(HeldCategory("rural_transfer_worker", FIRST_DAY),),
    complete_lists=STATUSES_CHECKED,
    attendance=attended(2, 2, 2),
    bank_account_token="account-1",
)
CLAIM = ClaimFacts(
    scheme="agricultural_short", kind="training", claimed_on=CLAIM_DAY, fund_source="employment_subsidy", class_facts=CLASS, lines=(LINE,)
)


def terms_with(base: Terms = SHORT, **figures: Any) -> Terms:
    return replace(base, **figures)


def line_with(**facts: Any) -> LineFacts:
    return replace(LINE, **facts)


def class_with(**facts: Any) -> ClaimFacts:
    return replace(CLAIM, class_facts=replace(CLASS, **facts))


def findings_of(line: LineFacts = LINE, terms: Terms = SHORT, claim: ClaimFacts = CLAIM) -> dict[str, Finding]:
    """What is said of one line in a claim of its own, by code."""
    [verdict] = judge_claim(replace(claim, lines=(line,)), terms).lines
    codes = [finding.code for finding in verdict.findings]
    assert len(codes) == len(set(codes)), "a rule spoke twice"
    return {finding.code: finding for finding in verdict.findings}


def judge(claim: ClaimFacts, line: LineFacts, terms: Terms) -> Verdict:
    """One line in a claim of its own."""
    [verdict] = judge_claim(replace(claim, lines=(line,)), terms).lines
    return verdict


def effect_of(code: str, line: LineFacts = LINE, terms: Terms = SHORT, claim: ClaimFacts = CLAIM) -> str | None:
    finding = findings_of(line, terms, claim).get(code)
    return finding.effect if finding else None
