"""A plan as data: its lines, what each asks for and when, and which classes count towards it. The types that the board is computed from."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.codes import CountedBy, LineJudged, LinePeriod, LineSubject
from shared.strict import Exact

TOTAL = "total"
RATIO = "ratio"  # the unit of shares, as callers know it

Measure = Literal[
    "person_times",
    "certified_share",
    "employed_share",
    "demonstration_classes",
    "dishes",
    "brands",
    "filings_coverage",
    "order_classes",
    "placed_share",
    "retained_people",
    "training_share",
    "partner_enterprises",
    "frontline_share",
]
# Measured as numerator ÷ denominator, 0 to 1; all others are plain counts.
SHARES = frozenset({"certified_share", "employed_share", "filings_coverage", "placed_share", "training_share", "frontline_share"})
BasisStatus = Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for in one period: a calendar year such as "2025", or the whole plan, "total". None: nothing, it is counted all the same."""

    period: str
    at_least: Exact | None
    at_most: Exact | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the board, and all that the counting service must know to count it.

    `programme`: the code that classes name to count towards it; `channels`, `occupations`: what counts without naming it; `only_channels`: a
    class of another channel that names it contradicts itself; `parents`: the lines towards
    which its classes count as well. `class_days`: how long the shortest class is that counts; `held_months`: how long what came of a class must be kept; `after_order_class`: of
    whom an order class had trained before.
    """

    code: str
    title: str
    measure: Measure
    unit: str
    period: LinePeriod
    judged: LineJudged
    targets: tuple[Target, ...]
    source: CountedBy
    counting: str
    lead_departments: tuple[str, ...]
    clause: str
    basis_status: BasisStatus
    each: LineSubject | None = None
    programme: str | None = None
    channels: tuple[str, ...] = ()
    only_channels: bool = False
    occupations: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    institution_kinds: tuple[str, ...] = ()
    institution_name: str | None = None
    class_trainees_at_least: int | None = None
    class_days: int = 1
    held_months: int = 0
    after_order_class: bool = False

    @property
    def is_share(self) -> bool:
        return self.measure in SHARES


@dataclass(frozen=True, slots=True)
class Counted:
    """A class counts that has any one of these."""

    programmes: tuple[str, ...]
    channels: tuple[str, ...]
    occupations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How we read the plan where it is silent; shown to officers beside the figures."""

    code: str
    text: str
    basis_status: BasisStatus


@dataclass(frozen=True, slots=True)
class Annex:
    """Of the plan's paper: its lines are those whose clause begins with this one."""

    clause: str
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """The plan's main text (`clause` None) or an annex, and the codes of its lines."""

    clause: str | None
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """How lines hang together: parts within a whole, the same people counted twice, or what classes yield at the least."""

    kind: Literal["within", "same_people", "yields"]
    parts: tuple[str, ...]
    text: str
    whole: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    code: str
    title: str
    document: str
    region_code: str
    starts_on: date
    ends_on: date
    employed_within_months: int
    employed_kinds: tuple[str, ...]
    certified_kinds: tuple[str, ...]
    readings: tuple[Reading, ...]
    lines: tuple[Line, ...]
    relations: tuple[Relation, ...]
    annexes: tuple[Annex, ...] = ()

    @property
    def lines_with_target(self) -> int:
        return sum(bool(line.targets) for line in self.lines)

    @property
    def sections(self) -> tuple[Section, ...]:
        """Every line in one of them, in the order of the paper."""
        annexed = [Section(each.clause, each.title, self._within(each.clause)) for each in self.annexes]
        known = {code for section in annexed for code in section.lines}
        return (Section(None, self.title, tuple(line.code for line in self.lines if line.code not in known)), *annexed)

    def _within(self, clause: str) -> tuple[str, ...]:
        return tuple(line.code for line in self.lines if line.clause.startswith(clause))

    def periods(self, line: Line) -> tuple[Target, ...]:
        """The line's targets; of a line without any the periods in which it is counted."""
        if line.targets:
            return line.targets
        return tuple(Target(period, None) for period in ([str(year) for year in self.years] if line.period == "each_year" else [TOTAL]))

    @property
    def years(self) -> range:
        return range(self.starts_on.year, self.ends_on.year + 1)

    def line(self, code: str) -> Line:
        """Raises KeyError for a code that is not on the plan."""
        for line in self.lines:
            if line.code == code:
                return line
        raise KeyError(code)


def counted(plan: Plan, line: Line) -> Counted | None:
    """Which classes count towards the line: those that name its programme, those of the channels and occupations that the line of that code counts by
    itself, and all that counts towards a line below it. None: every class."""
    if line.programme is None:
        return None
    whole = [each for each in plan.lines if each.code == line.programme]
    programmes = [line.programme]
    for code in programmes:
        below = [each for each in plan.lines if code in each.parents]
        whole += below
        programmes += [each.code for each in below if each.code not in programmes]
    return Counted(
        tuple(programmes),
        tuple(dict.fromkeys(channel for each in whole for channel in each.channels)),
        tuple(dict.fromkeys(occupation for each in whole for occupation in each.occupations)),
    )
