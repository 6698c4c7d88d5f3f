"""Turns what a sheet says of a person into facts. Values in, values out.

A sheet repeats every month what was said before: only what has not been said becomes a fact, and a fact's reference follows from its content, so the
same sheet sent again finds everything known. A sheet corrects what its own office reported and nobody else's. 已参保 in an employer's sheet is an employer's statement (grade D) for the month up to the day reported, or to the last day at work.
"""

import datetime as dt
import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from services.eastwest.codes import EvidenceGrade, UpdateKind
from services.eastwest.imports.reading import PersonRow
from services.eastwest.placements import rules
from services.eastwest.placements.policy import retention, telling
from services.eastwest.placements.policy.telling import Employer, Fact
from services.eastwest.placements.schemas import EmployerIn, EvidenceIn, UpdateIn
from shared.months import months_after

STATEMENT = EvidenceGrade.D


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What the sheet says and another office reported otherwise, which only that one can correct."""

    said: str
    told: str


def contradiction(row: PersonRow, facts: Sequence[Fact], reported_on: dt.date, office: str) -> Contradiction | None:
    if (begun := _begun_otherwise(row, facts)) and begun.office != office:
        return Contradiction(f"{row.started_on} 上岗", f"{begun.effective_on} 上岗")
    theirs = next((fact for fact in _left_otherwise(row, facts, reported_on) if fact.office != office), None)
    if theirs is None:
        return None
    return Contradiction(f"{row.left_on} 离岗" if row.left_on else "在岗", f"{theirs.effective_on} 离岗")


def first_days(row: PersonRow, placement_id: UUID, facts: Sequence[Fact], office: str) -> list[UpdateIn]:
    """The first day at work, where it is news; where the person is at work since another day, a correction of that day."""
    news = functools.partial(_update, placement_id, facts, office)
    if _begun_as_said(row, telling.as_corrected(facts)):
        return []
    if other := _begun_otherwise(row, facts):
        return [news(UpdateKind.CORRECTED, row.started_on, corrects=_latest_word_on(other, facts))]
    return [news(UpdateKind.STARTED, row.started_on)]


def other_facts(
    row: PersonRow, placement_id: UUID, facts: Sequence[Fact], arranged: Employer, reported_on: dt.date, office: str, *, begun_before: bool
) -> list[UpdateIn]:
    """Another employer than the last one known, leaving, and being at work on the day reported. What was said of leaving before, and is said otherwise
    now, is corrected or taken back."""
    found: list[UpdateIn] = []
    news = functools.partial(_update, placement_id, facts, office)
    employer = retention.standing(facts, rules.here()).employer or arranged
    if row.employer_name and row.employer_name != employer.name:
        new = EmployerIn(name=row.employer_name, district_code=row.district_code)
        found.append(news(UpdateKind.EMPLOYER_CHANGED, reported_on if begun_before else row.started_on, employer=new))
    otherwise = _left_otherwise(row, facts, reported_on)
    if row.left_on is not None:
        evidence = _statement(row, row.left_on) if row.left_on <= reported_on else None
        as_said = any(fact.effective_on == row.left_on for fact in _leavings(row, facts))
        if otherwise and not as_said:
            correcting = _latest_word_on(otherwise.pop(0), facts)
            found.append(news(UpdateKind.CORRECTED, row.left_on, corrects=correcting, evidence=evidence))
        elif evidence or not as_said:
            found.append(news(UpdateKind.LEFT, row.left_on, evidence=evidence))
    found += [news(UpdateKind.CANCELLED, reported_on, corrects=fact.external_ref) for fact in otherwise]
    if row.started_on <= reported_on and (row.left_on is None or row.left_on > reported_on):
        found.append(news(UpdateKind.PRESENT, reported_on, evidence=_asked_for(row) or _statement(row, reported_on)))
    return found


def _begun_as_said(row: PersonRow, told: Iterable[Fact]) -> bool:
    return any(fact.kind == "started" and fact.effective_on == row.started_on for fact in told)


def _begun_otherwise(row: PersonRow, facts: Sequence[Fact]) -> Fact | None:
    """The same stay's first day, where another one was told."""
    told = telling.as_corrected(facts)
    if _begun_as_said(row, told):
        return None
    for other in reversed([fact for fact in told if fact.kind == "started"]):
        first, last = sorted((other.effective_on, row.started_on))
        if not any(fact.kind == "left" and first <= fact.effective_on <= last for fact in told):
            return other
    return None


def _leavings(row: PersonRow, facts: Sequence[Fact]) -> list[Fact]:
    """What was told of leaving since the row's first day at work, before any later one."""
    told = telling.as_corrected(facts)
    again_on = min(
        (fact.effective_on for fact in told if fact.kind == "started" and fact.effective_on > row.started_on), default=dt.date.max
    )
    return [fact for fact in told if fact.kind == "left" and row.started_on <= fact.effective_on < again_on]


def _left_otherwise(row: PersonRow, facts: Sequence[Fact], reported_on: dt.date) -> list[Fact]:
    """Leavings that the row knows nothing of: of another day, or of one by which it says that the person is at work."""
    left_on = row.left_on
    return [
        fact for fact in _leavings(row, facts) if fact.effective_on != left_on and (left_on is not None or fact.effective_on <= reported_on)
    ]


def _asked_for(row: PersonRow) -> list[EvidenceIn] | None:
    """For the days of which a reply sheet asked for proof."""
    if row.covers is None or not row.insured:
        return None
    return [EvidenceIn(grade=STATEMENT, covers_from_on=max(row.started_on, row.covers.from_on), covers_to_on=row.covers.to_on)]


def _statement(row: PersonRow, until_on: dt.date) -> list[EvidenceIn] | None:
    """For the month up to that day, from the first day at work on."""
    from_on = max(row.started_on, months_after(until_on, -1) + retention.ONE_DAY)
    return [EvidenceIn(grade=STATEMENT, covers_from_on=from_on, covers_to_on=until_on)] if row.insured else None


def _latest_word_on(told: Fact, facts: Sequence[Fact]) -> str:
    """The reference to correct: the fact's own, or that of the last correction in its chain."""
    gone = telling.taken_back(facts)
    corrections = {fact.named: fact.reference for fact in sorted(facts, key=lambda each: each.sequence) if fact.kind == "corrected"}
    corrections = {named: reference for named, reference in corrections.items() if reference not in gone}
    reference, seen = told.reference, {told.reference}
    while (newer := corrections.get(reference)) and newer not in seen:
        reference = newer
        seen.add(newer)
    return reference.external_ref


def _update(placement_id: UUID, facts: Sequence[Fact], office: str, kind: UpdateKind, effective_on: dt.date, **more: object) -> UpdateIn:
    """The fact under a reference that follows from its content; what was taken back and is said again is another fact."""
    said = UpdateIn.model_validate({"external_ref": "-", "kind": kind, "effective_on": effective_on, **more})
    content = said.model_dump(mode="json", exclude={"external_ref": True, "evidence": {"__all__": {"insured_months"}}})
    content |= {"external_ref": None, "placement_id": str(placement_id)}
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    reference = f"sheet:{kind}:{effective_on}:{digest[:24]}"
    gone = {each.external_ref for each in telling.taken_back(facts) if each.office == office}
    while reference in gone:
        reference += "+"
    return said.model_copy(update={"external_ref": reference})
