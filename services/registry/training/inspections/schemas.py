"""Inspections on the wire."""

from uuid import UUID

from pydantic import Field

from services.registry.codes import HalfDay
from shared import wire


class InspectionIn(wire.In):
    on: wire.CivilDate
    half_day: HalfDay | None = Field(None, description="检查在上午还是下午;不填则与当日人数较多的半天相比")
    headcount: int = Field(ge=0, le=10_000, description="到场时清点的人数", examples=[28])
    found: wire.Reason = Field(description="检查情况", examples=["按课表上课,人数与签到相符"])


class InspectionOut(wire.Out):
    id: UUID
    on: wire.CivilDate
    half_day: HalfDay | None
    headcount: int
    found: str
    inspected_by: str
    inspected_by_name: str | None
    recorded_at: wire.Instant
