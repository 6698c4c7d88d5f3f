"""What people were paid elsewhere, on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import Level, Scheme
from shared import county, names, wire

EXAMPLES = county.here().examples


class OutsidePaymentIn(wire.In):
    """What another office paid for a person, registered or not: for an occupation or a trade, as of the day of the training or certificate."""

    id_number: wire.Text = Field(max_length=60, description="证件号码全号;只存其密钥摘要", examples=[EXAMPLES.id_number])
    scheme: Scheme | None = Field(None, description="相当于本市的哪个补贴项目;没有相当的则不填")
    occupation_code: Annotated[wire.Named, Field(max_length=20)] | None = Field(
        None, description="职业代码,见 /v1/occupations;目录之外的填写 trade_name", examples=["6-31-01-03"]
    )
    trade_name: wire.Word | None = Field(None, description="工种名称;已填 occupation_code 的可以不填")
    level: Level | None = Field(None, description="等级;不分等级的不填")
    on: wire.CivilDate = Field(description="所补贴的培训开班或证书核发之日", examples=["2025-03-10"])
    amount: wire.Money = Field(description="金额,元,大于 0.00", examples=["1500.00"])
    source: wire.Word = Field(description="支付单位", examples=["州失业保险经办机构"])
    document: wire.Word | None = Field(None, description="支付凭证或文号")


class OutsidePaymentOut(wire.Out):
    """A payment as it is kept: without the person's number. `trainee_id`: null where nobody is registered by it."""

    id: UUID
    trainee_id: UUID | None
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    scheme: Scheme | None
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    trade_name: str | None
    level: Level | None
    on: wire.CivilDate
    amount: wire.Money
    source: str
    document: str | None
    received_at: wire.Instant
    voided_at: wire.Instant | None = Field(description="作废的时刻;作废的不再计入")
    void_reason: str | None
    version: int


class OutsidePaymentPaper(OutsidePaymentOut):
    """A single payment, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
