"""Notices as the public sees them, and objections. Amounts are yuan."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared import wire

ObjectionStatus = Literal["received", "accepted", "dismissed", "upheld"]


class NoticeLine(wire.Out):
    name: str = Field(description="姓名(隐去名)", examples=["杨**"])
    amount: wire.Money
    result: str = Field(examples=["拟补贴"])


class NoticeOut(wire.Out):
    """Masked names only: no document number, phone or account."""

    id: UUID
    claim_id: UUID
    number: str = Field(examples=["KL-GS-2025-000012"])
    scheme: str = Field(examples=["agricultural_short"])
    institution: str | None = Field(examples=["凯里市示范职业培训学校"])
    class_name: str | None = Field(serialization_alias="class", examples=["三棵树镇蔬菜种植班"])
    amount: wire.Money = Field(validation_alias="amount_yuan")
    lines: list[NoticeLine]
    posted_on: date = Field(examples=["2024-09-26"])
    from_on: date = Field(description="公示起始日:发布次日", examples=["2024-09-27"])
    until_on: date = Field(description="公示截止日(工作日计);次日起可审批", examples=["2024-10-09"])
    stopped_on: date | None = Field(description="异议受理、停止计日之日", examples=[None])


class ObjectionIn(wire.In):
    name: wire.Word | None = Field(None, description="异议人;可匿名", examples=["杨某"])
    contact: Annotated[wire.Word | None, Field(description="联系方式,加密保存", examples=["13800001234"])] = None
    reason: wire.Reason = Field(examples=["名单中有人没有参加培训。"])


class ObjectionDecided(wire.In):
    """Why, as `reason` or, like every decision, as `comment`."""

    reason: wire.Reason | None = Field(None, examples=["已核对签到原件,情况不属实。"])
    comment: wire.Reason | None = Field(None, examples=[None])


class ObjectionReceived(wire.Out):
    """What the objector is told."""

    id: UUID
    notice_id: UUID
    status: ObjectionStatus = Field(examples=["received"])
    received_at: wire.Instant


class ObjectionOut(ObjectionReceived):
    claim_id: UUID
    name: str | None = Field(validation_alias="name_masked", examples=["杨*"])
    contact: str | None = Field(validation_alias="contact_masked", examples=["138****1234"])
    reason: str
    accepted_at: wire.Instant | None
    due_on: date | None = Field(description="办结期限:受理后第三个工作日", examples=["2024-10-08"])
    decided_at: wire.Instant | None
    decision_reason: str | None
    version: int


class ObjectorOut(wire.Out):
    """The objector in full; every answer of this is recorded."""

    id: UUID
    name: str | None = Field(examples=["杨某"])
    contact: str | None = Field(examples=["13800001234"])
