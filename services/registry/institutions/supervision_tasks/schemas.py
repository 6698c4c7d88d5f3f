"""Supervision tasks on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import SupervisionTaskStatus
from shared import names, wire

Files = Annotated[list[UUID], Field(max_length=20, description="附件编号,见 /v1/files")]
Due = Annotated[wire.CivilDate, Field(description="办理期限,含当日", examples=["2026-12-31"])]


class AskedIn(wire.In):
    """Whom: one of the three."""

    institution_id: UUID | None = Field(None, description="交机构的填机构编号", examples=[None])
    region_code: wire.Word | None = Field(None, description="交镇、街道的填区划代码")
    department: wire.Word | None = Field(None, description="交部门的填部门名称", examples=[None])


class SupervisionTaskIn(wire.In):
    to: AskedIn = Field(description="交谁办理:机构、镇街、部门填一项")
    line: wire.Word | None = Field(None, description="所为的方案指标,见 /v1/plans", examples=["four.chef"])
    title: wire.Word = Field(description="事项", examples=["补足培训班次"])
    what: wire.Reason | None = Field(None, description="具体要求", examples=["年底前再开两期,报送开班计划"])
    reason: wire.Reason | None = Field(None, description="督办的理由;与 document 至少填一项", examples=["进度落后于时间"])
    document: wire.Word | None = Field(None, description="督办的依据文件", examples=["联席会议纪要〔2025〕4 号"])
    due_on: Due


class SupervisionTaskAnswered(wire.In):
    text: wire.Reason = Field(description="办理情况", examples=["两期均已报名,计划下月开班"])
    file_ids: Annotated[Files, wire.null_as(list)] = []


class SupervisionTaskExtended(wire.In):
    reason: wire.Reason
    due_on: Due


class SupervisionTaskReopened(wire.In):
    """Not done yet; without a day the old one stays."""

    reason: wire.Reason
    due_on: Due | None = None


class AskedOut(wire.Out):
    institution_id: UUID | None
    institution_name: names.InstitutionName = None
    region_code: str | None
    region_name: names.RegionName = None
    department: str | None


class SupervisionTaskOut(wire.Out):
    id: UUID
    to: AskedOut = Field(description="交谁办理")
    line: str | None = Field(description="所为的方案指标的代码")
    line_title: str | None = Field(description="所为的方案指标")
    title: str = Field(description="事项")
    what: str | None = Field(description="具体要求")
    reason: str | None
    document: str | None
    due_on: Due
    overdue: bool = Field(description="期限已过,尚未答复")
    status: SupervisionTaskStatus
    asked_at: wire.Instant = Field(description="交办的时刻")
    asked_by_name: str | None
    answer: str | None = Field(description="最近一次的办理情况")
    file_ids: Files
    answered_at: wire.Instant | None
    answered_by_name: str | None
    comment: str | None = Field(description="办结、退回、延期或取消时所说")
    changed_at: wire.Instant
    version: int


class SupervisionTaskPaper(SupervisionTaskOut):
    """A single task, with what the caller may do about it."""

    allowed_actions: list[wire.AllowedAction]
