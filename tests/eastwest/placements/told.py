"""Facts of one placement, as an office tells them, and what retention makes of them."""

from datetime import date, timedelta

from services.eastwest.placements import rules
from services.eastwest.placements.policy import retention
from services.eastwest.placements.policy.telling import Evidence, Fact

TERMS = rules.here()
START = date(2025, 5, 30)
DUE = date(2025, 8, 30)
DAY = timedelta(days=1)


def d(text: str) -> date:
    return date.fromisoformat(text)


def started(on: date = START, ref: str = "s") -> Fact:
    return Fact(ref, "started", on)


def left(on: date, ref: str = "l") -> Fact:
    return Fact(ref, "left", on)


def proof(grade: str, from_on: date, to_on: date, ref: str = "p", paid_on: date | None = None, on: date | None = None) -> Fact:
    return Fact(ref, "present", on or to_on, evidence=(Evidence(grade, from_on, to_on, paid_on, f"{ref}-paper"),))


def judged(as_of: date, *facts: Fact, known_on: date | None = None) -> retention.Retention:
    return retention.retention(facts, as_of, TERMS, known_on=known_on)


WHOLE = proof("B", START, DUE - DAY)
