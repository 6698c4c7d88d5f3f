"""Institutions on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import InstitutionKind, InstitutionMark, InstitutionStatus, RatingResult
from shared import county, names, wire

EXAMPLES = county.here().examples
Name = Annotated[wire.Word, Field(examples=[f"{county.here().name}某职业培训学校"])]
Account = Annotated[wire.Text, Field(max_length=60, description="对公账号;答复中掩码", examples=["6217001234567894321"])]


INDUSTRY = "国民经济行业分类(GB/T 4754)代码:一个字母,后跟至多四位数字"
IndustryCode = Annotated[wire.Word, Field(pattern=r"^[A-T][0-9]{0,4}$", description=INDUSTRY, examples=["C3825"])]


class DatedFact(wire.In):
    """From `from_on` to `until_on`, both days counted in."""

    from_on: wire.CivilDate | None = Field(None, description="第一日;不知道从何时起的为 null", examples=["2024-01-01"])
    until_on: wire.CivilDate | None = Field(None, description="最后一日;仍然如此的为 null", examples=[None])


class ScalePeriod(DatedFact):
    """规模以上."""


class FilingExemption(DatedFact):
    """Days on which an above-scale enterprise need not file, and why."""

    reason: wire.Reason = Field(examples=["停产,没有技术工人"])


class Mark(DatedFact):
    """龙头企业, 明星企业, 高危行业企业, 产教融合型企业."""

    code: InstitutionMark
    document: wire.Word | None = Field(None, description="认定文件", examples=["州农业农村局〔2024〕3号"])


class Licence(DatedFact):
    """A licence to teach (办学许可证), of which trades."""

    number: wire.Word = Field(description="许可证号", examples=["人社民〔2021〕14 号"])
    trades: list[wire.Named] = Field(max_length=100, description="职业代码或工种名称;不限的为空", examples=[["6-31-01-03"]])


ScalePeriods = Annotated[list[ScalePeriod], Field(max_length=30, description="规模以上的各个期间,互不重叠")]
FilingExemptions = Annotated[list[FilingExemption], Field(max_length=30, description="无须备案自主评价的期间和原因")]
Marks = Annotated[list[Mark], Field(max_length=30, description="龙头、明星、高危、产教融合型等标记,同一标记的期间互不重叠")]
Licences = Annotated[list[Licence], Field(max_length=30, description="办学许可,许可的职业(工种)和期限")]


class InstitutionIn(wire.In):
    name: Name
    uscc: wire.Word = Field(description="统一社会信用代码", examples=["91110000600037341L"])
    kind: InstitutionKind
    region_code: wire.Word = Field(description="所在镇、街道,见 /v1/regions", examples=[EXAMPLES.region_code])
    above_scale: bool = Field(False, description="今天是否规模以上企业;知道期间的填 scale_periods")
    scale_periods: Annotated[ScalePeriods, wire.null_as(list)] = []
    filing_exemptions: Annotated[FilingExemptions, wire.null_as(list)] = []
    industry_code: IndustryCode | None = None
    marks: Annotated[Marks, wire.null_as(list)] = []
    licences: Annotated[Licences, wire.null_as(list)] = []
    phone: wire.Word | None = Field(None, examples=["13885501234"])
    bank_account: Account | None = None
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class InstitutionChange(wire.In):
    """What changes; what is left out stays; lists replace the whole list. The credit code is the institution's identity and does not change."""

    name: Name = Field(default_factory=str, examples=[f"{county.here().name}某职业培训学校"])
    kind: InstitutionKind = Field(default_factory=lambda: InstitutionKind.PRIVATE_SCHOOL)
    region_code: wire.Word = Field(default_factory=str, examples=[EXAMPLES.region_code])
    above_scale: bool = Field(default_factory=bool, description="从今天起是否规模以上企业;知道期间的填 scale_periods")
    scale_periods: ScalePeriods = Field(default_factory=list)
    filing_exemptions: FilingExemptions = Field(default_factory=list)
    industry_code: IndustryCode | None = None
    marks: Marks = Field(default_factory=list)
    licences: Licences = Field(default_factory=list)
    phone: wire.Word | None = Field(None, examples=["13885501234"])
    bank_account: Account | None = None
    external_refs: wire.ExternalRefs = Field(default_factory=list)


class Designated(wire.In):
    """A term of designation (定点), both days counted in. It begins on a day gone by only with a reason, but for an institution registered today."""

    from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    to_on: wire.CivilDate = Field(examples=["2025-12-31"])
    reason: wire.Reason | None = Field(None, description="从过去之日起定点的原因")
    decision_no: wire.Word | None = Field(None, description="定点决定的文号", examples=["凯人社通〔2025〕8号"])
    tender_no: wire.Word | None = Field(None, description="招标遴选的项目编号", examples=["KLZB-2025-012"])


class DesignationVoided(wire.In):
    """Which term was given by mistake, by its first day, and why."""

    from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    reason: wire.Reason


class Blacklisted(wire.In):
    """A blacklisting (列入黑名单). `until_on`: its last day; without it, until repaired."""

    from_on: wire.CivilDate = Field(examples=["2025-06-01"])
    reason: wire.Reason
    decision_no: wire.Word | None = Field(None, description="决定文号", examples=["人社决〔2025〕1号"])
    hearing_on: wire.CivilDate | None = Field(None, description="听取陈述申辩之日")
    until_on: wire.CivilDate | None = Field(None, examples=["2026-05-31"])


class Suspended(wire.In):
    """A suspension (暂停), both days counted in: from today where no day is said, until it is ended where no last day is."""

    from_on: wire.CivilDate | None = Field(None, examples=["2025-06-01"])
    until_on: wire.CivilDate | None = Field(None, examples=["2025-08-31"])
    reason: wire.Reason


class Exited(wire.In):
    """It takes part no longer (退出), from that day on; today where none is said."""

    on: wire.CivilDate | None = Field(None, description="退出之日,含当日;不填为今天", examples=["2025-06-30"])
    reason: wire.Reason


class Explained(wire.In):
    """A decision, with an optional reason."""

    reason: wire.Reason | None = None
    comment: wire.Reason | None = None


class DesignationOut(wire.Out):
    from_on: date
    to_on: date
    reason: str | None = None
    decision_no: str | None = Field(None, description="定点决定的文号")
    tender_no: str | None = Field(None, description="招标遴选的项目编号")


class BlacklistingOut(wire.Out):
    """`reinstated_on`: free again from that day."""

    from_on: date
    until_on: date | None
    reason: str
    decision_no: str | None
    hearing_on: date | None
    reinstated_on: date | None
    reinstated_reason: str | None


class AbsenceOut(wire.Out):
    """A suspension or an exit. `reinstated_on`: free again from that day."""

    kind: InstitutionStatus
    from_on: date
    until_on: date | None
    reason: str
    reinstated_on: date | None


class FilingEligible(wire.Out):
    """Whether it must file to assess its own workers."""

    met: bool = Field(description="是否应当备案")
    reason: str | None = Field(description="无须备案的原因;应当备案的为 null", examples=["不是企业"])


class InstitutionOut(wire.Out):
    """`status`, `designated` and `blacklisted` as of today; `bank_account` masked; `rating`: the latest, of the year `rating_year`."""

    id: UUID
    name: str
    uscc: str
    kind: InstitutionKind
    region_code: str
    region_name: names.RegionName = None
    above_scale: bool = Field(description="是否规模以上企业:今天,或 as_of 那天")
    scale_periods: list[ScalePeriod]
    filing_exemptions: list[FilingExemption]
    filing_eligible: FilingEligible
    industry_code: str | None = Field(description=INDUSTRY)
    marks: list[Mark]
    licences: list[Licence]
    phone: str | None
    bank_account: str | None
    external_refs: list[wire.ExternalRef]
    rating: RatingResult | None
    rating_year: int | None
    status: InstitutionStatus
    status_reason: str | None
    designated: bool
    blacklisted: bool
    registered_at: wire.Instant
    version: int


class InstitutionPaper(InstitutionOut):
    """One institution with its history, and what the caller may do."""

    designations: list[DesignationOut]
    blacklistings: list[BlacklistingOut]
    absences: list[AbsenceOut]
    allowed_actions: list[wire.AllowedAction]
