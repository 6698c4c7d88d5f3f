"""What an insurance office's word is worth beside an employer's: whose employer it names, in which month. Values in, values out."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from services.eastwest.placements.policy.retention import Span
from services.eastwest.placements.policy.telling import Employer, Fact, Reference


class Insured(NamedTuple):
    """`month`: its days, all of which are over."""

    month: Span
    employer: Employer


class Stay(NamedTuple):
    """A placement's days at work, None for what is not known, and its facts as they stand. `arranged`: the employer unless the facts name another."""

    started_on: date | None
    left_on: date | None
    arranged: Employer
    facts: Sequence[Fact] = ()


def same(one: Employer, other: Employer) -> bool:
    """By the credit code where both have one, else by the name without its spaces."""
    if one.uscc and other.uscc:
        return one.uscc == other.uscc
    return _bare(one.name) == _bare(other.name)


def concerns(insured: Insured, stay: Stay) -> bool:
    """Whether the month holds a day of the stay; before a first day at work is known every month does."""
    return (stay.started_on is None or stay.started_on <= insured.month.to_on) and (
        stay.left_on is None or insured.month.from_on < stay.left_on
    )


def counts(insured: Insured, started_on: date | None, due_on: date | None) -> bool:
    """Whether the month holds a day of the three months that are judged: from the first day at work up to the day before they are met."""
    return started_on is not None and due_on is not None and started_on <= insured.month.to_on and insured.month.from_on < due_on


def employers_in(stay: Stay, month: Span) -> list[Employer]:
    """Those that the person had on days of the month, by what was told: the one that they came with, and whoever followed in it."""
    changes = [(fact.effective_on, fact.employer) for fact in stay.facts if fact.kind == "employer_changed" and fact.employer]
    earlier = sum(on <= month.from_on for on, _ in changes)
    return [stay.arranged, *(employer for on, employer in changes if on <= month.to_on)][earlier:]


def confirms(insured: Insured, stay: Stay) -> bool:
    return concerns(insured, stay) and any(same(insured.employer, each) for each in employers_in(stay, insured.month))


def told_of(month: Span, facts: Iterable[Fact], office: str) -> list[Reference]:
    """Others' facts that bring proof of days of the month: the word that the insurance office's confirms or contradicts."""
    return [
        fact.reference
        for fact in facts
        if fact.office != office
        and any(each.covers_from_on <= month.to_on and month.from_on <= each.covers_to_on for each in fact.evidence or ())
    ]


def _bare(name: str) -> str:
    return "".join(name.split()).replace("(", "(").replace(")", ")")
