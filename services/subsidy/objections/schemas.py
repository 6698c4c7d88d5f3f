"""Objections over the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import ObjectionStatus
from shared import county, wire


class ObjectionIn(wire.In):
    name: wire.PersonName | None = Field(None, description="异议人;可匿名", examples=["杨某"])
    contact: Annotated[wire.Word | None, Field(description="联系方式,加密保存", examples=["13800001234"])] = None
    reason: wire.Reason = Field(examples=["名单中有人没有参加培训。"])


class ObjectionDecided(wire.In):
    """Why, as `reason` or, like every decision, as `comment`."""

    reason: wire.Reason | None = Field(None, examples=["已核对签到原件,情况不属实。"])
    comment: wire.Reason | None = Field(None, examples=[None])

    @property
    def why(self) -> str | None:
        return self.reason or self.comment


class ObjectionReceived(wire.Out):
    """What the objector is told."""

    id: UUID
    notice_id: UUID
    notice_number: str = Field(examples=[f"{county.here().series('GS')}-2025-000012"])
    status: ObjectionStatus = Field(examples=["received"])
    received_at: wire.Instant


class ObjectionListed(ObjectionReceived):
    claim_id: UUID
    claim_number: str = Field(examples=[f"{county.here().series('SQ')}-2025-000123"])
    name: str | None = Field(description="异议人(隐去)", examples=["杨*"])
    contact: str | None = Field(description="联系方式(隐去)", examples=["138****1234"])
    reason: str
    in_time: bool = Field(description="是否在公示期内提出;期内提出、尚未驳回的异议阻止审批", examples=[True])
    accepted_at: wire.Instant | None
    due_on: date | None = Field(description="办结期限:受理后第三个工作日", examples=["2024-10-08"])
    decided_at: wire.Instant | None
    decision_reason: str | None
    version: int


class ObjectionOut(ObjectionListed):
    allowed_actions: list[wire.AllowedAction]


class ObjectorOut(wire.Out):
    """The objector in full; every answer of this is recorded."""

    id: UUID
    name: str | None = Field(examples=["杨某"])
    contact: str | None = Field(examples=["13800001234"])
