"""What is counted of claims and their money, over the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import ClaimStatus, SchemeCode
from shared import county, names, wire

By = Literal["scheme", "fund", "region", "month", "institution"]
ResultsBy = Literal["region", "department", "institution", "scheme"]


class ClaimCount(wire.Out):
    scheme: SchemeCode
    status: ClaimStatus
    claims: int = Field(examples=[12])
    amount: wire.Money


class Sums(wire.Out):
    """Of claims that were submitted and neither rejected nor withdrawn, but `claimed`, which is of all that were submitted. Yuan."""

    claims: int = Field(description="提交过的申领单,张", examples=[12])
    people: int = Field(description="其中的人次", examples=[360])
    claimed: wire.Money = Field(description="申领金额,元:填报的预计金额,没有填报的为计算金额")
    entitled: wire.Money = Field(description="核定金额,元:可补贴的各行之和;不含不予通过和撤回的")
    approved: wire.Money = Field(description="已批准的金额,元,不含办结时不再支付的")
    paid: wire.Money = Field(description="银行已付出而未退回的金额,元")
    recovered: wire.Money = Field(description="其中已追回到账的金额,元")


class ClaimGroup(Sums):
    """One scheme, fund, town, month or institution; the others of these are null, and all are for what belongs to none."""

    scheme: SchemeCode | None = Field(None, description="补贴项目")
    fund_id: UUID | None = None
    fund_name: names.FundName = None
    region_code: str | None = None
    region_name: names.RegionName = None
    month: str | None = Field(None, description="提交的月份,YYYY-MM", examples=["2025-05"])
    institution_id: UUID | None = Field(None, description="申领机构;个人申领的为 null")
    institution_name: names.InstitutionName = None


class ClaimStatistics(wire.Out):
    """Counts and amounts of the claims that the caller may see, by scheme and status; with `by`, their money in groups."""

    items: list[ClaimCount] = Field(description="按项目和状态")
    claims: int = Field(examples=[12])
    amount: wire.Money
    by: By | None = Field(description="分组的方式;没有分组时为 null")
    groups: list[ClaimGroup] = Field(description="各组;没有分组时为空")
    total: Sums | None = Field(description="全部组之和;没有分组时为 null")


Each = Annotated[wire.Money | None, Field(description="元;人数为 0 或未知时为 null")]


class Result(wire.Out):
    """Money beside what it brought: of classes that ended in these days. What a service that is away counts is null, and never 0."""

    paid: wire.Money = Field(description="为这些班级付出的补贴,元")
    person_times: int | None = Field(description="培训人次")
    certified: int | None = Field(description="其中取得证书的人数")
    employed: int | None = Field(description="其中就业的人数")
    retained: int | None = Field(description="其中赴对口帮扶城市稳岗满三个月的人数")
    yuan_per_person_time: Each
    yuan_per_certified: Each
    yuan_per_employed: Each
    yuan_per_retained: Each


class ResultGroup(Result):
    region_code: str | None = None
    region_name: names.RegionName = None
    department: str | None = Field(None, description="责任单位")
    institution_id: UUID | None = None
    institution_name: names.InstitutionName = None
    scheme: SchemeCode | None = Field(None, description="补贴项目,即班级的培训渠道")


class Results(wire.Out):
    by: ResultsBy = Field(description="分组的方式")
    from_on: date
    to_on: date
    complete: bool = Field(description="有服务未应答时为 false,其数字为 null")
    groups: list[ResultGroup]
    total: Result = Field(description="全部组之和")


class Entry(wire.Out):
    """One thing that happened to one claim of the institution."""

    on: date = Field(description="日期")
    claim_id: UUID
    claim_number: names.ClaimNumber = None
    kind: Literal["submitted", "returned", "rejected", "withdrawn", "approved", "closed", "paid", "paid_back", "recovered"] = Field(
        description="提交、退回补正、不予通过、撤回、批准、办结、付款、付后退回、追回到账"
    )
    amount: wire.Money
    number: str | None = Field(description="拨付批次号或凭证号", examples=[f"{county.here().series('FK')}-2025-000007"])


class StatementOut(wire.Out):
    """What happened to an institution's claims and money in a month (对账单), in the order in which it happened."""

    institution_id: UUID
    institution_name: names.InstitutionName = None
    month: str = Field(description="月份,YYYY-MM", examples=["2025-05"])
    entries: list[Entry] = Field(description="逐笔")
    submitted: wire.Money = Field(description="本月提交的金额,元")
    approved: wire.Money = Field(description="本月批准的金额,元")
    paid: wire.Money = Field(description="本月付款,元")
    paid_back: wire.Money = Field(description="本月付后退回,元")
    recovered: wire.Money = Field(description="本月追回到账,元")
    due: wire.Money = Field(description="现在已批准而尚未付款的金额,元")
