"""Funds and their ledger over the wire. Amounts are yuan."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from services.subsidy.codes import FundAccount, FundSource
from shared import names, wire

Year = Annotated[int, Field(ge=2000, le=2100, description="资金年度;不限制以后年度的审批", examples=[2025])]


def _above_zero(amount: wire.Money) -> wire.Money:
    if not amount:
        raise PydanticCustomError("money", "金额须大于 0.00")
    return amount


AddedMoney = Annotated[wire.Money, AfterValidator(_above_zero)]


class FundIn(wire.In):
    source: FundSource = Field(description="资金来源", examples=["employment_subsidy"])
    year: Year
    total: wire.Money = Field(description="资金总额,元", examples=["500000.00"])
    name: wire.Word | None = Field(None, description="资金名称", examples=["2025年就业补助资金(第一批)"])
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = Field(default_factory=list)


class FundAdded(wire.In):
    amount: AddedMoney = Field(description="追加金额,元", examples=["100000.00"])
    reason: wire.Reason = Field(examples=["第二批资金下达"])
    document_no: wire.Word | None = Field(None, description="资金下达文号", examples=["财社〔2025〕8号"])


class FundOut(wire.Out):
    """total = available + reserved + paid, always."""

    id: UUID
    source: FundSource = Field(examples=["employment_subsidy"])
    year: Year
    name: str | None = Field(examples=["2025年就业补助资金(第一批)"])
    total: wire.Money = Field(validation_alias="total_yuan", examples=["500000.00"])
    available: wire.Money = Field(validation_alias="available_yuan", description="可用", examples=["379400.00"])
    reserved: wire.Money = Field(validation_alias="reserved_yuan", description="已审批、待拨付", examples=["600.00"])
    paid: wire.Money = Field(validation_alias="paid_yuan", description="已拨付", examples=["120000.00"])
    external_refs: list[wire.ExternalRef]
    created_at: wire.Instant
    version: int


class FundPaper(FundOut):
    """A single fund, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]


class PostingOut(wire.Out):
    """One movement: `amount` leaves `from_account` and enters `to_account`."""

    id: UUID
    from_account: FundAccount = Field(examples=["available"])
    to_account: FundAccount = Field(examples=["reserved"])
    amount: wire.Money = Field(validation_alias="amount_yuan")
    claim_id: UUID | None
    claim_number: names.ClaimNumber = None
    payment_id: UUID | None
    recovery_id: UUID | None
    reason: str | None
    document_no: str | None = Field(examples=["财社〔2025〕8号"])
    posted_by: str = Field(examples=["local-finance"])
    posted_by_name: str | None = Field(examples=["龙会计"])
    posted_at: wire.Instant


class FundSum(wire.Out):
    """The funds of one source and year together."""

    source: FundSource = Field(examples=["employment_subsidy"])
    year: Year
    funds: int = Field(description="资金笔数")
    total: wire.Money
    available: wire.Money
    reserved: wire.Money
    paid: wire.Money


class FundStatistics(wire.Out):
    items: list[FundSum]
    total: wire.Money
    available: wire.Money
    reserved: wire.Money
    paid: wire.Money
