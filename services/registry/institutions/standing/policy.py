"""An institution's standing on a day: designation, blacklist, teachers and rating, each rule with what it saw.

Pure: facts and terms in, one answer a rule out. The answers are shown to officers; only designation and blacklist stop
anything, and they do so where a class is submitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict

from services.registry.codes import TeacherEmployment
from services.registry.institutions.institutions.policy import Blacklisting, Designation, holds
from services.registry.reference.facts import StandingTerms
from shared.months import months_after


@dataclass(frozen=True, slots=True)
class Engagement:
    """A teacher's service at one institution; `to_on` is the last day, None: still there."""

    teacher: str
    institution: str
    employment: TeacherEmployment
    from_on: date
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    year: int
    result: str


@dataclass(frozen=True, slots=True)
class StandingFacts:
    """`engagements`: every engagement, here and elsewhere, of everyone who teaches at this institution.

    `needs_designation`: whether any channel asks it of this kind; `is_rated`: whether this kind is assessed regularly.
    """

    institution: str
    needs_designation: bool
    is_rated: bool
    designations: Sequence[Designation] = ()
    blacklistings: Sequence[Blacklisting] = ()
    engagements: Sequence[Engagement] = ()
    ratings: Sequence[Rating] = ()


class Basis(TypedDict):
    document: str
    clause: str


class StandingRule(TypedDict):
    code: str
    met: bool
    seen: str
    needed: str
    basis: Basis


def standing(facts: StandingFacts, terms: StandingTerms, on: date) -> list[StandingRule]:
    """All five rules, met or not, as of the day `on`."""
    return [
        _designation(facts, terms, on),
        _blacklist(facts, terms, on),
        _teacher_ratio(facts, terms, on),
        _part_time_limit(facts, terms, on),
        _rating_due(facts, terms, on),
    ]


def _designation(facts: StandingFacts, terms: StandingTerms, on: date) -> StandingRule:
    current = [each for each in facts.designations if each.from_on <= on <= each.to_on]
    seen = f"定点有效期 {current[0].from_on} 至 {current[0].to_on}" if current else "当日无有效的定点资格"
    needed = "当日具有定点资格" if facts.needs_designation else "培训本单位职工、社员的机构不须定点"
    met = bool(current) or not facts.needs_designation
    return _rule("designation", met, seen, needed, terms, terms.clauses.designation)


def _blacklist(facts: StandingFacts, terms: StandingTerms, on: date) -> StandingRule:
    current = [each for each in facts.blacklistings if holds(each, on)]
    seen = "当日不在黑名单"
    if current:
        until = f"至 {current[0].until_on}" if current[0].until_on else "未定期限"
        decision = f",决定文号 {current[0].decision_no}" if current[0].decision_no else ""
        seen = f"自 {current[0].from_on} 列入黑名单,{until}{decision}"
    return _rule("blacklist", not current, seen, "当日不在黑名单", terms, terms.clauses.blacklist)


def _teacher_ratio(facts: StandingFacts, terms: StandingTerms, on: date) -> StandingRule:
    # A teacher entered twice for the same day is one teacher, full-time if either entry says so.
    here = [each for each in facts.engagements if each.institution == facts.institution and _serves(each, on, on)]
    everyone = {each.teacher for each in here}
    full_time = {each.teacher for each in here if each.employment == TeacherEmployment.FULL_TIME}
    met = terms.teachers_per_full_time_at_most * len(full_time) >= len(everyone)
    seen = f"专职教师 {len(full_time)} 人,教师共 {len(everyone)} 人"
    needed = f"专职教师不少于教师总数的 1/{terms.teachers_per_full_time_at_most}"
    return _rule("teacher_ratio", met, seen, needed, terms, terms.clauses.teacher_ratio)


def _part_time_limit(facts: StandingFacts, terms: StandingTerms, on: date) -> StandingRule:
    """Counts every institution a part-time teacher of this one served within the year that ends on `on`."""
    since = months_after(on, -terms.part_time_within_months) + timedelta(days=1)
    part_time_here = {
        each.teacher
        for each in facts.engagements
        if each.institution == facts.institution and each.employment == TeacherEmployment.PART_TIME and _serves(each, on, on)
    }
    served: dict[str, set[str]] = {teacher: set() for teacher in part_time_here}
    for each in facts.engagements:
        if each.teacher in served and _serves(each, since, on):
            served[each.teacher].add(each.institution)
    limit = terms.institutions_of_a_part_time_teacher_at_most
    most = max((len(institutions) for institutions in served.values()), default=0)
    over = sum(len(institutions) > limit for institutions in served.values())
    seen = f"兼职教师 {len(served)} 人,近 {terms.part_time_within_months} 个月一人最多任职 {most} 家,超出的 {over} 人"
    needed = f"兼职教师 {terms.part_time_within_months} 个月内任职不超过 {limit} 家"
    return _rule("part_time_limit", most <= limit, seen, needed, terms, terms.clauses.part_time_limit)


def _rating_due(facts: StandingFacts, terms: StandingTerms, on: date) -> StandingRule:
    """A rating of one year covers that year and as many more as the terms say, to 31 December."""
    years = terms.years_between_ratings_at_most
    clause = terms.clauses.rating_due
    if not facts.is_rated:
        return _rule("rating_due", True, "不须评估", "民办职业培训学校须定期评估", terms, clause)
    past = [rating for rating in facts.ratings if rating.year <= on.year]
    if not past:
        return _rule("rating_due", False, "尚无评估记录", f"每 {years} 年评估一次", terms, clause)
    latest = max(past, key=lambda rating: rating.year)
    due_year = latest.year + years
    needed = f"每 {years} 年评估一次,下一次不迟于 {due_year} 年底"
    return _rule("rating_due", on.year <= due_year, f"最近一次评估:{latest.year} 年,{latest.result}", needed, terms, clause)


def _serves(engagement: Engagement, from_on: date, to_on: date) -> bool:
    return engagement.from_on <= to_on and (engagement.to_on is None or engagement.to_on >= from_on)


def _rule(code: str, met: bool, seen: str, needed: str, terms: StandingTerms, clause: str) -> StandingRule:
    return {"code": code, "met": met, "seen": seen, "needed": needed, "basis": {"document": terms.document, "clause": clause}}
