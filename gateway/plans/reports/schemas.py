"""Frozen boards on the wire, and what has changed since."""

from uuid import UUID

from pydantic import Field

from gateway.codes import ReportChange
from gateway.plans.schemas import PLAN, PlanLineOut
from shared import wire


class ReportIn(wire.In):
    as_of: wire.CivilDate = Field(description="截至哪一天:从方案开始之日起,不晚于当日。", examples=["2025-06-30"])
    title: wire.Word | None = Field(default=None, description="报告的名称。", examples=["2025年上半年进度"])


class ReportBrief(wire.Out):
    id: UUID
    plan: str = Field(examples=[PLAN.code])
    as_of: wire.CivilDate = Field(examples=["2025-06-30"])
    title: str | None = Field(examples=["2025年上半年进度"])
    made_at: wire.Instant
    rows: int = Field(description="冻结的明细,条;同一条计入几项指标的,每项各算一条。", examples=[620])


class FigureChanged(wire.Out):
    """A figure that is another today, of the same day."""

    line: str = Field(examples=["four.chef"])
    period: str = Field(examples=["total"])
    was: int | str | None = Field(description="报告中计入的数。")
    now: int | str | None = Field(description="同一天今天再算得出的数。")


class RowChanged(wire.Out):
    line: str = Field(examples=["four.chef"])
    period: str = Field(examples=["total"])
    change: ReportChange = Field(description="变化:added 报告之后才计入;removed 报告之后不再计入。")
    row: str = Field(description="这一条的路径。", examples=["/v1/enrolments/0192f3a0-0000-7000-8000-000000000000"])


class ReportPaper(ReportBrief):
    """The board as it was frozen, and what the same day looks like now."""

    lines: list[PlanLineOut]
    complete: bool = Field(description="有服务没有应答时为 false,其指标没有比较。")
    figures_changed: list[FigureChanged] = Field(description="同一天今天再算,数字与报告不同的指标。")
    rows_changed: list[RowChanged] = Field(description="至多 1000 条。")
    rows_left_out: int = Field(description="未列出的变化,条。")
