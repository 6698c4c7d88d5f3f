"""Of every limit that terms can set, the invented people who would go just beyond it: a limit that changes nothing for any of them can never bite."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.subsidy.codes import ClassStatus, EnrolmentOutcome, EvidenceGrade, HalfDay, LineVerdict, Sex
from services.subsidy.judging.facts import AttendedDay, ClaimFacts, EmployerYear, Headcount, HeldStatus, Prior, Signing
from services.subsidy.judging.invented import NOON, Asked, Ground, claim, hours_a_day, long_enough
from services.subsidy.judging.verdict import Verdict, judge_claim
from services.subsidy.schemes.policy import Terms
from shared.months import months_after

# Beyond these goes no real person, class, training, year or issuer.
OLDEST, LARGEST_CLASS, LONGEST_CLASS, LONGEST_TRAINING_YEARS, MOST_A_YEAR, LARGEST_ISSUER = 100, 500, 400, 6, 366, 100_000


@dataclass(frozen=True, slots=True)
class Tried:
    """Someone who goes beyond a limit, and what the judge says with it and without."""

    claim: ClaimFacts
    verdict: Verdict
    bites: bool


Beyond = Callable[[Ground, Asked, Any], Iterator[ClaimFacts]]


def tried(of: Ground, asked: Asked, name: str, beyond: Beyond, without: Any = None) -> list[Tried]:
    """Everyone just beyond the limit that `name` sets, or at it."""
    stands = getattr(of.terms, name)
    unlimited = replace(of.terms, **{name: without(stands) if callable(without) else without})
    found = []
    for facts in beyond(of, asked, stands):
        limited, free = _judged(facts, of.terms), _judged(facts, unlimited)
        found.append(Tried(facts, limited, free.decision is not LineVerdict.REFUSED and _said(limited) != _said(free)))
    return found


def _judged(facts: ClaimFacts, terms: Terms) -> Verdict:
    return judge_claim(facts, terms).lines[0]


def _said(verdict: Verdict) -> object:
    return verdict.decision, verdict.amount, {(finding.code, finding.effect) for finding in verdict.findings}


def _longer(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    """A class of one day more."""
    yield claim(of, asked, days=min(most, LONGEST_CLASS) + 1)


def _as_long(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if most <= LONGEST_CLASS:
        yield claim(of, asked, days=most)


def _as_many_hours(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if most <= LONGEST_CLASS * hours_a_day(of.terms):
        yield claim(of, asked, days=-(-most // hours_a_day(of.terms)))


def _one_less(most: int) -> int:
    return most - 1


def _fewer_hours(of: Ground, asked: Asked, least: int) -> Iterator[ClaimFacts]:
    yield claim(of, asked, hours=least - 1)


def _packed_half_day(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    hours = max(most + 1, of.terms.class_hours_at_least or 0)
    yield claim(of, asked, hours=hours, half_days_held=(hours - 1) // most)


def _packed_day(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if class_facts := claim(of, asked).class_facts:
        days = class_facts.calendar_days
        yield claim(of, asked, hours=days * most + 1, half_days_held=2 * days)


def _rarely_there(of: Ground, asked: Asked, least: int) -> Iterator[ClaimFacts]:
    planned = 2 * long_enough(of.terms)
    half_days = -(-least * planned // 100) - 1
    there = [AttendedDay(asked.day + timedelta(days=each), 2) for each in range(half_days // 2)]
    last = [AttendedDay(asked.day + timedelta(days=half_days // 2), 1)] if half_days % 2 else []
    yield claim(of, asked, attendance=(*there, *last))


def _younger(of: Ground, asked: Asked, least: int) -> Iterator[ClaimFacts]:
    if least > 0:
        yield claim(of, asked, age=least - 1)


def _older(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if most < OLDEST:
        yield claim(of, asked, age=most + 1)


def _older_woman(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if most < OLDEST:
        yield claim(of, asked, age=most + 1, sex=Sex.FEMALE)


def _prior(of: Ground, asked: Asked, index: int, yuan: Decimal) -> Prior:
    return Prior(f"设想-{index}", of.scheme, asked.day, f"0-00-00-{index:02}", None, f"设想-{index}", amount_yuan=yuan)


def _once_more(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if most <= MOST_A_YEAR:
        yield claim(of, asked, priors=tuple(_prior(of, asked, each, Decimal("1.00")) for each in range(most)))


def _much_this_year(of: Ground, asked: Asked, most: Decimal) -> Iterator[ClaimFacts]:
    """As many times before as the terms allow, each for as much as this time, until the limit is passed."""
    free = _judged(claim(of, asked), replace(of.terms, yuan_per_person_year_at_most=None)).amount
    times = (of.terms.times_a_year_at_most or MOST_A_YEAR) - 1
    wanted = min(times, int(most // free)) if free else 0
    yield claim(of, asked, priors=tuple(_prior(of, asked, each, free) for each in range(wanted)))


def _employer_full(of: Ground, asked: Asked, most: Decimal) -> Iterator[ClaimFacts]:
    yield claim(of, asked, employer_had_yuan=most)


def _employer_full_this_year(of: Ground, asked: Asked, most: Decimal) -> Iterator[ClaimFacts]:
    yield claim(of, asked, employer_had_yuan=most, employer_years=(EmployerYear(asked.day.year, most),))


def _as_many_years(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if most <= LONGEST_TRAINING_YEARS:
        yield claim(of, asked, years=most)


def _just_begun(of: Ground, asked: Asked, _percent: int) -> Iterator[ClaimFacts]:
    yield claim(of, asked, status=ClassStatus.IN_PROGRESS, outcome=EnrolmentOutcome.ENROLLED, claimed_on=asked.day)


def _later(of: Ground, asked: Asked, months: int) -> Iterator[ClaimFacts]:
    certificate = claim(of, asked).lines[0].certificate
    if certificate and months <= 12 * OLDEST:
        yield claim(of, asked, claimed_on=months_after(certificate.issued_on, months) + timedelta(days=1))


def _in_a_burst(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if claim(of, asked).lines[0].certificate and most < LARGEST_ISSUER:
        yield claim(of, asked, issued_that_month=most + 1)


def _by_one_assessor(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if claim(of, asked).lines[0].certificate and most < LARGEST_ISSUER:
        yield claim(of, asked, assessed_that_month=most + 1)


def _weaker(of: Ground, asked: Asked, least: EvidenceGrade) -> Iterator[ClaimFacts]:
    if claim(of, asked).lines[0].placement:
        yield from (claim(of, asked, weakest_grade=grade) for grade in EvidenceGrade if grade > least)


def _two_employers(of: Ground, asked: Asked, _same: bool) -> Iterator[ClaimFacts]:
    if claim(of, asked).lines[0].placement:
        yield claim(of, asked, one_employer=False)


def _filed_later(of: Ground, asked: Asked, least: int) -> Iterator[ClaimFacts]:
    if claim(of, asked).class_facts:
        yield claim(of, asked, filed_at=datetime.combine(asked.day - timedelta(days=least - 1), datetime.min.time(), NOON))


def _by_one_hand(of: Ground, asked: Asked, people: int) -> Iterator[ClaimFacts]:
    at = datetime.combine(asked.day, datetime.min.time(), NOON) + timedelta(hours=8)
    if claim(of, asked).class_facts and people <= LARGEST_CLASS:
        yield claim(of, asked, signings=(Signing(asked.day, HalfDay.AM, people, at, at),))


def _fewer_heads(of: Ground, asked: Asked, most: int) -> Iterator[ClaimFacts]:
    if claim(of, asked).class_facts and most < LARGEST_CLASS:
        yield claim(of, asked, headcounts=(Headcount(asked.day, HalfDay.AM, 0, most + 1),))


def _without_posts(of: Ground, asked: Asked, _effect: str) -> Iterator[ClaimFacts]:
    if claim(of, asked).class_facts:
        yield claim(of, asked, posts=())


def with_status(status: str) -> Beyond:
    def beyond(of: Ground, asked: Asked, _excluded: Any) -> Iterator[ClaimFacts]:
        yield claim(of, asked, statuses=(HeldStatus(status, asked.day, None, "设想的名单"),))  # type: ignore[arg-type]

    return beyond


def the_same(of: Ground, asked: Asked, _set: Any) -> Iterator[ClaimFacts]:
    yield claim(of, asked)


LIMITS: dict[str, tuple[Beyond, Any]] = {  # with what stands in place of the limit where there is none
    "class_days_at_most": (_longer, None),
    "class_hours_at_least": (_fewer_hours, None),
    "hours_a_half_day_at_most": (_packed_half_day, None),
    "class_hours_a_day_at_most": (_packed_day, None),
    "attendance_percent_at_least": (_rarely_there, None),
    "filing_days_before_start_at_least": (_filed_later, None),
    "one_hand_people_at_least": (_by_one_hand, None),
    "posts_missing_is": (_without_posts, None),
    "headcount_missing_at_most": (_fewer_heads, None),
    "age_at_least": (_younger, 0),
    "age_at_most": (_older, None),
    "women_age_at_most": (_older_woman, None),
    "times_a_year_at_most": (_once_more, None),
    "certificate_months_at_most": (_later, None),
    "certificates_a_month_at_most": (_in_a_burst, None),
    "certificates_a_month_of_an_assessor_at_most": (_by_one_assessor, None),
    "evidence_grade_at_least": (_weaker, None),
    "same_employer": (_two_employers, None),
}
OF_MONEY: dict[str, tuple[Beyond, Any]] = {  # nothing to be said of these while no rate is known
    "days_paid_at_most": (_as_long, _one_less),  # these are there for somebody where somebody reaches them
    "hours_paid_at_most": (_as_many_hours, _one_less),
    "living_days_at_most": (_as_long, _one_less),
    "years_paid_at_most": (_as_many_years, _one_less),
    "advance_percent": (_just_begun, None),
    "yuan_per_person_year_at_most": (_much_this_year, None),
    "yuan_per_employer_at_most": (_employer_full, None),
    "yuan_per_employer_year_at_most": (_employer_full_this_year, None),
}
