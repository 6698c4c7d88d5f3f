"""Requests for erasure on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.registry.codes import ErasureStatus
from shared import names, wire


class ErasureIn(wire.In):
    """Asked by the person, or by an officer or a town on their behalf with the signed paper."""

    reason: wire.Reason = Field(examples=["已迁往外地,不再参加培训"])
    on_behalf: bool = Field(False, description="是否代本人提出;经办和镇街须为 true,本人不填", examples=[False])
    proof: wire.Word | None = Field(None, description="代办时本人签名的书面申请,文件编号", examples=[None])


class ErasureDecision(wire.In):
    outcome: Literal[ErasureStatus.GRANTED, ErasureStatus.REFUSED] = Field(description="结论:granted 予以删除,refused 不予删除")
    reason: wire.Reason = Field(examples=["本人申请,没有须保存的事项"])


class ErasureBasis(wire.Out):
    document: str = Field(examples=["会计档案管理办法"])
    clause: str = Field(examples=["会计凭证的保管期限"])


class HeldBy(wire.Out):
    """Papers of one kind that count on the person, and what asks to keep them."""

    kind: str = Field(
        description="单据种类:claim 申领单、enrolment 报名、assessment 考核、certificate 证书、examiner 考评人员登记、placement 安置",
        examples=["enrolment"],
    )
    count: int = Field(description="有几件", examples=[1])
    basis: ErasureBasis


class Foreseen(wire.Out):
    """What would go and what would stay, and why."""

    erased: list[str] = Field(description="删除的字段", examples=[["phone", "education"]])
    kept: list[str] = Field(description="依法须保存而不删除的字段;为空的,此人的登记整个删除", examples=[["name", "id_number"]])
    holds: list[HeldBy] = Field(description="以此人为依据、依法须保存的事项")


class ErasureOut(wire.Out):
    """A request. Once it is granted, it says what was erased, what was kept, and for which papers."""

    id: UUID
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    reason: str
    on_behalf: bool
    proof: str | None
    status: ErasureStatus
    asked_at: wire.Instant
    decided_at: wire.Instant | None
    decided_by_name: str | None = Field(description="决定的人")
    decision_reason: str | None
    erased: list[str] | None = Field(description="删除的字段;未决定的为 null")
    kept: list[str] | None = Field(description="依法须保存而未删除的字段;未决定的为 null")
    holds: list[HeldBy] | None = Field(description="以此人为依据、依法须保存的事项;未决定的为 null")
    allowed_actions: list[wire.AllowedAction]
    version: int
