"""Facts and terms in; findings, decision and amount out. Whatever comes in twice comes out the same."""

from dataclasses import dataclass
from decimal import Decimal

from services.subsidy.codes import Effect, FindingCode, LineVerdict
from services.subsidy.judging.facts import Case, ClaimFacts, LineFacts, case_of, trade_of
from services.subsidy.judging.findings import Finding, found
from services.subsidy.judging.rules import CLAIM_RULES, LINE_RULES, ROSTER_RULES
from services.subsidy.schemes.policy import Terms

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Verdict:
    trainee_id: str
    decision: LineVerdict
    amount: Decimal  # 0.00 if refused; computed if held, but not in the claim's sum
    calculation: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    amount: Decimal  # the sum of the eligible lines
    lines: tuple[Verdict, ...]

    @property
    def eligible(self) -> bool:
        """False where every line is refused."""
        return any(line.decision != LineVerdict.REFUSED for line in self.lines)


def judge(claim: ClaimFacts, line: LineFacts, terms: Terms) -> Verdict:
    """One line by itself: every rule but those that compare lines."""
    return _judge_line(claim, line, terms, _claim_findings(claim, terms))


def judge_claim(claim: ClaimFacts, terms: Terms) -> ClaimVerdict:
    """Every line, with the rules that compare lines, in the claim's order."""
    shared = _claim_findings(claim, terms)
    beside: dict[int, list[Finding]] = {}
    for rule in ROSTER_RULES:
        for index, finding in rule(claim, terms):
            beside.setdefault(index, []).append(finding)
    verdicts = tuple(_judge_line(claim, line, terms, (*shared, *beside.get(index, ()))) for index, line in enumerate(claim.lines))
    return ClaimVerdict(sum((verdict.amount for verdict in verdicts if verdict.decision == LineVerdict.ELIGIBLE), NOTHING), verdicts)


def _claim_findings(claim: ClaimFacts, terms: Terms) -> tuple[Finding, ...]:
    return tuple(finding for rule in CLAIM_RULES if (finding := rule(claim, terms)))


def _judge_line(claim: ClaimFacts, line: LineFacts, terms: Terms, shared: tuple[Finding, ...]) -> Verdict:
    case = case_of(claim, line, terms)
    findings = [*shared, *(finding for rule in LINE_RULES if (finding := rule(case)))]
    effects = {finding.effect for finding in findings}
    refused = Effect.REFUSE in effects
    decision = LineVerdict.REFUSED if refused else LineVerdict.HELD if Effect.HOLD in effects else LineVerdict.ELIGIBLE
    amount, calculation = (NOTHING, "不予补贴,0.00 元") if refused else _amount(case)
    if line.expected_amount is not None and line.expected_amount != amount:
        findings.append(amount_differs(line.expected_amount, amount, terms))
    return Verdict(line.trainee_id, decision, amount, calculation, tuple(findings))


def _amount(case: Case) -> tuple[Decimal, str]:
    """The amount by the rate that the terms set, and the sum spelled out."""
    terms = case.terms
    if terms.yuan_per_person_day is not None:
        return _amount_by_day(case, terms.yuan_per_person_day)
    amount = terms.yuan_per_person
    if terms.yuan_per_person_by_level is not None:
        _, level = trade_of(case.claim, case.line)
        amount = terms.yuan_per_person_by_level.get(level) if level else None
    return (NOTHING, "补贴标准未确认,暂计 0.00 元") if amount is None else (amount, f"1 人 × {amount} 元 = {amount} 元")


def _amount_by_day(case: Case, rate: Decimal) -> tuple[Decimal, str]:
    """Days from the sign-in sheet, not from the plan."""
    days_at_most, half_days = case.terms.days_paid_at_most, case.terms.half_days_for_a_paid_day
    assert days_at_most is not None and half_days is not None, "the loader lets no daily rate in without them"
    days = sum(day.half_days >= half_days for day in case.days)
    paid = min(days, days_at_most)
    amount = paid * rate
    over = f"实到 {days} 天,最多计 {paid} 天:" if days > paid else ""
    return amount, f"{over}{paid} 天 × {rate} 元 = {amount} 元"


def amount_differs(expected: Decimal, amount: Decimal, terms: Terms) -> Finding:
    seen, allowed = f"预期 {expected} 元,计算为 {amount} 元", "以系统按条款和考勤计算的金额为准"
    fix = "请核对考勤记录;考勤无误的按计算金额申领。"
    return found(terms, FindingCode.AMOUNT_DIFFERS, Effect.NOTE, terms.rate or "yuan_per_person", seen=seen, allowed=allowed, fix=fix)


def facts_changed(seen: str, terms: Terms) -> Finding:
    """What the line was judged by is no longer so; who compared says in `seen` what changed."""
    allowed, fix = "付款前事实与核定时一致", "请核实变化后重新核定。"
    return found(terms, FindingCode.FACTS_CHANGED, Effect.HOLD, seen=seen, allowed=allowed, fix=fix)
