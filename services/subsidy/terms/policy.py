"""What other terms would have made of past claims: judged twice from the same kept facts, by the terms of then and by these, and added up.

What is held in memory does not grow with the number of claims, but for eight bytes a changed line.
"""

import heapq
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.subsidy.codes import LineVerdict
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.judging.verdict import Verdict, judge_claim
from services.subsidy.schemes.policy import Terms

CLASSES_SHOWN = 100
NOTHING = Decimal("0.00")
_LAST_64 = 2**64 - 1


@dataclass(slots=True)
class Sum:
    """Yuan that eligible lines come to, and that held ones would."""

    amount: Decimal = NOTHING
    held_amount: Decimal = NOTHING

    def add(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            if verdict.decision is LineVerdict.ELIGIBLE:
                self.amount += verdict.amount
            elif verdict.decision is LineVerdict.HELD:
                self.held_amount += verdict.amount


@dataclass(slots=True)
class OfClass:
    class_id: str | None
    class_number: str | None
    before: Sum = field(default_factory=Sum)
    after: Sum = field(default_factory=Sum)
    lines_changed: int = 0


@dataclass(slots=True)
class Tally:
    """Claims are counted class by class: all of one, then all of the next."""

    claims: int = 0
    claims_left_out: int = 0  # by terms that nobody has any more
    lines: int = 0
    lines_changed: int = 0
    classes_changed: int = 0
    before: Sum = field(default_factory=Sum)
    after: Sum = field(default_factory=Sum)
    more: list[Any] = field(default_factory=lambda: [0, NOTHING])  # lines that would be given more, and how much
    less: list[Any] = field(default_factory=lambda: [0, NOTHING])
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)  # (verdict before, verdict after)
    findings: Counter[tuple[str, bool]] = field(default_factory=Counter)  # (code, after)
    _people: "array[int]" = field(default_factory=lambda: array("Q"))
    _class: OfClass | None = None
    _largest: list[tuple[Decimal, int, OfClass]] = field(default_factory=list)

    def add(self, claim: ClaimFacts, then: Terms | None, now: Terms) -> None:
        if then is None:
            self.claims_left_out += 1
            return
        before, after = judge_claim(claim, then).lines, judge_claim(claim, now).lines
        self.claims, self.lines = self.claims + 1, self.lines + len(after)
        of = self._class_of(claim)
        for total, verdicts in ((self.before, before), (self.after, after), (of.before, before), (of.after, after)):
            total.add(verdicts)
        for old, new in zip(before, after, strict=True):
            self.findings.update((finding.code, False) for finding in old.findings)
            self.findings.update((finding.code, True) for finding in new.findings)
            if (old.decision, old.amount) != (new.decision, new.amount):
                self._changed(of, old, new)

    def result(self) -> dict[str, Any]:
        """As JSON, money as text."""
        self._close_class()
        largest = [each for _, _, each in sorted(self._largest, reverse=True)]
        return {
            "claims": self.claims,
            "claims_left_out": self.claims_left_out,
            "lines": self.lines,
            "lines_changed": self.lines_changed,
            "people_changed": len(set(self._people)),
            "classes_changed": self.classes_changed,
            **_money(self.before, self.after),
            "more": {"lines": self.more[0], "amount": f"{self.more[1]:.2f}"},
            "less": {"lines": self.less[0], "amount": f"{self.less[1]:.2f}"},
            "verdicts": [{"before": old, "after": new, "lines": lines} for (old, new), lines in sorted(self.moves.items())],
            "findings": [
                {"code": code, "before": self.findings[code, False], "after": self.findings[code, True]}
                for code in sorted({code for code, _ in self.findings})
            ],
            "classes": [
                {"class_id": each.class_id, "class_number": each.class_number, "lines_changed": each.lines_changed}
                | _money(each.before, each.after)
                for each in largest
            ],
            "classes_left_out": self.classes_changed - len(largest),
        }

    def _changed(self, of: OfClass, old: Verdict, new: Verdict) -> None:
        self.lines_changed, of.lines_changed = self.lines_changed + 1, of.lines_changed + 1
        self._people.append(int(new.trainee_id.replace("-", ""), 16) & _LAST_64)
        if old.decision is not new.decision:
            self.moves[old.decision, new.decision] += 1
        worth = _worth(new) - _worth(old)
        if worth:
            one = self.more if worth > 0 else self.less
            one[:] = one[0] + 1, one[1] + abs(worth)

    def _class_of(self, claim: ClaimFacts) -> OfClass:
        class_id, number = (claim.class_facts.id, claim.class_facts.number) if claim.class_facts else (None, None)
        if self._class is None or self._class.class_id != class_id:
            self._close_class()
            self._class = OfClass(class_id, number)
        return self._class

    def _close_class(self) -> None:
        """Of the classes that change, those are kept in which the most money does."""
        of, self._class = self._class, None
        if of is None or not of.lines_changed:
            return
        self.classes_changed += 1
        kept = abs(of.after.amount - of.before.amount), -self.classes_changed, of
        (heapq.heappush if len(self._largest) < CLASSES_SHOWN else heapq.heappushpop)(self._largest, kept)


def _worth(verdict: Verdict) -> Decimal:
    return verdict.amount if verdict.decision is LineVerdict.ELIGIBLE else NOTHING


def _money(before: Sum, after: Sum) -> dict[str, str]:
    return {
        "amount_before": f"{before.amount:.2f}",
        "amount_after": f"{after.amount:.2f}",
        "difference": f"{after.amount - before.amount:.2f}",
        "held_before": f"{before.held_amount:.2f}",
        "held_after": f"{after.held_amount:.2f}",
    }
