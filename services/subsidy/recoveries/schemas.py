"""Recoveries over the wire. Amounts are yuan."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.subsidy.claims.schemas import ClaimOut
from services.subsidy.codes import RecoveryStatus
from shared import county, names, wire


class PersonAsked(wire.In):
    """Of whom how much is asked back."""

    trainee_id: UUID
    amount: wire.Money = Field(examples=["60.00"])


class Instalment(wire.In):
    """A part of the money, and by when it is to come in."""

    due_on: wire.CivilDate = Field(examples=["2025-06-30"])
    amount: wire.Money = Field(examples=["90.00"])


class RecoveryIn(wire.In):
    """Why the money is asked back, as `reason` or, like every decision, as `comment`."""

    reason: wire.Reason | None = Field(None, examples=["审计发现学员开班当日已领取职工养老金。"])
    comment: wire.Reason | None = Field(None, examples=[None])
    amount: wire.Money | None = Field(
        None, description="追回金额;缺省为各人金额之和,未列明各人的为已支付而未追回的全部金额", examples=["180.00"]
    )
    persons: Annotated[list[PersonAsked], Field(max_length=1000)] | None = Field(
        None, description="向谁追回多少;缺省时按名单次序,至追回金额为止"
    )
    instalments: Annotated[list[Instalment], Field(max_length=60)] | None = Field(None, description="分期;各期之和等于追回金额")
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = Field(default_factory=list)


class RecoveryReceived(wire.In):
    received_on: wire.CivilDate = Field(description="到账日期", examples=["2025-06-03"])
    voucher_no: wire.Word = Field(description="到账凭证号", examples=["20250603000042"])
    amount: wire.Money | None = Field(None, description="到账金额;缺省为下一期应到的金额,不分期的为尚未到账的全部金额", examples=["90.00"])


class PersonAskedOut(wire.Out):
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    amount: wire.Money


class InstalmentOut(wire.Out):
    due_on: wire.CivilDate
    amount: wire.Money


class ReceiptOut(wire.Out):
    amount: wire.Money
    received_on: wire.CivilDate
    voucher_no: str = Field(examples=["20250603000042"])
    recorded_by: str = Field(examples=["local-finance"])
    recorded_by_name: str | None
    recorded_at: wire.Instant


class RecoveryListed(wire.Out):
    id: UUID
    claim_id: UUID
    claim_number: str = Field(examples=[f"{county.here().series('SQ')}-2025-000123"])
    fund_id: UUID
    fund_name: names.FundName = None
    amount: wire.Money = Field(validation_alias="amount_yuan")
    reason: str = Field(description="未说明时为空")
    status: RecoveryStatus = Field(
        description="状态:proposed 由新的事实提出,待采纳或不予追回;采纳之后与申领单的状态一致", examples=["recovering"]
    )
    external_refs: list[wire.ExternalRef]
    opened_by: str = Field(examples=["local-finance"])
    opened_by_name: str | None = Field(examples=["龙会计"])
    opened_at: wire.Instant
    decided_by: str | None = Field(description="采纳、不予追回的账号;事实恢复原状而撤回的为 subsidy", examples=[None])
    decided_by_name: str | None = Field(examples=[None])
    decided_at: wire.Instant | None = Field(examples=[None])
    decision_reason: str | None = Field(examples=[None])
    received_amount: wire.Money = Field(validation_alias="received_yuan", description="已到账的金额,元")
    received_on: wire.CivilDate | None = Field(description="最近一次到账的日期", examples=[None])
    voucher_no: str | None = Field(description="最近一次到账的凭证号", examples=[None])
    instalments: list[InstalmentOut]
    version: int


class RecoveryOut(RecoveryListed):
    persons: list[PersonAskedOut]
    receipts: list[ReceiptOut] = Field(description="到账,先到的在前")
    allowed_actions: list[wire.AllowedAction]


class RecoveringClaim(ClaimOut):
    """The claim, as every step of it is answered, with the recovery that was opened."""

    recovery: RecoveryOut
