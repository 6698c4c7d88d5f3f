"""Plans on the wire: the plan itself, its board, and what it says about itself."""

from typing import Literal

from pydantic import Field

from gateway.codes import PlanStatus as Status
from gateway.plans import reading
from shared import county, wire

EXAMPLES = county.here().examples
PLAN = next(iter(reading.plans().values()))  # the county's first

BasisStatus = Literal["confirmed", "unconfirmed"]
By = Literal["region", "zone", "department", "institution"]


class PlanBrief(wire.Out):
    code: str = Field(examples=[PLAN.code])
    title: str
    document: str = Field(examples=[PLAN.document])
    region_code: str
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate


class TargetOut(wire.Out):
    """Shares are numbers from 0 to 1."""

    period: str = Field(description="A calendar year, or `total`: the whole plan.", examples=["total"])
    at_least: float
    at_most: float | None


class LineDefinition(wire.Out):
    code: str = Field(examples=["four.technician"])
    title: str
    measure: str
    unit: str
    period: Literal["average_a_year", "by_plan_end", "each_year"]
    each: Literal["class", "college", "enterprise"] | None = Field(description="Measured at each of these; null: in all.")
    judged: Literal["over_time", "as_it_stands"]
    targets: list[TargetOut]
    source: Literal["registry", "evaluation", "eastwest"] = Field(description="The service that counts it.")
    programme: str | None = Field(description="Classes name this code in `programmes` to count towards the line.")
    channels: list[str] = Field(description="Classes of these channels count without naming it.")
    occupations: list[str] = Field(description="Classes of these occupations count without naming it.")
    parents: list[str] = Field(description="Lines towards which its classes count as well.")
    counting: str = Field(description="How it is counted.")
    lead_departments: list[str] = Field(description="责任单位")
    clause: str
    basis_status: BasisStatus


class ReadingOut(wire.Out):
    """How we read the plan where it is silent."""

    code: str
    text: str
    basis_status: BasisStatus


class PlanOut(PlanBrief):
    employed_within_months: int
    employed_kinds: list[str]
    certified_kinds: list[str]
    readings: list[ReadingOut]
    lines: list[LineDefinition]


class PlanBasis(wire.Out):
    document: str
    clause: str
    status: BasisStatus


class PartOut(wire.Out):
    """One period of a line, or one subject (a class, college or enterprise) in one period."""

    period: str
    target: float
    actual: int | float | None
    status: Status
    numerator: int | str | None
    denominator: int | str | None
    records: str | None
    subject: str | None = None
    subject_name: str | None = None


class RankedOut(wire.Out):
    """A row of the breakdown, best first. `code` null: what belongs to none."""

    rank: int | None = Field(description="Equal figures share a rank.")
    code: str | None = Field(examples=[EXAMPLES.region_code])
    name: str = Field(examples=[EXAMPLES.region_name])
    actual: int | float | None
    numerator: int | str | None
    denominator: int | str | None
    records: str | None


class PlanLineOut(wire.Out):
    """A line of the board. What nobody could count is `unknown`, with nulls; it is never 0. Shares are numbers from 0 to 1."""

    code: str = Field(examples=["four.technician"])
    title: str = Field(examples=[PLAN.lines[0].title])
    unit: str = Field(examples=["人次"])
    target: int | float
    target_at_most: int | float | None
    actual: int | float | None
    rate: float | None = Field(description="actual ÷ target")
    status: Status
    needed_per_week: float | None = Field(description="What must be added a week from `as_of` on to reach the target in time.")
    period: str = Field(description="A calendar year, or `total`: the whole plan.")
    from_on: wire.CivilDate
    to_on: wire.CivilDate
    numerator: int | str | None = Field(description="A count; an amount of money in yuan as a decimal string.")
    denominator: int | str | None
    actual_of_enrolled: float | None = Field(description="The same share of all who were enrolled; decides nothing.")
    beside: dict[str, int] = Field(description="Shown apart: `pending`, `already_employed`.")
    records: str | None = Field(description="A path that lists exactly the rows counted; null where there are none to list.")
    lead_departments: list[str]
    basis: PlanBasis
    parts: list[PartOut] | None = Field(default=None, description="Of lines with several targets: each period, or each subject.")
    breakdown: list[RankedOut] | None = Field(default=None, description="With `by`: the rows add up to the numerator of the line's period.")


class ProgressOut(wire.Out):
    plan: str = Field(examples=[PLAN.code])
    as_of: wire.CivilDate = Field(examples=["2025-06-30"])
    by: By | None
    complete: bool = Field(description="False when a service that counts did not answer; its lines are `unknown`.")
    unavailable: list[str] = Field(description="The services that did not answer.")
    lines: list[PlanLineOut]


class PlanFindingOut(wire.Out):
    code: str
    effect: Literal["consistent", "note", "conflict"]
    lines: list[str]
    detail: str


class PlanCheckOut(wire.Out):
    plan: str
    consistent: bool = Field(description="False when something cannot all be met as written.")
    findings: list[PlanFindingOut]
