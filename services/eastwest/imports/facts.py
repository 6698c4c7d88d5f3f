"""Turns what a sheet says of a person into facts. Values in, values out.

A sheet repeats every month what was said before: only what has not been said becomes a fact, and a fact's reference follows from its content, so the
same sheet sent again finds everything known. 已参保 in an employer's sheet is an employer's statement (grade D) for the month up to the day reported, or to the last day at work.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from uuid import UUID

import orjson

from services.eastwest.codes import EvidenceGrade, UpdateKind
from services.eastwest.imports.reading import PersonRow
from services.eastwest.placements import policy, rules
from services.eastwest.placements.policy import Employer, Fact
from services.eastwest.placements.schemas import EmployerIn, EvidenceIn, UpdateIn
from shared.months import months_after

STATEMENT = EvidenceGrade.D


def first_days(row: PersonRow, placement_id: UUID, facts: Sequence[Fact]) -> list[UpdateIn]:
    """The first day at work, where it is news; where the person is at work since another day, a correction of that day."""
    if any(fact.kind in ("started", "corrected") and fact.effective_on == row.started_on for fact in facts):
        return []
    told = policy.as_corrected(facts)
    others = [fact for fact in told if fact.kind == "started"]
    for other in reversed(others):
        first, last = sorted((other.effective_on, row.started_on))
        if not any(fact.kind == "left" and first <= fact.effective_on <= last for fact in told):
            return [_update(placement_id, UpdateKind.CORRECTED, row.started_on, corrects=_latest_word_on(other.external_ref, facts))]
    return [_update(placement_id, UpdateKind.STARTED, row.started_on)]


def other_facts(
    row: PersonRow, placement_id: UUID, facts: Sequence[Fact], arranged: Employer, reported_on: dt.date, *, begun_before: bool
) -> list[UpdateIn]:
    """Another employer than the last one known, leaving, and being at work on the day reported."""
    found: list[UpdateIn] = []
    employer = policy.standing(facts, rules.here()).employer or arranged
    if row.employer_name and row.employer_name != employer.name:
        new = EmployerIn(name=row.employer_name, district_code=row.district_code)
        found.append(_update(placement_id, UpdateKind.EMPLOYER_CHANGED, reported_on if begun_before else row.started_on, employer=new))
    if row.left_on is not None:
        evidence = _statement(row, row.left_on) if row.left_on <= reported_on else None
        if evidence or not any(fact.kind == "left" and fact.effective_on == row.left_on for fact in facts):
            found.append(_update(placement_id, UpdateKind.LEFT, row.left_on, evidence=evidence))
    if row.started_on <= reported_on and (row.left_on is None or row.left_on > reported_on):
        found.append(_update(placement_id, UpdateKind.PRESENT, reported_on, evidence=_statement(row, reported_on)))
    return found


def _statement(row: PersonRow, until_on: dt.date) -> list[EvidenceIn] | None:
    """For the month up to that day, from the first day at work on."""
    from_on = max(row.started_on, months_after(until_on, -1) + policy.ONE_DAY)
    return [EvidenceIn(grade=STATEMENT, covers_from_on=from_on, covers_to_on=until_on)] if row.insured else None


def _latest_word_on(reference: str, facts: Sequence[Fact]) -> str:
    """The reference to correct: the fact's own, or that of the last correction in its chain."""
    corrections = {fact.corrects: fact.external_ref for fact in facts if fact.corrects}
    seen = {reference}
    while (newer := corrections.get(reference)) and newer not in seen:
        reference = newer
        seen.add(newer)
    return reference


def _update(placement_id: UUID, kind: UpdateKind, effective_on: dt.date, **more: object) -> UpdateIn:
    said = UpdateIn.model_validate({"external_ref": "-", "kind": kind, "effective_on": effective_on, **more})
    content = said.model_dump(mode="json") | {"external_ref": None, "placement_id": str(placement_id)}
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return said.model_copy(update={"external_ref": f"sheet:{kind}:{effective_on}:{digest[:24]}"})
