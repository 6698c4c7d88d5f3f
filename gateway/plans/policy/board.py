"""The board's arithmetic: which countings a plan needs on a day, and what they say about each of its lines.

Pure: a plan, counts and a day in, lines out. A count that nobody could give is `None` and stays unknown; it is never 0.
A day counts whole: everything known by its end is in. Shares are numbers from 0 to 1, rounded to four places, but judged
unrounded; amounts of money are decimal strings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import NotRequired, TypedDict

from gateway.codes import PlanStatus as Status
from gateway.plans.policy.deadlines import deadlines
from gateway.plans.policy.targets import TOTAL, Line, Plan, Target

# A line with several subjects is as good as the worst of them.
_WORST_FIRST = (Status.MISSED, Status.BEHIND, Status.UNKNOWN, Status.ON_TRACK, Status.MET)


@dataclass(frozen=True, slots=True)
class Window:
    """One counting to ask `line.source` for: this line, over these days, both ends counted in. `until_on`, where nothing that begins now can count any more:
    the period's last day, for what is under way to be counted too."""

    line: Line
    period: str
    from_on: date
    to_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a service counted for the whole line, or for one of its subjects (a class, college or enterprise).

    A share has a denominator, and where it has two bases `denominator_enrolled` is the one that decides nothing.
    `beside` are counts shown apart, such as people still pending. `underway`: what may still come of what has begun. `records` links to the rows of this subject alone.
    """

    numerator: int | Decimal
    denominator: int | Decimal | None = None
    denominator_enrolled: int | None = None
    subject: str | None = None
    subject_name: str | None = None
    beside: Mapping[str, int] | None = None
    records: str | None = None
    underway: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """The answer to a `Window`: one tally, or one for each subject, and the link to exactly the rows counted. Of very many subjects only those that have the
    least are among the tallies; so many are `left_out`, and `whole` is of all."""

    tallies: tuple[Tally, ...]
    records: str | None = None
    whole: Tally | None = None
    left_out: int = 0


# By line code and period. A missing key, or None: the service could not say.
Counts = Mapping[tuple[str, str], Count | None]


class Part(TypedDict):
    """One period of a line, or one subject in one period."""

    period: str
    target: int | float | None
    actual: int | float | None
    status: Status
    numerator: int | str | None
    denominator: int | str | None
    records: str | None
    subject: NotRequired[str]
    subject_name: NotRequired[str | None]


class Basis(TypedDict):
    document: str
    clause: str
    status: str


class LineProgress(TypedDict):
    """A line as it goes over the wire. `rate` is actual ÷ target; `period` is a calendar year or "total", the whole plan."""

    code: str
    title: str
    unit: str
    target: int | float | None
    target_at_most: int | float | None
    actual: int | float | None
    rate: float | None
    expected: int | float | None
    status: Status
    needed_per_week: float | None
    last_class_start_on: date | None
    already_impossible: bool | None
    period: str
    from_on: date
    to_on: date
    numerator: int | str | None
    denominator: int | str | None
    actual_of_enrolled: float | None
    beside: dict[str, int]
    records: str | None
    lead_departments: list[str]
    basis: Basis
    parts: NotRequired[list[Part]]
    parts_left_out: NotRequired[int]


class _Standing(TypedDict):
    actual: int | float | None
    rate: float | None
    expected: int | float | None
    status: Status
    needed_per_week: float | None
    already_impossible: bool | None
    numerator: int | str | None
    denominator: int | str | None


def windows(plan: Plan, as_of: date) -> list[Window]:
    """Every counting the board of that day needs: the periods already begun, cut off at `as_of`. Before the plan: none."""
    needed = []
    for line in plan.lines:
        for target in plan.periods(line):
            from_on, to_on = period_bounds(plan, target.period)
            if from_on <= as_of:
                until_on = to_on if deadlines(line, to_on).begin_on < as_of < to_on else None
                needed.append(Window(line, target.period, from_on, min(to_on, as_of), until_on))
    return needed


def progress(plan: Plan, counts: Counts, as_of: date) -> list[LineProgress]:
    """All lines of the plan, in its order, as they stand on `as_of`. A period that has not begun is unknown."""
    return [_progress_of(plan, line, counts, as_of) for line in plan.lines]


def period_bounds(plan: Plan, period: str) -> tuple[date, date]:
    """First and last day of a period: a calendar year, cut to the plan's days, or the whole plan."""
    if period == TOTAL:
        return plan.starts_on, plan.ends_on
    year = int(period)
    return max(plan.starts_on, date(year, 1, 1)), min(plan.ends_on, date(year, 12, 31))


def _progress_of(plan: Plan, line: Line, counts: Counts, as_of: date) -> LineProgress:
    target = _target_holding(plan, line, as_of)
    from_on, to_on = period_bounds(plan, target.period)
    count = counts.get((line.code, target.period))
    whole = _whole(count)
    standing = _standing(plan, line, target, whole, as_of)
    parts = [part for each in plan.periods(line) for part in _parts(plan, line, each, counts.get((line.code, each.period)), as_of)]
    if line.each:
        # An earlier year's failure stays in its own part; the line's status is that of the current period.
        standing["status"] = _worst(part["status"] for part in parts if part["period"] == target.period)
    if standing["status"] is Status.UNKNOWN:
        standing["needed_per_week"] = standing["already_impossible"] = None
    if line.each and standing["status"] is Status.MISSED:
        standing["already_impossible"] = True
    progress: LineProgress = {
        "code": line.code,
        "title": line.title,
        "unit": line.unit,
        "target": None if target.at_least is None else number(line, target.at_least),
        "target_at_most": None if target.at_most is None else number(line, target.at_most),
        "actual": standing["actual"],
        "rate": standing["rate"],
        "expected": standing["expected"],
        "status": standing["status"],
        "needed_per_week": standing["needed_per_week"],
        "last_class_start_on": deadlines(line, to_on).class_on,
        "already_impossible": standing["already_impossible"],
        "period": target.period,
        "from_on": from_on,
        "to_on": to_on,
        "numerator": standing["numerator"],
        "denominator": standing["denominator"],
        "actual_of_enrolled": _share(whole.numerator, whole.denominator_enrolled) if whole else None,
        "beside": dict(whole.beside or {}) if whole else {},
        "records": count.records if count else None,
        "lead_departments": list(line.lead_departments),
        "basis": {"document": plan.document, "clause": line.clause, "status": line.basis_status},
    }
    if line.each or len(plan.periods(line)) > 1:
        progress["parts"] = parts
    if left_out := sum(each.left_out for period in plan.periods(line) if (each := counts.get((line.code, period.period)))):
        progress["parts_left_out"] = left_out
    return progress


def _target_holding(plan: Plan, line: Line, as_of: date) -> Target:
    """The target of the period that holds `as_of`: before the plan its first period, after it its last."""
    if line.period != "each_year":
        return plan.periods(line)[0]
    year = min(max(as_of.year, plan.years[0]), plan.years[-1])
    return plan.periods(line)[year - plan.years[0]]


def _parts(plan: Plan, line: Line, target: Target, count: Count | None, as_of: date) -> list[Part]:
    if not line.each:
        return [_part(plan, line, target, _whole(count), count.records if count else None, as_of)]
    return [_part(plan, line, target, tally, tally.records, as_of) for tally in (count.tallies if count else ())]


def _part(plan: Plan, line: Line, target: Target, tally: Tally | None, records: str | None, as_of: date) -> Part:
    standing = _standing(plan, line, target, tally, as_of)
    part: Part = {
        "period": target.period,
        "target": None if target.at_least is None else number(line, target.at_least),
        "actual": standing["actual"],
        "status": standing["status"],
        "numerator": standing["numerator"],
        "denominator": standing["denominator"],
        "records": records,
    }
    if tally and tally.subject is not None:
        part["subject"] = tally.subject
        part["subject_name"] = tally.subject_name
    return part


def _standing(plan: Plan, line: Line, target: Target, tally: Tally | None, as_of: date) -> _Standing:
    from_on, to_on = period_bounds(plan, target.period)
    nothing: _Standing = {
        "actual": None,
        "rate": None,
        "expected": None,
        "status": Status.UNKNOWN,
        "needed_per_week": None,
        "already_impossible": None,
        "numerator": None,
        "denominator": None,
    }
    if tally is None or as_of < from_on:
        return nothing
    denominator = tally.denominator
    # `goal` is what the numerator must reach by the end, `expected_in` the days over which it should have grown so far.
    least = Fraction(target.at_least) if target.at_least is not None else None
    goal = least or Fraction(0)
    last_counted_on = to_on
    if line.period == "average_a_year":
        denominator = min(as_of.year, plan.ends_on.year) - plan.starts_on.year + 1
        goal *= len(plan.years)
        last_counted_on = min(to_on, date(as_of.year, 12, 31))
    known: _Standing = {**nothing, "numerator": shown(tally.numerator), "denominator": shown(denominator)}
    if line.is_share:
        if not denominator:
            return known
        goal *= Fraction(denominator)
    numerator = Fraction(tally.numerator)
    actual = numerator / Fraction(denominator) if denominator is not None else numerator
    known["actual"] = number(line, actual)
    if least is None:  # counted, and nobody asks for how much: no status and no pace
        return known
    known["rate"] = round(float(actual / least), 4)
    known["already_impossible"] = numerator < goal and (as_of > to_on or _too_late(line, to_on, as_of, tally, goal))
    over_time = line.judged == "over_time"
    elapsed = min(Fraction(1), Fraction((as_of - from_on).days + 1, (last_counted_on - from_on).days + 1))
    known["expected"] = number(line, least * elapsed) if over_time else None
    if numerator >= goal:
        known["status"] = Status.MET
    elif as_of > to_on:
        known["status"] = Status.MISSED
    else:
        known["status"] = Status.ON_TRACK if over_time and actual >= least * elapsed else Status.BEHIND
        if over_time:
            days_left = (to_on - as_of).days + 1  # the day itself can still bring some
            known["needed_per_week"] = ceil((goal - numerator) * 7 / days_left * 10) / 10
    return known


def _too_late(line: Line, to_on: date, as_of: date, tally: Tally, goal: Fraction) -> bool:
    """Nothing that begins now counts any more, and all that has begun would not be enough. Of a share only its end tells: it may rise to the last day."""
    if line.is_share or tally.underway is None or as_of <= deadlines(line, to_on).begin_on:
        return False
    return Fraction(tally.numerator) + tally.underway < goal


def _whole(count: Count | None) -> Tally | None:
    """One tally for the line: its only one, or the sum of its subjects whose denominator is known."""
    if count is None or not count.tallies:
        return None
    if count.whole is not None:
        return count.whole
    tallies = count.tallies
    if len(tallies) == 1:
        return tallies[0]
    based = [tally for tally in tallies if tally.denominator is not None]
    return Tally(_sum([tally.numerator for tally in based]), _sum([tally.denominator for tally in based if tally.denominator is not None]))


def _sum(values: Sequence[int | Decimal]) -> int | Decimal:
    return sum(values, start=0)


def _worst(statuses: Iterable[Status]) -> Status:
    found = set(statuses)
    return next((status for status in _WORST_FIRST if status in found), Status.UNKNOWN)


def _share(numerator: int | Decimal, denominator: int | Decimal | None) -> float | None:
    return round(float(Fraction(numerator) / Fraction(denominator)), 4) if denominator else None


def number(line: Line, value: Fraction | Decimal) -> int | float:
    """A figure of the line as it goes over the wire."""
    if line.is_share:
        return round(float(value), 4)
    return int(value) if value == int(value) else round(float(value), 2)


def shown(value: int | Decimal | None) -> int | str | None:
    """A count as it is; an amount of money as a decimal string."""
    return f"{value:.2f}" if isinstance(value, Decimal) else value
