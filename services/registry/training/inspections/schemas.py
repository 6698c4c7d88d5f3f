"""Inspections on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import HalfDay, InspectionItem, InspectionStatus
from shared import names, wire


class InspectionFinding(wire.In):
    """One of the five items: whether it is met, and what is wrong where it is not."""

    item: InspectionItem
    met: bool = Field(description="是否符合要求")
    finding: wire.Reason | None = Field(None, description="问题;不符合的必填", examples=["缺少实训设备两台"])


Findings = Annotated[list[InspectionFinding], Field(max_length=5, description="师资、课程、教材、设备、评价考核逐项,每项至多一次")]


class InspectionIn(wire.In):
    on: wire.CivilDate
    half_day: HalfDay | None = Field(None, description="检查在上午还是下午;不填则与当日人数较多的半天相比")
    headcount: int = Field(ge=0, le=10_000, description="到场时清点的人数", examples=[28])
    found: wire.Reason | None = Field(None, description="检查情况", examples=["按课表上课,人数与签到相符"])
    findings: Annotated[Findings, wire.null_as(list)] = []
    due_on: wire.CivilDate | None = Field(None, description="整改期限;有不符合的必填")


class InspectionAnswered(wire.In):
    reply: wire.Reason = Field(description="整改情况", examples=["设备已补齐,附照片存查"])


class InspectionReturned(wire.In):
    """Not put right yet: until when it is to be."""

    reason: wire.Reason
    due_on: wire.CivilDate


class InspectionOut(wire.Out):
    id: UUID
    class_id: UUID
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    on: wire.CivilDate
    half_day: HalfDay | None
    headcount: int
    found: str | None
    findings: list[InspectionFinding]
    due_on: wire.CivilDate | None
    status: InspectionStatus
    reply: str | None = Field(description="机构的整改情况")
    replied_at: wire.Instant | None
    returned_reason: str | None = Field(description="整改不到位的理由")
    closed_at: wire.Instant | None
    closed_by_name: str | None
    closed_comment: str | None
    inspected_by: str
    inspected_by_name: str | None
    recorded_at: wire.Instant
    version: int


class InspectionPaper(InspectionOut):
    """A single inspection, with what the caller may do about it."""

    allowed_actions: list[wire.AllowedAction]
