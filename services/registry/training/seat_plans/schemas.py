"""Seat plans on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import Channel
from shared import names, wire

Seats = Annotated[int, Field(ge=0, le=1_000_000, description="分配的人数,人")]


class SeatPlanIn(wire.In):
    year: Annotated[int, Field(ge=2020, le=2100)]
    institution_id: UUID
    channel: Channel
    seats: Seats
    document: wire.Word | None = Field(None, description="计划文件的文号")


class SeatPlanChange(wire.In):
    seats: Seats
    document: wire.Word = Field(default_factory=str, description="计划文件的文号;不填则不变")
    reason: wire.Reason


class SeatPlanOut(wire.Out):
    id: UUID
    year: int
    institution_id: UUID
    institution_name: names.InstitutionName = None
    channel: Channel
    seats: int = Field(description="分配的人数,人")
    extra: int = Field(description="评估为优秀而多分配的人数,人")
    offered: int = Field(description="可用的人数,即 seats 与 extra 之和,人")
    drawn: int = Field(description="已批准的班级用去的人数,人")
    remaining: int = Field(description="还可批准的人数,人")
    document: str | None
    planned_at: wire.Instant
    version: int


class SeatPlanPaper(SeatPlanOut):
    """A single plan, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
