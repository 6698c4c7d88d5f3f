"""Harvest alarms on the wire."""

from uuid import UUID

from pydantic import Field

from services.registry.codes import HarvestStatus
from shared import names, wire


class HarvestAlarmOut(wire.Out):
    """Who looked up how many numbers on which day, and what an auditor found. No number of a person is kept."""

    id: UUID
    on: wire.CivilDate = Field(description="哪一天")
    status: HarvestStatus
    actor: str = Field(description="查询所用的账号")
    actor_name: str | None = Field(description="账号的名称")
    role: str
    institution_id: UUID | None
    institution_name: names.InstitutionName = None
    looked_up: int = Field(description="查询了几个证件号码", examples=[240])
    unknown: int = Field(description="其中几个没有登记", examples=[180])
    revealed: int = Field(description="查看了几次全号", examples=[0])
    first_at: wire.Instant = Field(description="第一次查询的时刻")
    last_at: wire.Instant = Field(description="最后一次查询的时刻")
    alarmed_at: wire.Instant = Field(description="从何时起超出平常")
    acknowledged_at: wire.Instant | None = Field(description="何时核查")
    acknowledged_by_name: str | None = Field(description="核查的人")
    reason: str | None
    version: int
    allowed_actions: list[wire.AllowedAction]
