"""A plan's targets as data: its lines, what each asks for and when, read strictly from the plan's file.

Owns the types that the board is computed from. An unknown, missing or ill-typed key stops the reading and names file,
row and key, so that a slip in a plan file is seen at start and not on the board.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from shared.strict import BadFile, Exact, read_toml

TOTAL = "total"

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
    """What is asked for in one period: a calendar year such as "2025", or the whole plan, "total"."""

    period: str
    at_least: Exact
    at_most: Exact | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the board, and all that the counting service must know to count it."""

    code: str
    title: str
    measure: Measure
    unit: str
    period: Literal["average_a_year", "by_plan_end", "each_year"]
    judged: Literal["over_time", "as_it_stands"]
    targets: tuple[Target, ...]
    source: Literal["registry", "evaluation", "eastwest"]
    counting: str
    lead_departments: tuple[str, ...]
    clause: str
    basis_status: BasisStatus
    each: Literal["class", "college", "enterprise"] | None = None
    programme: str | None = None
    institution_kinds: tuple[str, ...] = ()
    institution_name: str | None = None
    class_trainees_at_least: int | None = None

    @property
    def is_share(self) -> bool:
        return self.measure in SHARES


@dataclass(frozen=True, slots=True)
class Reading:
    """How we read the plan where it is silent; shown to officers beside the figures."""

    code: str
    text: str
    basis_status: BasisStatus


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

    @property
    def years(self) -> range:
        return range(self.starts_on.year, self.ends_on.year + 1)

    def line(self, code: str) -> Line:
        """Raises KeyError for a code that is not on the plan."""
        for line in self.lines:
            if line.code == code:
                return line
        raise KeyError(code)


def load(path: Path) -> Plan:
    return read(path.read_text(encoding="utf-8"), path.name)


def read(text: str, file: str) -> Plan:
    """The plan that `text` describes; `file` is only named in errors (`BadFile`)."""
    plan = read_toml(Plan, text, file)
    if plan.ends_on < plan.starts_on:
        raise BadFile(f"{file}:键 ends_on 早于 starts_on")
    codes = [line.code for line in plan.lines]
    for code in codes:
        if codes.count(code) > 1:
            raise BadFile(f"{file}:键 lines 中 {code} 出现多次")
    for line in plan.lines:
        _hold_together(plan, line, f"{file}:lines {line.code}")
    for relation in plan.relations:
        _known_lines(relation, codes, f"{file}:relations")
    return plan


def _hold_together(plan: Plan, line: Line, where: str) -> None:
    periods = [target.period for target in line.targets]
    allowed = [str(year) for year in plan.years] if line.period == "each_year" else [TOTAL]
    if periods not in (allowed, [*allowed, TOTAL] if line.period == "each_year" else allowed):
        raise BadFile(f"{where}:键 targets 的 period 须为 {'、'.join(allowed)},现为 {'、'.join(periods) or '空'}")
    for target in line.targets:
        if target.at_least <= 0 or (target.at_most is not None and target.at_most < target.at_least):
            raise BadFile(f"{where}:键 at_least 须大于 0 且不大于 at_most")
        if line.is_share and target.at_least > 1:
            raise BadFile(f"{where}:键 at_least 是比率,须写 0 至 1 的小数,现为 {target.at_least}")


def _known_lines(relation: Relation, codes: list[str], where: str) -> None:
    for code in (*relation.parts, *([relation.whole] if relation.whole is not None else [])):
        if code not in codes:
            raise BadFile(f"{where}:键 parts 或 whole 提到的 {code} 不在 lines 中")
    if (relation.kind != "same_people") != (relation.whole is not None):
        raise BadFile(f"{where}:键 whole 在 within、yields 中必填,在 same_people 中不填")
    if relation.kind == "yields" and len(relation.parts) != 2:
        raise BadFile(f"{where}:键 parts 在 yields 中须为班次指标和比率指标两项")
