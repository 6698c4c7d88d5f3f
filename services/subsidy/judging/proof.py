"""Proves terms before they are published, with the very judge that will apply them: whatever trade, level, category and day of the window comes, there is
one rate or one answer with a code; every rate and every limit is there for somebody. Each failure names its key and shows an invented person.

Not everybody is tried: of those whom the terms cannot tell apart, one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from services.subsidy.codes import Category, ClaimKind, Effect, FindingCode, Level, LineVerdict, SchemeCode, rank
from services.subsidy.judging import limits, rates, trades
from services.subsidy.judging.cases import cases_of
from services.subsidy.judging.facts import ClaimFacts, LineFacts
from services.subsidy.judging.invented import Asked, Ground, claim, outcome, told
from services.subsidy.judging.limits import LIMITS, OF_MONEY, Tried, tried
from services.subsidy.judging.verdict import Verdict, judge_claim
from services.subsidy.schemes.policy import TABLES, Terms
from shared import county
from shared.codes import label
from shared.months import months_after
from shared.strict import Fault

YEARS_AHEAD = 5  # the window of terms that no later document ends yet
IN_NO_LIST = "设想的其他行当"
DECIDES = {  # the figure that a finding about someone in order comes from
    FindingCode.CLASS_TOO_LONG: "class_days_at_most",
    FindingCode.CLASS_TOO_SHORT: "class_hours_at_least",
    FindingCode.ATTENDANCE_IMPOSSIBLE: "class_hours_a_day_at_most",
    FindingCode.ATTENDANCE_TOO_LOW: "attendance_percent_at_least",
    FindingCode.CLASS_FILED_LATE: "filing_days_before_start_at_least",
    FindingCode.AGE_ABOVE_LIMIT: "age_at_least",
    FindingCode.AGE_BELOW_LIMIT: "age_at_least",
    FindingCode.CATEGORY_NOT_ELIGIBLE: "categories",
    FindingCode.ORDER_MISSING: "order_required",
    FindingCode.RETENTION_NOT_MET: "retention_required",
    FindingCode.CERTIFICATE_MISSING: "certificate_required",
    FindingCode.CERTIFICATE_TOO_OLD: "certificate_months_at_most",
    FindingCode.CERTIFICATE_BURST: "certificates_a_month_at_most",
    FindingCode.TRADE_NOT_ALLOWED: "trade_fields",
    FindingCode.RATE_NOT_LISTED: "unlisted_is",
    FindingCode.YEARLY_LIMIT_REACHED: "times_a_year_at_most",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the judge says of one invented person in order."""

    asked: Asked
    claim: ClaimFacts
    line: LineFacts
    verdict: Verdict

    def __str__(self) -> str:
        return f"{told(self.claim, self.line)} → {outcome(self.verdict)}"


def prove(scheme: SchemeCode, kind: ClaimKind, terms: Terms, until: date | None = None) -> list[Fault]:
    """Every failure, or none. `terms` make sense by themselves (`schemes.rules`); `until`: the last day before other terms take their place."""
    of = Ground(scheme, kind, terms)
    answers = list(_answers(of, until or months_after(terms.in_force_from, 12 * YEARS_AHEAD)))
    served = [answer for answer in answers if _served(terms, answer.verdict)]
    faults = [*_same_trade_twice(of, answers), *_without_an_answer(of, answers)]
    if not served:
        return [*faults, _nobody(answers)]
    best = max(served, key=lambda answer: (answer.verdict.amount, answer.asked.day == terms.in_force_from))
    return [*faults, *_rates_for_nobody(of, answers), *_categories_of_nobody(of, answers, served), *_never_biting(of, best, served)]


def _answers(of: Ground, until: date) -> Iterator[Answer]:
    """One of each kind: trades that the terms tell apart, all levels, categories that the terms tell apart, the first day and the last."""
    terms, categories = of.terms, _categories(of.terms)
    days = sorted({terms.in_force_from, max(until, terms.in_force_from)})
    for day, trade, level in product(days, _trades(terms), (*Level, None)):
        asked = Asked(day, trade, level, None)
        facts = claim(of, asked, categories)
        for category, line, verdict in zip(categories, facts.lines, judge_claim(facts, terms).lines, strict=True):
            yield Answer(replace(asked, category=category), facts, line, verdict)


def _trades(terms: Terms) -> list[str]:
    """Each that the terms name, one of each field that they ask for, and one that nothing names."""
    named = [name for row in terms.yuan_per_person_by_trade or () for name in row.trades] + [*(terms.uplift_trades or ())]
    folder, fields = county.folder(), terms.trade_fields is not None
    known = trades.rules(folder)
    of_fields = [row.words[0] for row in known.words] if fields else []
    by_field = {trades.about(word): word for word in of_fields if trades.about(word)}
    return list(dict.fromkeys([*named, *by_field.values(), IN_NO_LIST]))


def _categories(terms: Terms) -> list[Category | None]:
    """One of each kind that the terms tell apart, those whom they are for first."""
    waived = [frozenset(codes) for codes in (terms.statuses_waived_for or {}).values()]
    kinds: dict[object, Category | None] = {}
    for code in (*Category, None):
        kind = (
            terms.categories is None or code in terms.categories,
            code in (terms.living_categories or ()),
            tuple(code in each for each in waived),
        )
        kinds.setdefault(kind, code)
    return [kinds[kind] for kind in sorted(kinds, reverse=True)]  # type: ignore[type-var]


def _served(terms: Terms, verdict: Verdict) -> bool:
    """Paid; or, where the rate is not confirmed or not known, held for that alone."""
    if terms.payable:
        return verdict.decision is LineVerdict.ELIGIBLE and verdict.amount > 0
    against = {finding.code for finding in verdict.findings if finding.effect != Effect.NOTE}
    return against == {FindingCode.TERMS_UNCONFIRMED} and (verdict.amount > 0 or terms.rate in (None, *TABLES))


def _nobody(answers: Sequence[Answer]) -> Fault:
    """Shown by whom the least speaks against."""
    least = min(answers, key=lambda answer: len(answer.verdict.findings))
    codes = [finding.code for finding in least.verdict.findings if finding.effect != Effect.NOTE]
    figure = next((DECIDES[code] for code in codes if code in DECIDES), codes[0] if codes else "document")
    return Fault(figure, f"没有任何申领能满足本组条款。{least}")


def _without_an_answer(of: Ground, answers: Sequence[Answer]) -> Iterator[Fault]:
    """Neither a rate nor a refusal or hold that the terms ask for."""
    gaps: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        verdict = answer.verdict
        if verdict.decision is LineVerdict.ELIGIBLE and not verdict.amount:
            gaps[of.terms.rate or "document"].append(answer)
        elif of.terms.payable and any(each.code == FindingCode.TERMS_UNCONFIRMED for each in verdict.findings) and _a_gap(of.terms, answer):
            gaps[_row(of, answer)].append(answer)
    for path, found in gaps.items():
        levels = "、".join(dict.fromkeys(label("level", each.asked.level) if each.asked.level else "无等级" for each in found))
        fix = '请补上标准;标准表以外一律不补的写 unlisted_is = "refuse",暂缓待定的写 "hold"'
        yield Fault(path, f"没有标准,也没有写明不补:{levels}。{found[0]}。{fix}")


def _a_gap(terms: Terms, answer: Answer) -> bool:
    """Of a table by level alone, what lies outside its levels is not known yet; within them nothing may be left out."""
    if terms.unlisted_is is not None:
        return False
    by_level, level = terms.yuan_per_person_by_level, answer.asked.level
    if by_level is None:
        return True
    return level is not None and min(map(rank, by_level)) < rank(level) < max(map(rank, by_level))


def _row(of: Ground, answer: Answer) -> str:
    """The row of the table that names the trade, as a key."""
    key = trades.key(answer.asked.trade)
    for index, row in enumerate(of.terms.yuan_per_person_by_trade or ()):
        if key in map(trades.key, row.trades):
            return f"yuan_per_person_by_trade[{index}]"
    return of.terms.rate or "document"


def _same_trade_twice(of: Ground, answers: Sequence[Answer]) -> Iterator[Fault]:
    """Two rows for one trade under two names: two rates for one person."""
    first: dict[str, tuple[int, str]] = {}
    for index, row in enumerate(of.terms.yuan_per_person_by_trade or ()):
        for name in row.trades:
            stands, called = first.setdefault(trades.key(name), (index, name))
            if called != name:
                answer = next(each for each in answers if each.asked.trade == name)
                where = f"已在第 {stands + 1} 行({called})"
                yield Fault(f"yuan_per_person_by_trade[{index}].trades", f"{name} 与 {called} 是同一工种,{where},一人有两个标准。{answer}")


def _rates_for_nobody(of: Ground, answers: Sequence[Answer]) -> Iterator[Fault]:
    """A rate of the table that no invented person is given."""
    if of.terms.rate not in TABLES:
        return
    open_to: dict[str, Answer] = {}
    given: set[str] = set()
    for answer in answers:
        for path in _rate_of(of, answer):
            open_to.setdefault(path, answer)
            if answer.verdict.decision is not LineVerdict.REFUSED and answer.verdict.amount:
                given.add(path)
    for path, answer in open_to.items():
        if path not in given:
            yield Fault(path, f"这一标准谁也领不到。{answer}")


def _rate_of(of: Ground, answer: Answer) -> Iterator[str]:
    """Where the rate for what was asked stands."""
    case = next(cases_of(replace(answer.claim, lines=(answer.line,)), of.terms))
    if rates.listed(case) is None:
        return
    level = answer.asked.level
    if of.terms.yuan_per_person_by_level is not None:
        yield f"yuan_per_person_by_level.{level}"
        return
    row = _row(of, answer)
    if row == "yuan_per_person_by_trade":
        row = next(f"{row}[{index}]" for index, each in enumerate(of.terms.yuan_per_person_by_trade or ()) if not each.trades)
    yield f"{row}.yuan_by_level.{level}" if level else f"{row}.yuan_without_level"


def _categories_of_nobody(of: Ground, answers: Sequence[Answer], served: Sequence[Answer]) -> Iterator[Fault]:
    got = {answer.asked.category for answer in served}
    for category in _categories(of.terms):
        if category and category not in got and category in (of.terms.categories or ()):
            answer = next(each for each in answers if each.asked.category == category)
            yield Fault("categories", f"{label('category', category)}谁也领不到。{answer}")


def _never_biting(of: Ground, best: Answer, served: Sequence[Answer]) -> Iterator[Fault]:
    """Limits, exclusions and uplifts that change nothing for anybody."""
    terms = of.terms
    for name, (beyond, without) in (LIMITS | (OF_MONEY if terms.rate else {})).items():
        if getattr(terms, name) not in (None, False, 0):
            yield from _unless_it_bites(name, tried(of, best.asked, name, beyond, without), best)
    for status in sorted(terms.excluded_statuses):
        people = [replace(answer.asked, day=best.asked.day) for answer in served[: len(_categories(terms)) + 1]]
        spared = terms.excluded_statuses - {status}
        found = [each for asked in people for each in tried(of, asked, "excluded_statuses", limits.with_status(status), spared)]
        yield from _unless_it_bites("excluded_statuses", found, best, f"{label('personal_status', status)}")
    for name in ("uplift_trades", "uplift_levels"):
        for each in sorted(getattr(terms, name) or ()):
            kept = type(getattr(terms, name))(other for other in getattr(terms, name) if other != each)
            people = [answer.asked for answer in served if each in (answer.asked.trade, answer.asked.level)]
            found = [one for asked in people for one in tried(of, asked, name, limits.the_same, kept)]
            yield from _unless_it_bites(name, found, best, label("level", each) if name == "uplift_levels" else each)
    if terms.uplift_percent and not (terms.uplift_trades or terms.uplift_levels):
        yield from _unless_it_bites("uplift_percent", tried(of, best.asked, "uplift_percent", limits.the_same), best)


def _unless_it_bites(name: str, found: Sequence[Tried], best: Answer, what: str = "") -> Iterator[Fault]:
    if any(each.bites for each in found):
        return
    nearest = (
        f"{told(found[0].claim, found[0].claim.lines[0])} → {outcome(found[0].verdict)},有无该项都一样" if found else f"{best},没有人会超出"
    )
    yield Fault(name, f"{what + ':' if what else ''}永远不起作用。{nearest}")
