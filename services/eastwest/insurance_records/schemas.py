"""Records of insurance offices on the wire. Numbers of people go in whole and come out masked."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.eastwest.codes import InsuranceVerdict as Verdict
from services.eastwest.placements.schemas import EmployerIn, ExternalNumber, IdNumber, Month
from shared import batches, county, names, wire

PARTNER = county.here().partner
OrderNumberOfPlacement = Annotated[
    str | None, names.Beside("placement_id", "placements", "order_number"), Field(description="安置所在的订单号")
]


class InsuranceIn(wire.In):
    """One person insured by one employer in one month, which is over."""

    id_number: IdNumber
    month: Month = Field(description="参保的月份,须已过完", examples=["2025-08"])
    employer: EmployerIn = Field(description="缴费的用人单位")
    paid_on: wire.CivilDate | None = Field(None, description="实际缴纳之日;月份过后补缴的不证明该月", examples=["2025-08-15"])
    source: wire.Word = Field(
        max_length=100, description="社会保险经办机构的名称", examples=[f"{PARTNER.name}{PARTNER.districts[0].name}社会保险经办机构"]
    )
    external_ref: Annotated[ExternalNumber, Field(description="该机构自己的编号,在该机构内唯一")]


class InsuranceOutcome(batches.ItemOut):
    """`confirmed`: the employer is the placement's, whose month is proved at grade A from now on; `contradicted`: it is another; `nobody_placed`: the person
    is at work on no order in that month. `facts`: what was reported of the month, by whose word, that this confirms or contradicts."""

    verdict: Verdict | None = Field(None, description="与所报的情况是否相符", examples=["confirmed"])
    placement_id: UUID | None = None
    placement_order_number: OrderNumberOfPlacement = None
    employer_told: str | None = Field(
        None, description="该月所报的用人单位", examples=[f"{PARTNER.name}{PARTNER.districts[0].name}某电器有限公司"]
    )
    facts: list[str] = Field([], description="所证实或相矛盾的情况的 external_ref")


class InsuranceBatchOut(wire.Out):
    summary: batches.BatchSummary
    items: list[InsuranceOutcome]


class InsuranceRecordOut(wire.Out):
    """`placement_id` null: it proves no placement."""

    id: UUID
    source: str = Field(description="社会保险经办机构", examples=[f"{PARTNER.name}{PARTNER.districts[0].name}社会保险经办机构"])
    external_ref: str = Field(description="该机构的编号", examples=["SB-202508-00731"])
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    month: str = Field(description="参保的月份", examples=["2025-08"])
    employer_name: str = Field(description="缴费的用人单位", examples=[f"{PARTNER.name}{PARTNER.districts[0].name}某电器有限公司"])
    employer_uscc: str | None = Field(description="其统一社会信用代码", examples=["91110000600037341L"])
    paid_on: wire.CivilDate | None
    placement_id: UUID | None
    placement_order_number: OrderNumberOfPlacement = None
    voided_at: wire.Instant | None
    void_reason: str | None = Field(description="为何作废", examples=[None])
    received_at: wire.Instant
    version: int


class InsuranceRecordPaper(InsuranceRecordOut):
    allowed_actions: list[wire.AllowedAction]
