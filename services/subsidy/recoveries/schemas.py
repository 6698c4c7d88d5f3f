"""Recoveries over the wire. Amounts are yuan."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.subsidy.claims.schemas import ClaimOut
from services.subsidy.codes import RecoveryStatus
from shared import county, names, wire


class RecoveryIn(wire.In):
    """Why the money is asked back, as `reason` or, like every decision, as `comment`."""

    reason: wire.Reason | None = Field(None, examples=["审计发现学员开班当日已领取职工养老金。"])
    comment: wire.Reason | None = Field(None, examples=[None])
    amount: wire.Money | None = Field(None, description="追回金额;缺省为已支付的全部金额", examples=["180.00"])
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = Field(default_factory=list)


class RecoveryReceived(wire.In):
    received_on: wire.CivilDate = Field(description="到账日期", examples=["2025-06-03"])
    voucher_no: wire.Word = Field(description="到账凭证号", examples=["20250603000042"])


class RecoveryListed(wire.Out):
    id: UUID
    claim_id: UUID
    claim_number: str = Field(examples=[f"{county.here().series('SQ')}-2025-000123"])
    fund_id: UUID
    fund_name: names.FundName = None
    amount: wire.Money = Field(validation_alias="amount_yuan")
    reason: str = Field(description="未说明时为空")
    status: RecoveryStatus = Field(description="与申领单的状态一致", examples=["recovering"])
    external_refs: list[wire.ExternalRef]
    opened_by: str = Field(examples=["local-finance"])
    opened_by_name: str | None = Field(examples=["龙会计"])
    opened_at: wire.Instant
    received_on: wire.CivilDate | None = Field(examples=[None])
    voucher_no: str | None = Field(examples=[None])
    version: int


class RecoveryOut(RecoveryListed):
    allowed_actions: list[wire.AllowedAction]


class RecoveringClaim(ClaimOut):
    """The claim, as every step of it is answered, with the recovery that was opened."""

    recovery: RecoveryOut
