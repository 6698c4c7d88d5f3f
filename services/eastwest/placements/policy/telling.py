"""The facts of a placement as they stand: without those taken back, after their corrections, in order. Values in, values out.

A fact is corrected and taken back by its own office alone. Of several corrections of one fact the latest stands (the one thing that depends on the order
in which facts come), a correction of a correction names that one, and what was taken back is reported anew under a new reference: nothing takes a
cancellation back.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from services.eastwest.codes import EvidenceGrade as Grade
from services.eastwest.codes import UpdateKind as Kind

PLACE: Final = {kind: place for place, kind in enumerate(Kind)}


class Employer(NamedTuple):
    name: str
    uscc: str | None = None
    district_code: str | None = None


class Evidence(NamedTuple):
    grade: Grade
    covers_from_on: date
    covers_to_on: date
    paid_on: date | None = None
    ref: str | None = None
    insured_months: tuple[date, ...] | None = None
    """First days of the months that insurance was paid for; None: all that it covers, as was taken before months were asked for."""


class Reference(NamedTuple):
    """A fact's name: an `external_ref` is one office's own."""

    office: str
    external_ref: str


class Fact(NamedTuple):
    """One update. `evidence` None: it says nothing of evidence (a correction then leaves it as it was). `sequence`: which one of its office's."""

    external_ref: str
    kind: Kind
    effective_on: date
    employer: Employer | None = None
    evidence: tuple[Evidence, ...] | None = None
    corrects: str | None = None
    received_on: date | None = None
    office: str = ""
    sequence: int = 0

    @property
    def reference(self) -> Reference:
        return Reference(self.office, self.external_ref)

    @property
    def named(self) -> Reference | None:
        """The fact that this one corrects or takes back."""
        return None if self.corrects is None else Reference(self.office, self.corrects)


def taken_back(facts: Iterable[Fact]) -> set[Reference]:
    """What is taken back, whether it has come yet or not; never a cancellation."""
    cancelling = {fact.reference: fact.named for fact in facts if fact.kind == "cancelled"}
    return {named for named in cancelling.values() if named} - cancelling.keys()


def as_corrected(facts: Iterable[Fact]) -> list[Fact]:
    """The facts as they stand, without those taken back and after their corrections, in order. A correction whose fact has not come yet has no effect
    until it does."""
    facts = {fact.reference: fact for fact in facts}.values()  # each once
    if all(fact.corrects is None for fact in facts):
        return sorted(facts, key=_order)
    gone = taken_back(facts)
    standing_ones = [fact for fact in facts if fact.reference not in gone]
    corrections: dict[Reference, Fact] = {}
    for fact in sorted(standing_ones, key=lambda each: (each.sequence, each.external_ref)):
        if fact.kind == "corrected" and (named := fact.named):
            corrections[named] = fact
    return sorted((_corrected(fact, corrections) for fact in standing_ones if fact.corrects is None), key=_order)


def starts(facts: Iterable[Fact]) -> dict[Reference, date]:
    """Each `started` by its reference, with the day that stands."""
    return {fact.reference: fact.effective_on for fact in as_corrected(facts) if fact.kind == "started"}


def _corrected(fact: Fact, corrections: Mapping[Reference, Fact]) -> Fact:
    reference, seen = fact.reference, {fact.reference}
    while (newer := corrections.get(reference)) and newer.reference not in seen:
        fact = fact._replace(
            effective_on=newer.effective_on,
            employer=newer.employer or fact.employer,
            evidence=fact.evidence if newer.evidence is None else newer.evidence,
        )
        reference = newer.reference
        seen.add(reference)
    return fact


def _order(fact: Fact) -> tuple[date, int, Reference]:
    return fact.effective_on, PLACE[fact.kind], fact.reference
