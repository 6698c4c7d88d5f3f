"""An auditor's list over the wire: numbers in, and every payment that ever touched one of these people."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import ClaimStatus, LineVerdict, PaymentStatus, SchemeCode
from shared import county, names, wire

NUMBERS_AT_MOST = 5_000
IdNumber = Annotated[str, Field(min_length=1, max_length=40)]


class AuditListIn(wire.In):
    """A list of whatever origin. Numbers stand in the body alone; neither they nor the list are kept."""

    id_numbers: Annotated[list[IdNumber], Field(max_length=NUMBERS_AT_MOST, description=f"证件号码,至多 {NUMBERS_AT_MOST} 个")]
    from_on: wire.CivilDate | None = Field(None, description="班级(证书、上岗)之日不早于")
    to_on: wire.CivilDate | None = Field(None, description="班级(证书、上岗)之日不晚于")
    reason: wire.Reason = Field(description="核查事由,记入审计")


class TouchedPayment(wire.Out):
    """One payment of one line, as it was judged then and as it stands now."""

    payment_id: UUID
    batch_number: str = Field(description="拨付批次号", examples=[f"{county.here().series('FK')}-2025-000007"])
    claim_id: UUID
    claim_number: names.ClaimNumber = None
    claim_status: ClaimStatus = Field(description="申领单现在的状态")
    scheme: SchemeCode
    institution_id: UUID | None
    institution_name: names.InstitutionName = None
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    judged_on: date | None = Field(description="按哪一天的事实判定:班级第一天;没有班级的为提交之日")
    verdict: LineVerdict
    findings: list[str] = Field(description="当时的意见代码", examples=[["status_unverified"]])
    payee_name: str = Field(description="付款时的户名", examples=["示范职业培训学校"])
    amount: wire.Money = Field(description="为该学员付出的金额,元")
    status: PaymentStatus
    paid_on: date | None = Field(description="付款日;没有付出的为 null")
    returned_on: date | None = Field(description="付后退回的日期;没有退回的为 null")
    voucher_no: str | None
    asked_back_amount: wire.Money = Field(description="其中追回的金额,元,含追回中的")


class AuditedPerson(wire.Out):
    index: int = Field(description="在 id_numbers 中的位置,从 0 起")
    trainee_id: UUID | None = Field(description="没有登记的为 null")
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    payments: list[TouchedPayment] = Field(description="先付的在前,含未成功和退回的")
    paid_amount: wire.Money = Field(description="银行已付出而未退回的金额,元")


class AuditListOut(wire.Out):
    """In the order of the list. A person named twice, or by an old number and a new one, is told at the first."""

    items: list[AuditedPerson]
    registered: int = Field(description="登记在册的人数", examples=[3])
    people_paid: int = Field(description="有付款的人数", examples=[1])
    paid_amount: wire.Money = Field(description="银行已付出而未退回的金额之和,元")
