"""What every rule asks of the facts: each line with its claim and its terms, the day it is counted by, and the trade it is paid for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.subsidy.codes import ClaimKind, DayCounted, Level
from services.subsidy.judging import trades
from services.subsidy.judging.facts import AttendedDay, ClaimFacts, ClassFacts, LineFacts, Prior
from services.subsidy.schemes.policy import Terms
from shared.months import age_on


@dataclass(slots=True)
class Case:
    """One line with its claim and terms, and what every rule asks of them."""

    claim: ClaimFacts
    class_facts: ClassFacts | None
    line: LineFacts
    terms: Terms
    trade: str | None
    level: Level | None
    day: date  # the day on which age, category and status are looked at
    age: int


def cases_of(claim: ClaimFacts, terms: Terms) -> Iterator[Case]:
    """One for each line."""
    class_facts, counted_on, by_certificate = claim.class_facts, terms.age_counted_on, claim.kind == ClaimKind.CERTIFICATE
    trade, level = trade_of_training(claim, terms)
    for line in claim.lines:
        if by_certificate:
            trade, level = trade_of(claim, line, terms)
        day = day_counted(claim, line, counted_on)
        yield Case(claim, class_facts, line, terms, trade, level, day, age_on(line.born_on, day))


def day_counted(claim: ClaimFacts, line: LineFacts, counted_on: DayCounted) -> date:
    """The class's first day, the certificate's date or the first day at work; where that paper is missing, the next best day known."""
    certificate, placement = line.certificate, line.placement
    if certificate and counted_on == DayCounted.CERTIFICATE_ISSUE:
        return certificate.issued_on
    if placement and placement.started_on and counted_on == DayCounted.PLACEMENT_START:
        return placement.started_on
    return claim.class_facts.starts_on if claim.class_facts else claim.claimed_on


def priors_counted(line: LineFacts) -> tuple[Prior, ...]:
    """Those that use something up: what was worth nothing does not."""
    return tuple(prior for prior in line.priors if prior.amount_yuan != 0)


def trade_of(claim: ClaimFacts, line: LineFacts, terms: Terms) -> tuple[str | None, Level | None]:
    """(trade key, level) that the line is paid for: the certificate's in a certificate claim, else the class's. A certificate for no occupation that has a
    code is a trade by itself: it is paid once."""
    if claim.kind == ClaimKind.CERTIFICATE:
        held = line.certificate
        return (held.occupation_code or f"certificate:{held.certificate_id}", held.level) if held else (None, None)
    return trade_of_training(claim, terms)


def trade_of_training(claim: ClaimFacts, terms: Terms) -> tuple[str | None, Level | None]:
    """What its class is paid for. Days are paid at no level, whatever level was written beside them: each would pay the same trade once more."""
    trade, level = trade_of_class(claim.class_facts)
    return trade, level if terms.pays_levels else None


def trade_of_class(class_facts: ClassFacts | None) -> tuple[str | None, Level | None]:
    """What makes two trainings the same trade: the occupation's code, that which the filed trade stands beside, else the trade's name however typed."""
    if class_facts is None:
        return None, None
    code = class_facts.occupation_code or class_facts.beside_occupation_code
    return code or trades.key(class_facts.trade_name or "") or None, class_facts.level


def days_in_class(class_facts: ClassFacts | None, line: LineFacts) -> list[AttendedDay]:
    """The days attended between the class's first day and its last."""
    if not class_facts:
        return []
    return [day for day in line.attendance if class_facts.starts_on <= day.on <= class_facts.ends_on]
