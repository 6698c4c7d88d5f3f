"""What a claim's receipt says of its judging, as values: the facts, the terms, and of each line what follows from them. Enough for whoever has neither our
database nor our rules to judge it again and compare."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.subsidy.judging import trades
from services.subsidy.judging.cases import Case, cases_of
from services.subsidy.judging.facts import ClaimFacts, kept
from services.subsidy.judging.rates import uplifted_trade
from services.subsidy.judging.verdict import ClaimVerdict, Verdict, judge_claim
from services.subsidy.schemes.policy import Terms
from shared.strict import digest, to_json

RESOLVED, FACTS_CHANGED = "resolved", "facts_changed"


def judged(facts: ClaimFacts, terms: Terms) -> dict[str, Any]:
    """Facts and terms with their hashes, and of each line what it was judged to be by them."""
    stated, verdict = kept(facts), judge_claim(facts, terms)
    cases = list(cases_of(facts, terms))
    return {
        "facts": stated,
        "facts_hash": digest(stated),
        "terms": {"scheme": facts.scheme, "hash": terms.hash, "block": terms.block, "retirement": to_json(terms.retirement)},
        "trades": {"of_class": _about(cases)},
        "amount": f"{verdict.amount:.2f}",
        "lines": _lines(cases, verdict),
    }


def _about(cases: list[Case]) -> dict[str, Any] | None:
    """How the county reads the name of the class's trade: which names are one trade, and what each is about, is the county's data and no fact of the claim."""
    trade = cases[0].trade if cases and cases[0].class_facts else None
    if trade is None or not trades.known():
        return None
    beside = trades.occupation_near(trade)
    return {"key": trade, "occupation_near": beside, "about": trades.about(beside or trade)}


def _lines(cases: list[Case], verdict: ClaimVerdict) -> list[dict[str, Any]]:
    return [
        {"position": position, "trainee_id": case.line.trainee_id, "trade": _trade(case), "judged": _verdict(each)}
        for position, (case, each) in enumerate(zip(cases, verdict.lines, strict=True))
    ]


def _trade(case: Case) -> dict[str, Any]:
    """What the line is paid for, and which trades of earlier payments are the same or nearly."""
    earlier = sorted({prior.trade_key for prior in case.line.priors if prior.trade_key and case.trade})
    same = [each for each in earlier if trades.same(each, case.trade or "")]
    near = [each for each in earlier if each not in same and trades.near(each, case.trade or "")]
    return {"key": case.trade, "level": case.level, "same": same, "near": near} | _listed(case)


def _listed(case: Case) -> dict[str, Any]:
    """Which row of the terms' table the trade is in, and whether the uplift is for it: a list may name a trade otherwise than the class."""
    rows = case.terms.yuan_per_person_by_trade or ()
    named = [index for index, row in enumerate(rows) if _names(row.trades, case.trade)]
    others = [index for index, row in enumerate(rows) if not row.trades]
    return {"rate_row": next(iter([*named, *others]), None), "uplifted": uplifted_trade(case)}


def _names(names: tuple[str, ...], trade: str | None) -> bool:
    return trade is not None and trade in {trades.key(each) for each in names}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.decision,
        "amount": f"{verdict.amount:.2f}",
        "calculation": verdict.calculation,
        "findings": to_json(verdict.findings),
    }


def standing(line: Any, judged: Mapping[str, Any]) -> dict[str, Any]:
    """How a line stands today, and what made it otherwise than it was judged: a reviewer, or facts that changed since."""
    otherwise = (line.verdict, line.amount) != (judged["verdict"], Decimal(judged["amount"]))
    why = None if not otherwise else RESOLVED if line.resolution else FACTS_CHANGED
    return {"verdict": line.verdict, "amount": f"{line.amount:.2f}", "otherwise_because": why, "resolution": line.resolution}
