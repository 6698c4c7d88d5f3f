"""Subtargets on the wire: what a town, a zone or a department is to bring to a line of the plan, and how all of them stand to the city's target."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from gateway.plans.schemas import EXAMPLES, PLAN
from shared import wire

Value = Annotated[float, Field(ge=0, le=1_000_000, description="目标值,单位同指标;比率写 0 至 1 的小数。", examples=[120]), wire.WHOLE]


class SubtargetIn(wire.In):
    """One of `town`, `zone` and `department`."""

    line: wire.Word = Field(description="指标代码。", examples=["four.technician"])
    town: wire.Word | None = Field(default=None, description="镇、街道的区划代码。", examples=[EXAMPLES.region_code])
    zone: wire.Word | None = Field(default=None, description="开发区的代码。", examples=[None])
    department: wire.Word | None = Field(default=None, description="责任单位的全称。", examples=[None])
    period: wire.Word = Field(description="自然年,或 total 即整个方案期,须为该指标有目标的时段。", examples=["total"])
    value: Value
    reason: wire.Comment | None = Field(default=None, description="为什么这样定,如会议纪要文号。")


class SubtargetChange(wire.In):
    value: Value
    reason: wire.Reason


class SubtargetOut(wire.Out):
    id: UUID
    plan: str = Field(examples=[PLAN.code])
    line: str = Field(examples=["four.technician"])
    line_title: str
    unit: str = Field(examples=["人次"])
    town: str | None
    town_name: str | None
    zone: str | None
    zone_name: str | None
    department: str | None
    period: str = Field(examples=["total"])
    value: wire.Number
    reason: str | None
    set_at: wire.Instant
    changed_at: wire.Instant
    version: int


class SubtargetWarning(wire.Out):
    code: str = Field(examples=["subtargets_below_target"])
    detail: str


class SubtargetPaper(SubtargetOut):
    """A subtarget, and what all of its sort come to."""

    city_target: wire.Number | None = Field(description="全市本时段的目标;方案没有目标的为 null。")
    allotted: wire.Number | None = Field(description="本指标本时段各镇街(或各开发区、各部门)目标之和;比率不相加,为 null。")
    warnings: list[SubtargetWarning] = Field(description="分解之和与全市目标不等时提示,不妨碍办理。")
    allowed_actions: list[wire.AllowedAction]
