"""What facts that changed mean for a line that was judged: what is new, what is held, what is due and what is asked back, both sides of each cent."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.codes import Effect, FindingCode, LineVerdict
from services.subsidy.judging.findings import Finding, found
from services.subsidy.judging.verdict import Verdict
from services.subsidy.reassessments import policy
from services.subsidy.reassessments.policy import Difference, Judgement, Line
from tests.subsidy.judging.cases import SHORT

WHO, CENT = UUID(int=1), Decimal("0.01")
YUAN = Decimal("600.00")
ELIGIBLE, HELD, REFUSED = LineVerdict.ELIGIBLE, LineVerdict.HELD, LineVerdict.REFUSED
OLD, NEW, OTHER = FindingCode.ALREADY_SUBSIDISED, FindingCode.CERTIFICATE_INVALID, FindingCode.AGE_ABOVE_LIMIT


def finding(code: FindingCode, effect: Effect) -> Finding:
    return found(SHORT, code, effect, seen="所见", allowed="允许", fix="处理")


def borne(code: str, effect: str, seen: str = "所见") -> Mapping[str, Any]:
    return {"code": code, "effect": effect, "seen": seen}


def line(*findings: Mapping[str, Any], verdict: str = ELIGIBLE, **money: Any) -> Line:
    return Line(1, WHO, Judgement(verdict, YUAN, "当时", findings), **money)


def verdict(*findings: Finding, decision: LineVerdict = ELIGIBLE, yuan: Decimal = YUAN) -> Verdict:
    return Verdict(str(WHO), decision, yuan, "现在", findings)


def told(of: Line, now: Verdict) -> Difference | None:
    return policy.difference(of, now, SHORT)


HOLD, NOTE, REFUSE = (finding(NEW, effect) for effect in (Effect.HOLD, Effect.NOTE, Effect.REFUSE))


@pytest.mark.parametrize(
    ("of", "now", "new"),
    [
        pytest.param(line(), verdict(), False, id="as-it-was"),
        pytest.param(line(), verdict(yuan=YUAN + CENT), False, id="more-than-it-was"),
        pytest.param(line(), verdict(NOTE), False, id="a-note"),
        pytest.param(line(), verdict(HOLD, decision=HELD), True, id="a-hold"),
        pytest.param(line(borne(NEW, "note")), verdict(HOLD, decision=HELD), True, id="a-note-that-holds-now"),
        pytest.param(line(borne(NEW, "hold")), verdict(HOLD, decision=HELD), False, id="a-hold-that-is-known"),
        pytest.param(line(borne(NEW, "note"), borne(NEW, "hold")), verdict(HOLD, decision=HELD), False, id="known-by-its-heaviest"),
        pytest.param(line(borne(NEW, "hold")), verdict(REFUSE, decision=REFUSED), True, id="a-hold-that-refuses-now"),
        pytest.param(line(borne(OLD, "hold")), verdict(HOLD, decision=HELD), True, id="another-hold-is-known"),
        pytest.param(line(borne(NEW, "refuse")), verdict(REFUSE, decision=REFUSED), False, id="a-refusal-that-was-decided-on"),
        pytest.param(line(borne(NEW, "refuse", "另见")), verdict(REFUSE, decision=REFUSED), True, id="it-refuses-for-something-else"),
        pytest.param(line(borne(NEW, "refuse", "另见")), verdict(HOLD, decision=HELD), False, id="of-what-was-decided-on-less-is-left"),
        pytest.param(line(verdict=REFUSED), verdict(HOLD, decision=HELD), False, id="it-was-refused-anyway"),
        pytest.param(replace(line(verdict=HELD), before=line(verdict=REFUSED).now), verdict(HOLD), False, id="before-facts-changed"),
    ],
)
def test_only_what_weighs_more_is_new(of: Line, now: Verdict, new: bool) -> None:
    found_now = told(of, now)
    assert (found_now is not None) is new
    if found_now:
        assert (found_now.codes, found_now.due) == ((NEW,), 0)
        assert (found_now.judgement.verdict, found_now.judgement.amount, found_now.judgement.calculation) == (HELD, YUAN, "当时")
        codes = [each["code"] for each in found_now.judgement.findings]
        assert codes == [*(each["code"] for each in of.known.findings), FindingCode.FACTS_CHANGED, NEW]


CHANGED = borne(FindingCode.FACTS_CHANGED, "hold", "事实有变化")


@pytest.mark.parametrize(
    ("of", "now", "restored"),
    [
        pytest.param(line(borne(OLD, "note"), CHANGED, borne(NEW, "refuse")), verdict(), True, id="what-was-decided-on-is-gone"),
        pytest.param(line(CHANGED, borne(NEW, "refuse")), verdict(REFUSE, decision=REFUSED), False, id="it-is-still-there"),
        pytest.param(line(CHANGED, borne(NEW, "refuse")), verdict(yuan=YUAN - CENT), False, id="fewer-yuan-are-due"),
        pytest.param(line(borne(NEW, "hold")), verdict(), False, id="nothing-came-later"),
        pytest.param(line(CHANGED, borne(NEW, "refuse"), verdict=REFUSED), verdict(), False, id="it-was-refused-for-it"),
    ],
)
def test_what_was_decided_on_is_forgotten_once_it_is_gone(of: Line, now: Verdict, restored: bool) -> None:
    assert policy.restored(of, now, SHORT) is restored
    left = [each["code"] for each in policy.standing(of, None, under_review=False, restored=restored).findings]
    assert left == ([OLD] if restored else [each["code"] for each in of.now.findings])


def test_fewer_yuan_are_new_and_what_is_held_keeps_no_more_than_it_was() -> None:
    less = told(line(), verdict(yuan=YUAN - CENT))
    assert less and (less.codes, less.due, less.judgement.amount, less.judgement.calculation) == ((), YUAN - CENT, YUAN - CENT, "现在")
    assert told(line(borne(FindingCode.FACTS_CHANGED, "hold", less.seen)), verdict(yuan=YUAN - CENT)) is None  # somebody has looked at it
    assert told(line(borne(OLD, "hold", less.seen)), verdict(yuan=YUAN - CENT))
    assert told(line(borne(FindingCode.FACTS_CHANGED, "hold", less.seen)), verdict(yuan=YUAN - 2 * CENT))
    both = told(line(), verdict(HOLD, decision=HELD, yuan=YUAN - CENT))
    assert both and (both.due, both.judgement.amount) == (0, YUAN - CENT) and "金额" in both.seen
    more = told(line(), verdict(HOLD, decision=HELD, yuan=YUAN + CENT))
    assert more and (more.judgement.amount, more.judgement.calculation) == (YUAN, "当时")
    refused = told(line(), verdict(REFUSE, decision=REFUSED, yuan=Decimal(0)))
    assert refused and refused.judgement.amount == YUAN and "金额" not in refused.seen


@pytest.mark.parametrize(
    ("of", "now", "supplemented", "yuan"),
    [
        pytest.param(line(), verdict(yuan=YUAN + 3 * CENT), CENT, 2 * CENT, id="beyond-line-and-supplements"),
        pytest.param(line(), verdict(yuan=YUAN), CENT, 0, id="never-below-nothing"),
        pytest.param(line(), verdict(yuan=YUAN + CENT, decision=HELD), 0, 0, id="somebody-must-look-first"),
        pytest.param(line(verdict=REFUSED), verdict(yuan=YUAN), 0, YUAN, id="all-of-what-was-refused"),
        pytest.param(line(not_due=CENT), verdict(yuan=YUAN), 0, CENT, id="what-was-found-not-to-be-due"),
        pytest.param(line(verdict=HELD, not_due=CENT), verdict(yuan=YUAN), 0, YUAN, id="held-and-never-found-due"),
    ],
)
def test_what_is_due_beyond_what_was_found(of: Line, now: Verdict, supplemented: Decimal, yuan: Decimal) -> None:
    assert policy.beyond(of, now, Decimal(supplemented)) == yuan


def test_a_line_is_held_while_it_is_under_review_and_bears_the_findings_later() -> None:
    of, new = line(), told(line(), verdict(HOLD, decision=HELD))
    assert new and policy.standing(of, None, under_review=True) == of.now
    assert policy.standing(of, new, under_review=True) == new.judgement
    assert policy.standing(of, new, under_review=False) == replace(of.now, findings=new.judgement.findings)


def different(*codes: str, paid: Decimal = policy.NOTHING, due: Decimal = policy.NOTHING, unpaid: Decimal = policy.NOTHING) -> Difference:
    return Difference(line(paid=paid, unpaid=unpaid), codes, "", due, line().now)


def test_only_what_may_still_go_out_is_held_once_it_is_decided() -> None:
    each = [different(unpaid=CENT), different()]
    assert policy.to_hold(each, under_review=True) == each
    assert policy.to_hold(each, under_review=False) == each[:1]


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([(NEW,)], NEW),
        ([(NEW,), (NEW,)], NEW),
        ([(NEW,), (OLD,)], FindingCode.FACTS_CHANGED),
        ([(OTHER,)], FindingCode.FACTS_CHANGED),
        ([()], FindingCode.FACTS_CHANGED),
    ],
)
def test_a_hold_for_one_reason_of_its_own_bears_its_code(codes: list[tuple[str, ...]], code: str) -> None:
    assert policy.hold_code([different(*each) for each in codes]) == code


def test_a_reason_says_for_how_many_and_why() -> None:
    assert "涉及 2 人:金额减少。" in policy.reason([different(), different()])
    assert "金额减少" not in policy.reason([different(NEW)])


@pytest.mark.parametrize(
    ("paid", "due", "back"), [(YUAN, YUAN, None), (YUAN, YUAN - CENT, CENT), (policy.NOTHING, YUAN, None), (YUAN, 0, YUAN)]
)
def test_what_was_paid_beyond_what_is_due_is_asked_back(paid: Decimal, due: Decimal, back: Decimal | None) -> None:
    assert policy.to_ask_back([different(paid=paid, due=Decimal(due))]) == ({1: (WHO, back)} if back else {})


def test_of_lines_that_are_due_more_than_is_left_of_them_nothing_is_worse() -> None:
    differences = [
        each for position in (1, 2, 3) if (each := told(replace(line(), position=position), verdict(yuan=YUAN - CENT))) is not None
    ]
    assert policy.worse(differences, []) == differences
    assert policy.worse(differences, [(differences[1].line, verdict())]) == [differences[0], differences[2]]
