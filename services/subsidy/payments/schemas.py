"""Payment batches over the wire. Amounts are yuan; account numbers are masked everywhere but in the bank file."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import BatchStatus, Payee, PaymentStatus
from shared import county, names, wire


class BatchIn(wire.In):
    fund_id: UUID = Field(description="从哪笔资金支付")
    claim_ids: Annotated[list[UUID], Field(min_length=1, max_length=500, description="已批准的申领单")]
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = Field(default_factory=list)


class PaymentResult(wire.In):
    payment_id: UUID
    result: Literal[PaymentStatus.PAID, PaymentStatus.FAILED, PaymentStatus.BOUNCED]
    reason: wire.Reason | None = Field(None, description="未支付的原因", examples=[None])
    voucher_no: wire.Word | None = Field(None, description="银行回单号", examples=["20250421000317"])
    paid_on: wire.CivilDate | None = Field(None, description="支付日期;缺省为今天", examples=["2025-04-21"])


class BankResults(wire.In):
    results: Annotated[list[PaymentResult], Field(min_length=1, max_length=20_000, description="银行对各笔付款的回执,可以分次登记")]


class ReturnIn(wire.In):
    """Money that came back after the bank had paid it."""

    payment_id: UUID
    reason: wire.Reason = Field(description="银行退回的原因", examples=["账户已销户"])
    returned_on: wire.CivilDate = Field(description="退回日期,不早于支付日期", examples=["2025-04-28"])


class LeftOut(wire.Out):
    """A payment that does not go to the bank with this batch, and what keeps it back."""

    payment_id: UUID
    code: str = Field(examples=["payee_account_missing"])
    detail: str


class PayeeOut(wire.Out):
    kind: Payee = Field(examples=["organiser"])
    id: UUID
    name: str = Field(description="付款时的户名", examples=["示范职业培训学校"])


class PaymentOut(wire.Out):
    id: UUID
    claim_id: UUID
    claim_number: str = Field(examples=[f"{county.here().series('SQ')}-2025-000123"])
    payee: PayeeOut
    account: str | None = Field(description="收款账号(隐去中段);建立批次时没有登记的为 null", examples=["6217***********4321"])
    amount: wire.Money
    status: PaymentStatus = Field(examples=["paid"])
    reason: str | None = Field(examples=[None])
    voucher_no: str | None = Field(examples=["20250421000317"])
    paid_on: wire.CivilDate | None = Field(examples=["2025-04-21"])
    returned_on: wire.CivilDate | None = Field(description="付后退回的日期", examples=[None])


class PaymentListed(PaymentOut):
    """A payment by itself, as whoever is paid sees it."""

    batch_id: UUID
    batch_number: str = Field(examples=[f"{county.here().series('FK')}-2025-000007"])


class BatchListed(wire.Out):
    id: UUID
    number: str = Field(examples=[f"{county.here().series('FK')}-2025-000007"])
    fund_id: UUID
    fund_name: names.FundName = None
    status: BatchStatus = Field(examples=["exported"])
    amount: wire.Money = Field(validation_alias="amount_yuan")
    payment_count: int = Field(description="付款笔数", examples=[1])
    settled: int = Field(description="已有银行回执的笔数", examples=[1])
    external_refs: list[wire.ExternalRef]
    created_by: str = Field(examples=["local-finance"])
    created_by_name: str | None = Field(examples=["龙会计"])
    created_at: wire.Instant
    exported_at: wire.Instant | None
    version: int


class PaymentBatchOut(BatchListed):
    payments: list[PaymentOut]
    left_out: list[LeftOut] = Field(description="不随本批次送银行的付款和原因;补正后可放入下一批次")
    bank_file_url: str | None = Field(description="银行文件;导出后、回执齐全前可下载", examples=["/v1/payment-batches/…/bank-file"])
    allowed_actions: list[wire.AllowedAction]
