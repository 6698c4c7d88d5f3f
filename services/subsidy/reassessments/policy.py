"""What facts that changed mean for a line that was judged: pure decisions.

A line is compared with what is known of it: the findings that it bears, which somebody has looked at. Only what weighs more than these is new: a finding
that refuses or holds and was not there, one that refuses for something else, or fewer yuan. What a person has decided on stays decided; what would pay more is told and never paid by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.subsidy.codes import Effect, FindingCode, LineVerdict
from services.subsidy.judging.verdict import Verdict, facts_changed
from services.subsidy.schemes.policy import Terms
from shared.codes import label
from shared.strict import to_json

NOTHING = Decimal("0.00")
WEIGHT = {effect: weight for weight, effect in enumerate((Effect.NOTE, Effect.HOLD, Effect.REFUSE))}
OF_THEIR_OWN = frozenset(  # a hold for one of these alone bears its code
    {
        "institution_blacklisted",
        "institution_suspended",
        "institution_exited",
        "support_stopped",
        "complaint_open",
        "certificate_invalid",
        "already_subsidised",
    }
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a line was judged to be, as it is kept."""

    verdict: str
    amount: Decimal
    calculation: str
    findings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """`before`: what it was judged to be until facts changed, where nobody has decided on that yet. `paid`: yuan paid and not asked back; `unpaid`: yuan
    that may still go out; `not_due`: yuan asked back because facts of then found them not to be due."""

    position: int
    trainee_id: UUID
    now: Judgement
    before: Judgement | None = None
    paid: Decimal = NOTHING
    unpaid: Decimal = NOTHING
    not_due: Decimal = NOTHING

    @property
    def known(self) -> Judgement:
        return self.before or self.now


@dataclass(frozen=True, slots=True)
class Difference:
    """`due`: what the line comes to by the new facts, in yuan; 0.00 where it is refused or somebody must look first."""

    line: Line
    codes: tuple[str, ...]
    seen: str
    due: Decimal
    judgement: Judgement  # as the line stands while it is under review


def difference(line: Line, verdict: Verdict, terms: Terms) -> Difference | None:
    """What weighs against the line now and did not before; None: nothing."""
    known = line.known
    if known.verdict == LineVerdict.REFUSED:
        return None
    borne: dict[str, int] = {}
    for each in known.findings:
        borne[each["code"]] = max(borne.get(each["code"], 0), WEIGHT[each["effect"]])
    decided = {(each["code"], each["seen"]) for each in known.findings if each["effect"] == Effect.REFUSE}
    new = [
        each
        for each in verdict.findings
        if WEIGHT[each.effect] > borne.get(each.code, 0) or (each.effect is Effect.REFUSE and (each.code, each.seen) not in decided)
    ]
    refused = verdict.decision == LineVerdict.REFUSED
    less = not refused and verdict.amount < known.amount
    if not new and not less:
        return None
    seen = ";".join(
        [f"{label('finding', each.code)}:{each.seen}" for each in new]
        + ([f"金额 {known.amount} 元,现为 {verdict.amount} 元"] if less else [])
    )
    if any(each["code"] == FindingCode.FACTS_CHANGED and each["seen"] == seen for each in known.findings):
        return None
    found_now = [to_json(each) for each in (facts_changed(seen, terms), *new)]
    amount, calculation = (known.amount, known.calculation) if refused or not less else (verdict.amount, verdict.calculation)
    judgement = Judgement(LineVerdict.HELD, amount, calculation, [*known.findings, *found_now])
    return Difference(line, tuple(each.code for each in new), seen, NOTHING if new else verdict.amount, judgement)


def restored(line: Line, verdict: Verdict, terms: Terms) -> bool:
    """Whether what later facts brought, and somebody decided to leave, weighs against the line no more: then it is forgotten, and new if it comes again."""
    known, judged = line.known, _as_judged(line.known)
    decided = known.verdict == LineVerdict.ELIGIBLE and judged != known
    return decided and difference(replace(line, now=judged, before=None), verdict, terms) is None


def _as_judged(known: Judgement) -> Judgement:
    """Without what later facts brought: that stands behind the finding that facts have changed."""
    codes = [each["code"] for each in known.findings]
    changed = FindingCode.FACTS_CHANGED
    return replace(known, findings=known.findings[: codes.index(changed)]) if changed in codes else known


def beyond(line: Line, verdict: Verdict, supplemented: Decimal) -> Decimal:
    """What the facts of now find due beyond what the line, and the supplements of it, were found to be due, in yuan."""
    return max(verdict.amount - due(line) - supplemented, NOTHING) if verdict.decision == LineVerdict.ELIGIBLE else NOTHING


def worse(differences: Sequence[Difference], better: Sequence[tuple[Line, Verdict]]) -> list[Difference]:
    """Without those of lines of which more was asked back than is not due now: they come to less than was paid once, and yet more is due."""
    positions = {line.position for line, _ in better}
    return [each for each in differences if each.line.position not in positions]


def due(line: Line) -> Decimal:
    """What the line was found to be due, in yuan, less what was found since not to be. What a person asked back on purpose stays found: facts that change do
    not find it due again."""
    return line.known.amount - line.not_due if line.known.verdict == LineVerdict.ELIGIBLE else NOTHING


def standing(line: Line, new: Difference | None, *, under_review: bool, restored: bool = False) -> Judgement:
    """What the line is judged to be: as it was known, and held where new facts weigh against it. Where money is set aside or was paid it bears the findings
    and is not judged otherwise: what happens to the money is then the claim's hold or a recovery."""
    if new is None:
        return _as_judged(line.known) if restored else line.known
    return new.judgement if under_review else replace(line.known, findings=new.judgement.findings)


def to_hold(differences: Sequence[Difference], under_review: bool) -> list[Difference]:
    """Those for which something of the claim must not go on: while it is under review all, later where money may still go out."""
    return [each for each in differences if under_review or each.line.unpaid > 0]


def hold_code(differences: Sequence[Difference]) -> str:
    codes = {code for each in differences for code in each.codes}
    own = codes & OF_THEIR_OWN
    return own.pop() if len(codes) == len(own) == 1 else FindingCode.FACTS_CHANGED


def reason(differences: Sequence[Difference]) -> str:
    kinds = dict.fromkeys(label("finding", code) for each in differences for code in each.codes)
    what = "、".join(kinds) or "金额减少"
    return f"判定之后事实有变化,涉及 {len(differences)} 人:{what}。请复审人员核实"


def to_ask_back(differences: Sequence[Difference]) -> dict[int, tuple[UUID, Decimal]]:
    """By position: of whom how many yuan were paid beyond what is due by the facts of now."""
    over = {each.line.position: (each.line.trainee_id, each.line.paid - each.due) for each in differences}
    return {position: (trainee_id, yuan) for position, (trainee_id, yuan) in over.items() if yuan > 0}
