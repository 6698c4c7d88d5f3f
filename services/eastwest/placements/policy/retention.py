"""Retention (稳岗三个月): what a placement's facts prove as of a day. Values in, values out.

The state is a fold over the set of facts, so late, repeated and out-of-order posts end in the same one. Three readings of ours stand in `retention.toml`
or here: a month is proved when evidence covers every day of it on which the person was not on a permitted break (more than
`uncovered_days_a_month_at_most` bare days leave it unproved); only `started` and `employer_changed` bring someone back who left, a bare `present` does
not; insurance proves the months that it names.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache, reduce
from itertools import groupby, pairwise
from operator import or_
from typing import Final, NamedTuple

from services.eastwest.codes import EvidenceGrade as Grade
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.placements.policy.telling import Employer, Evidence, Fact, as_corrected
from services.eastwest.placements.rules import Terms
from shared.months import months_after

ONE_DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    """Days from `from_on` to `to_on`, both counted in."""

    from_on: date
    to_on: date


class Proof(NamedTuple):
    """The days that a piece of evidence proves."""

    grade: Grade
    from_on: date
    to_on: date
    external_ref: str
    ref: str | None


@dataclass(slots=True)
class Stretch:
    """Work without a break longer than allowed; `away` are the shorter ones."""

    started_on: date
    left_on: date | None
    away: list[Span]


@dataclass(frozen=True, slots=True)
class Month:
    from_on: date
    to_on: date
    proved: bool
    weakest_grade: Grade | None


@dataclass(frozen=True, slots=True)
class Retention:
    """What is proved as of a day. `missing`: the bare days of months that are over; nothing where the verdict is final."""

    verdict: Verdict
    as_of: date
    started_on: date | None = None
    due_on: date | None = None
    met_on: date | None = None
    left_on: date | None = None
    months: tuple[Month, ...] = ()
    intervals: tuple[Proof, ...] = ()
    weakest_grade: Grade | None = None
    missing: tuple[Span, ...] = ()
    one_employer: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the person is, by what has happened up to a day."""

    started_on: date | None
    left_on: date | None
    employer: Employer | None


@lru_cache(1_000)
def months_of(started_on: date, months: int) -> tuple[Span, ...]:
    """Month k runs from the start plus k−1 months to the day before the start plus k months."""
    edges = [months_after(started_on, each) for each in range(months + 1)]
    return tuple(Span(first, after - ONE_DAY) for first, after in pairwise(edges))


def last_start(until_on: date, terms: Terms) -> date:
    """The last first day at work from which the months are over by `until_on`."""
    return max(months_after(until_on, -terms.months), months_after(until_on + ONE_DAY, -terms.months) - ONE_DAY)


def standing(facts: Iterable[Fact], terms: Terms, on: date = date.max) -> Standing:
    told = [fact for fact in as_corrected(facts) if fact.effective_on <= on]
    return _standing(told, _stretches(told, terms))


def _last_employer(told: Sequence[Fact]) -> Employer | None:
    return next((fact.employer for fact in reversed(told) if fact.employer and fact.kind != "left"), None)


def _standing(told: Sequence[Fact], stretches: Sequence[Stretch]) -> Standing:
    employer = _last_employer(told)
    return Standing(stretches[-1].started_on, stretches[-1].left_on, employer) if stretches else Standing(None, None, employer)


class Wanted(NamedTuple):
    """Proof that is wanting: of a month that ends on `due_on`; since `wanted_on`, its first day, or the day after it where something of it is proved."""

    wanted_on: date
    due_on: date


class Kept(NamedTuple):
    """What is kept with a placement of what its facts prove. `wanted`: of the first month that is not proved; None where all are, or nobody has begun.
    `weakest_grade`: of the last stay, where none before it was met. `proved_on`: as `_proved_on` says."""

    now: Standing
    wanted: Wanted | None
    met_on: date | None
    last_fact_on: date | None
    weakest_grade: Grade | None
    proved_on: tuple[date | None, ...]


def kept(facts: Iterable[Fact], today: date, terms: Terms) -> Kept:
    told = as_corrected(facts)
    stretches = _stretches(told, terms)
    now, proved_on = _standing(told, stretches), _proved_on(told, stretches, terms)
    if proved_on:
        whole = _judge_stretch(stretches[0], told, date.max, terms)
        met_on = max(whole.due_on, *filter(None, proved_on)) if whole.verdict == "met" and whole.due_on else None
    else:
        whole = _retention(told, date.max, terms)
        met_on = whole.met_on
    met_on = met_on if met_on and met_on <= today else None  # what comes later never unmakes what is met
    weakest = whole.weakest_grade if whole.started_on == now.started_on else None
    return Kept(now, _wanted(whole), met_on, told[-1].effective_on if told else None, weakest, proved_on)


def _proved_on(told: Sequence[Fact], stretches: Sequence[Stretch], terms: Terms) -> tuple[date | None, ...]:
    """Of each month the day of the fact that proved it, where all that is told is of one stay without a break and of one employer: then the days of the stay
    and these say what is proved on any day. Empty: they do not."""
    if len(stretches) != 1 or stretches[0].away:
        return ()
    [stay] = stretches
    came_back = any(stay.left_on is None or fact.effective_on < stay.left_on for fact in told if _leaves(fact, terms))
    at = [(fact.employer, fact.effective_on) for fact in told if fact.employer and fact.kind != "left"]
    if came_back or (at and (at[0][1] != stay.started_on or len({employer for employer, _ in at}) > 1)):
        return ()
    spans = months_of(stay.started_on, terms.months)
    months, proved_on, proved = [_days(span, stay.started_on) for span in spans], dict[int, date](), 0
    for fact in told:
        for each in fact.evidence or ():
            proved |= _union(_days(proof, stay.started_on) for proof in _proofs(fact, each, stay.started_on, spans[-1].to_on))
        for month in months:
            if month not in proved_on and (month & ~proved).bit_count() <= terms.uncovered_days_a_month_at_most:
                proved_on[month] = fact.effective_on
    return tuple(map(proved_on.get, months))


def _wanted(found: Retention) -> Wanted | None:
    for month in found.months:
        if not month.proved:
            begun = any(proof.from_on <= month.to_on and proof.to_on >= month.from_on for proof in found.intervals)
            return Wanted(month.to_on + ONE_DAY if begun else month.from_on, month.to_on)
    return None


def retention(facts: Iterable[Fact], as_of: date, terms: Terms, *, known_on: date | None = None) -> Retention:
    """`as_of` cuts effective and coverage dates; `known_on` leaves out what was received later."""
    known = (fact for fact in facts if known_on is None or fact.received_on is None or fact.received_on <= known_on)
    return _retention(as_corrected(known), as_of, terms)


def _retention(told: Sequence[Fact], as_of: date, terms: Terms) -> Retention:
    found = _judge(told, as_of, terms)
    if found.verdict != "met":
        return found
    ends = {months_after(stretch.started_on, terms.months) for stretch in _stretches(told, terms)}
    days = sorted(day for day in ends | {fact.effective_on for fact in told} if min(ends) <= day <= as_of)
    *sooner, last = days  # from the last on nothing changes until `as_of`
    first = next((each for each in (_judge(told, day, terms) for day in sooner) if each.verdict == "met"), replace(found, as_of=last))
    if first.started_on != found.started_on:
        found = _judge(told, as_of, terms, first.started_on)
    return replace(found, met_on=first.as_of)


def _judge(told: Sequence[Fact], as_of: date, terms: Terms, started_on: date | None = None) -> Retention:
    """By the facts up to a day. `started_on`: of the stretch that began that day alone."""
    told = [fact for fact in told if fact.effective_on <= as_of]
    stretches = [each for each in _stretches(told, terms) if started_on in (None, each.started_on)]
    return _first_met(stretches, told, as_of, terms)


def _first_met(stretches: Iterable[Stretch], told: Sequence[Fact], as_of: date, terms: Terms) -> Retention:
    """The first stretch that was met, for once met it stays met; else the latest."""
    found = Retention(Verdict.ON_TRACK, as_of)
    for stretch in stretches:
        found = _judge_stretch(stretch, told, as_of, terms)
        if found.verdict == "met":
            break
    return found


def _judge_stretch(stretch: Stretch, told: Sequence[Fact], as_of: date, terms: Terms) -> Retention:
    spans = months_of(stretch.started_on, terms.months)
    due_on = spans[-1].to_on + ONE_DAY
    last = min(as_of, spans[-1].to_on)
    intervals = tuple(proof for fact in told for each in fact.evidence or () for proof in _proofs(fact, each, stretch.started_on, last))
    by_grade = _by_best_grade(intervals, stretch.started_on)
    proved, away = (_union(each) for each in (by_grade.values(), (_days(span, stretch.started_on) for span in stretch.away)))
    months: list[Month] = []
    bare_of: list[int] = []
    for span in spans:
        needed = _days(span, stretch.started_on) & ~away
        bare_of.append(needed & ~proved)
        weakest = max((grade for grade, days in by_grade.items() if days & needed), default=None)
        months.append(Month(span.from_on, span.to_on, bare_of[-1].bit_count() <= terms.uncovered_days_a_month_at_most, weakest))
    over = [(bare, month) for bare, month in zip(bare_of, months, strict=True) if month.to_on < as_of]
    verdict = Verdict.ON_TRACK
    if stretch.left_on is not None and stretch.left_on < due_on:
        verdict = Verdict.BROKEN
    elif any(not month.proved for _, month in over):
        verdict = Verdict.UNPROVEN
    elif as_of >= due_on:
        verdict = Verdict.MET
    missing = _union(bare for bare, month in over if not month.proved) if verdict == "unproven" else 0
    changes = any(fact.kind == "employer_changed" and stretch.started_on < fact.effective_on < due_on for fact in told)
    return Retention(
        verdict,
        as_of,
        stretch.started_on,
        due_on,
        None,
        stretch.left_on,
        tuple(months),
        intervals,
        max(by_grade, default=None),
        tuple(_spans(missing, stretch.started_on)),
        not changes and not stretch.away,
    )


def _stretches(told: Sequence[Fact], terms: Terms) -> list[Stretch]:
    """Walks the days. Whoever is at work leaves first and begins anew after it; whoever is not begins first: so a day may hold both."""
    stretches: list[Stretch] = []
    at_work = False
    moving = [fact for fact in told if fact.kind != "present"]  # to be there sets nobody in motion
    for on, group in groupby(moving, key=lambda fact: fact.effective_on):
        facts = list(group)
        leaves = any(_leaves(fact, terms) for fact in facts)
        begins = any(fact.kind == "started" for fact in facts)
        goes_on = any(fact.kind == "employer_changed" and not _leaves(fact, terms) for fact in facts)
        left_today = at_work and leaves
        if left_today:
            stretches[-1].left_on, at_work = on, False
        if not at_work and (begins or (goes_on and stretches)):
            _begin(stretches, on, terms)
            at_work = True
            if leaves and not left_today:
                stretches[-1].left_on, at_work = on, False
    return stretches


def _begin(stretches: list[Stretch], on: date, terms: Terms) -> None:
    left_on = stretches[-1].left_on if stretches else None
    if left_on is None or (on - left_on).days - 1 > terms.break_days_at_most:
        stretches.append(Stretch(on, None, []))
        return
    stretches[-1].left_on = None
    if on > left_on + ONE_DAY:
        stretches[-1].away.append(Span(left_on + ONE_DAY, on - ONE_DAY))


def _leaves(fact: Fact, terms: Terms) -> bool:
    """Leaving, or going to an employer outside the partner city."""
    outside = fact.employer is not None and fact.employer.district_code is not None and fact.employer.district_code not in terms.districts
    return fact.kind == "left" or (fact.kind == "employer_changed" and outside)


def _proofs(fact: Fact, evidence: Evidence, first: date, last: date) -> Iterator[Proof]:
    """What the evidence proves from `first` to `last`. Insurance proves the months it was paid for, and no calendar month that was over before it was paid."""
    if evidence.grade == "A" and evidence.paid_on is not None:
        first = max(first, evidence.paid_on.replace(day=1))
    for span in _covered(evidence):
        from_on, to_on = max(span.from_on, first), min(span.to_on, last)
        if from_on <= to_on:
            yield Proof(evidence.grade, from_on, to_on, fact.external_ref, evidence.ref)


def _covered(evidence: Evidence) -> list[Span]:
    """The days it covers: of insurance those in the months that it names, where it names any."""
    whole = Span(evidence.covers_from_on, evidence.covers_to_on)
    if evidence.insured_months is None:
        return [whole]
    insured: list[Span] = []
    for month in sorted(set(evidence.insured_months)):
        span = Span(max(month, whole.from_on), min(months_after(month, 1) - ONE_DAY, whole.to_on))
        if insured and span.from_on == insured[-1].to_on + ONE_DAY:
            span = Span(insured.pop().from_on, span.to_on)
        insured.append(span)
    return insured


def _by_best_grade(proofs: Iterable[Proof], first: date) -> dict[Grade, int]:
    """The days that each grade proves and no stronger one does."""
    proved: dict[Grade, int] = {}
    for proof in proofs:
        proved[proof.grade] = proved.get(proof.grade, 0) | _days(proof, first)
    best, stronger = dict[Grade, int](), 0
    for grade in sorted(proved):
        if own := proved[grade] & ~stronger:
            best[grade] = own
        stronger |= own
    return best


def _days(span: Span | Proof, first: date) -> int:
    """A span's days as bits, counted from a day on: hundreds are joined and taken away in one step."""
    return (1 << (span.to_on - span.from_on).days + 1) - 1 << (span.from_on - first).days


def _union(of: Iterable[int]) -> int:
    return reduce(or_, of, 0)


def _spans(days: int, first: date) -> Iterator[Span]:
    """Days that follow one another, as spans."""
    while days:
        skipped = _lowest(days)
        days >>= skipped
        length = _lowest(~days)
        days >>= length
        first += skipped * ONE_DAY
        yield Span(first, first + (length - 1) * ONE_DAY)
        first += length * ONE_DAY


def _lowest(days: int) -> int:
    return (days & -days).bit_length() - 1
