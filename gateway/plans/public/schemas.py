"""What anyone may see of a plan: its figures, and no link to rows, no institution, class or person."""

from pydantic import Field

from gateway.codes import PublicBreakdown
from gateway.plans.schemas import OF_THE_BREAKDOWN, PLAN, UNAVAILABLE, LineFigures, RankedFigures
from shared import wire


class PublicLineOut(LineFigures):
    """A line of the board, figures alone."""

    breakdown: list[RankedFigures] | None = Field(default=None, description=OF_THE_BREAKDOWN)


class PublicProgressOut(wire.Out):
    plan: str = Field(examples=[PLAN.code])
    as_of: wire.CivilDate = Field(examples=["2025-06-30"])
    by: PublicBreakdown | None
    complete: bool = Field(description="有计数的服务没有应答时为 false,其指标为 unknown。")
    unavailable: list[str] = Field(description=UNAVAILABLE)
    lines: list[PublicLineOut]
