"""Payment batches over the wire. Amounts are yuan; account numbers are masked everywhere but in the bank file."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared import wire

BatchStatus = Literal["draft", "exported", "confirmed", "cancelled"]
PaymentStatus = Literal["pending", "exported", "paid", "failed", "bounced", "cancelled"]


class BatchIn(wire.In):
    fund_id: UUID = Field(description="从哪笔资金支付")
    claim_ids: Annotated[list[UUID], Field(min_length=1, max_length=500, description="已批准的申领单")]


class PaymentResult(wire.In):
    payment_id: UUID
    result: Literal["paid", "failed", "bounced"]
    reason: wire.Reason | None = Field(None, description="未支付的原因", examples=[None])
    voucher_no: wire.Word | None = Field(None, description="银行回单号", examples=["20250421000317"])
    paid_on: wire.CivilDate | None = Field(None, description="支付日期;缺省为今天", examples=["2025-04-21"])


class BankResults(wire.In):
    results: Annotated[list[PaymentResult], Field(min_length=1, max_length=20_000, description="可以分次登记")]


class Payee(wire.Out):
    kind: Literal["organiser", "trainee"] = Field(examples=["organiser"])
    id: UUID
    name: str = Field(examples=["凯里市示范职业培训学校"])


class PaymentOut(wire.Out):
    id: UUID
    claim_id: UUID
    payee: Payee
    account: str = Field(description="收款账号(隐去中段)", examples=["6217***********4321"])
    amount: wire.Money
    status: PaymentStatus = Field(examples=["paid"])
    reason: str | None = Field(examples=[None])
    voucher_no: str | None = Field(examples=["20250421000317"])
    paid_on: wire.CivilDate | None = Field(examples=["2025-04-21"])


class BatchListed(wire.Out):
    id: UUID
    number: str = Field(examples=["KL-FK-2025-000007"])
    fund_id: UUID
    status: BatchStatus = Field(examples=["exported"])
    amount: wire.Money = Field(validation_alias="amount_yuan")
    payment_count: int = Field(description="付款笔数", examples=[1])
    settled: int = Field(description="已有银行回执的笔数", examples=[1])
    created_by: str = Field(examples=["local-finance"])
    created_at: wire.Instant
    exported_at: wire.Instant | None
    version: int


class BatchOut(BatchListed):
    payments: list[PaymentOut]
    bank_file_url: str | None = Field(description="银行文件;导出后、回执齐全前可下载", examples=["/v1/payment-batches/…/bank-file"])
    allowed_actions: list[wire.AllowedAction]
