"""Notices as the public sees them. Amounts are yuan."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import SchemeCode
from shared import county, names, wire


class NoticeLine(wire.Out):
    name: str = Field(description="姓名(隐去名)", examples=["杨**"])
    amount: wire.Money
    result: str = Field(examples=["拟补贴"])
    added_on: date | None = Field(None, description="公示期间核定补列之日;从次日起重新计日;公示时即已列出的为 null", examples=[None])


class NoticeEarlier(wire.Out):
    """What was shown until the notice changed."""

    amount: wire.Money
    lines: list[NoticeLine]
    until_on: date = Field(examples=["2024-10-09"])
    replaced_on: date = Field(description="变更之日", examples=["2024-09-30"])


class NoticeOut(wire.Out):
    """Masked names only: no document number, phone or account."""

    id: UUID
    claim_id: UUID
    claim_number: names.ClaimNumber = None
    number: str = Field(examples=[f"{county.here().series('GS')}-2025-000012"])
    scheme: SchemeCode
    institution: str | None = Field(examples=["示范职业培训学校"])
    class_name: str | None = Field(serialization_alias="class", examples=["蔬菜种植班"])
    amount: wire.Money = Field(validation_alias="amount_yuan")
    lines: list[NoticeLine]
    posted_on: date = Field(examples=["2024-09-26"])
    from_on: date = Field(description="公示起始日:发布次日", examples=["2024-09-27"])
    until_on: date = Field(description="公示截止日(工作日计);次日起可审批", examples=["2024-10-09"])
    stopped_on: date | None = Field(description="异议受理、停止计日之日", examples=[None])
    earlier: list[NoticeEarlier] = Field(description="公示期间有变更的:变更前公示的内容,先公示的在前", examples=[[]])
