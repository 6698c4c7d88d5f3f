"""Facts and terms in; findings, decision and amount out. Whatever comes in twice comes out the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.subsidy.codes import Effect, FindingCode, LineVerdict
from services.subsidy.judging import rates
from services.subsidy.judging.cases import Case, cases_of, day_counted
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.judging.findings import Finding, found
from services.subsidy.judging.rates import NOTHING
from services.subsidy.judging.rules import CLAIM_RULES, ROSTER_RULES, LineRule, of_line
from services.subsidy.schemes.policy import Terms

ELIGIBLE, HELD, REFUSED = LineVerdict.ELIGIBLE, LineVerdict.HELD, LineVerdict.REFUSED


@dataclass(slots=True)  # not frozen, as findings are not
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


def judge_claim(claim: ClaimFacts, terms: Terms) -> ClaimVerdict:
    """Every line, in the claim's order."""
    shared = [finding for claim_rule in CLAIM_RULES if (finding := claim_rule(claim, terms))]
    beside: dict[int, list[Finding]] = {}
    for roster_rule in ROSTER_RULES:
        for index, finding in roster_rule(claim, terms):
            beside.setdefault(index, []).append(finding)
    rules = of_line(claim, terms)
    verdicts = [_judge_line(case, rules, [*shared, *beside.get(index, ())]) for index, case in enumerate(cases_of(claim, terms))]
    verdicts = _within_employer(claim, verdicts, terms)
    _compare(claim, verdicts, terms)
    return ClaimVerdict(sum((verdict.amount for verdict in verdicts if verdict.decision is ELIGIBLE), NOTHING), tuple(verdicts))


def _within_employer(claim: ClaimFacts, verdicts: list[Verdict], terms: Terms) -> list[Verdict]:
    """What all lines of a claim come to, cut where one employer may be given no more, in all or in the line's year; in the order of the people's ids, so
    that the order of the lines decides nothing."""
    in_all, a_year = terms.yuan_per_employer_at_most, terms.yuan_per_employer_year_at_most
    if in_all is None and a_year is None:
        return verdicts
    had: dict[int | None, Decimal] = {each.year: each.had_yuan for each in claim.employer_years or ()}
    had[None] = claim.employer_had_yuan or NOTHING
    years = [None if a_year is None else day_counted(claim, line, terms.age_counted_on).year for line in claim.lines]
    limits = {year: most for year, most in ((None, in_all), *((year, a_year) for year in years if year)) if most is not None}
    left = {year: max(most - had.get(year, NOTHING), NOTHING) for year, most in limits.items()}
    cut: dict[int, Verdict] = {}
    for index in sorted(range(len(verdicts)), key=lambda each: (verdicts[each].trainee_id, each)):
        verdict, counts_in = verdicts[index], [year for year in dict.fromkeys((None, years[index])) if year in left]
        if verdict.decision is REFUSED:
            continue
        tightest = min(counts_in, key=left.__getitem__)
        given = min(left[tightest], verdict.amount)
        if given < verdict.amount:
            span = f" {tightest} 年" if tightest else "累计"
            words = f"{verdict.calculation},本单位{span}至多 {limits[tightest]} 元,尚余 {given} 元,计 {given} 元"
            cut[index] = replace(verdict, amount=given, calculation=words)
        for year in counts_in:
            left[year] -= given
    return [cut.get(index, verdict) for index, verdict in enumerate(verdicts)]


def _judge_line(case: Case, rules: Sequence[LineRule], findings: list[Finding]) -> Verdict:
    findings += [finding for rule in rules if (finding := rule(case))]
    overcome = case.line.overcome
    if overcome:
        findings = [_overcome(each) if each.code in overcome and each.effect is Effect.REFUSE else each for each in findings]
    decision = _decision(findings) if findings else ELIGIBLE
    yuan, calculation = (NOTHING, "不予补贴,0.00 元") if decision is REFUSED else rates.amount(case)
    return Verdict(case.line.trainee_id, decision, yuan, calculation, tuple(findings))


def _compare(claim: ClaimFacts, verdicts: Sequence[Verdict], terms: Terms) -> None:
    for line, verdict in zip(claim.lines, verdicts, strict=True):
        if line.expected_amount is not None and line.expected_amount != verdict.amount:
            verdict.findings += (amount_differs(line.expected_amount, verdict.amount, terms),)


def _overcome(finding: Finding) -> Finding:
    """What an upheld appeal has overcome refuses no more: a reviewer settles it."""
    fix = "申诉成立,该项不再直接不予补贴:请复审人员核实后认可或不予补贴,并写明理由。"
    return replace(finding, effect=Effect.HOLD, detail=f"{finding.detail}{fix}", fix=fix)


def _decision(findings: Sequence[Finding]) -> LineVerdict:
    effects = {finding.effect for finding in findings}
    return REFUSED if Effect.REFUSE in effects else HELD if Effect.HOLD in effects else ELIGIBLE


def amount_differs(expected: Decimal, amount: Decimal, terms: Terms) -> Finding:
    seen, allowed = f"预期 {expected} 元,计算为 {amount} 元", "以系统按条款和考勤计算的金额为准"
    fix = "请核对考勤记录;考勤无误的按计算金额申领。"
    return found(terms, FindingCode.AMOUNT_DIFFERS, Effect.NOTE, terms.rate or "yuan_per_person", seen=seen, allowed=allowed, fix=fix)


def facts_changed(seen: str, terms: Terms) -> Finding:
    """What the line was judged by is no longer so; who compared says in `seen` what changed."""
    allowed, fix = "付款前事实与核定时一致", "请核实:属实的不予补贴,不属实的更正来源,确可补贴的写明理由认可。"
    return found(terms, FindingCode.FACTS_CHANGED, Effect.HOLD, seen=seen, allowed=allowed, fix=fix)
