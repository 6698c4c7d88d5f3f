"""Appeals over the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import AppealFollows, AppealStatus, FindingCode
from shared import names, wire

Files = Annotated[list[UUID], Field(max_length=50, description="文件编号(/v1/files)")]


class AppealIn(wire.In):
    reason: wire.Reason
    trainee_id: UUID | None = Field(None, description="针对哪一名学员的判定;省略则针对整单,本人申诉省略即为本人")
    on_behalf: bool | None = Field(None, description="乡镇或经办机构代本人提出,须附本人签字的材料")
    attachments: Annotated[Files, wire.null_as(list)] = Field(default_factory=list)


class AppealDecided(wire.In):
    """How an appeal is answered, and why."""

    outcome: Literal[AppealStatus.UPHELD, AppealStatus.DISMISSED] = Field(description="结论:upheld 成立;dismissed 不成立")
    reason: wire.Reason = Field(examples=["出生日期登记有误,已更正。"])


class AppealListed(wire.Out):
    """An objection to a verdict or a decision, and what became of it."""

    id: UUID
    claim_id: UUID
    claim_number: names.ClaimNumber = None
    trainee_id: UUID | None
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    reason: str
    attachments: list[UUID]
    on_behalf: bool
    at: wire.Instant
    status: AppealStatus
    due_on: date | None = Field(description="答复期限,按工作日推算;工作日历未及的为 null", examples=["2025-05-20"])
    decided_at: wire.Instant | None
    decided_by: str | None = Field(description="答复的账号", examples=["local-reviewer"])
    decided_by_name: str | None = Field(examples=["潘秀珍"])
    decision_reason: str | None = Field(examples=["出生日期登记有误,已更正。"])
    overcame: list[FindingCode] | None = Field(description="成立后不再直接不予补贴、改由复审人员核定的判定")
    follows: AppealFollows | None = Field(description="成立后如何办理:原单重新判定、移到新单,或款项已付、申领已撤回,无可重办")
    new_claim_id: UUID | None = Field(description="移到的新申领单")
    new_claim_number: Annotated[str | None, names.Beside("new_claim_id", "claims", "number"), Field(description="移到的新申领单的编号")] = (
        None
    )
    version: int


class AppealOut(AppealListed):
    allowed_actions: list[wire.AllowedAction]
