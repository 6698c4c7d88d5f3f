"""Filings on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.evaluation.codes import BodyClass, Level, ScopeDecision
from services.evaluation.codes import FilingStatus as Status
from services.evaluation.examiners.schemas import OccupationCode, StaffMember
from shared import county, names, wire

COUNTY = county.here()
NumberPrefix = Annotated[
    str,
    Field(
        pattern=rf"^[YSJ][0-9]{{4}}{COUNTY.province_digits}[0-9]{{6}}$",
        description=f"机构编码,即证书编号前 13 位:机构类别字母、4 位编码、{COUNTY.province_digits}({COUNTY.province.name})、6 位机构序号;留空由系统编排",
        examples=[f"Y0000{COUNTY.province_digits}000123"],
    ),
]


class ScopeEntry(wire.In):
    """`reason`: why a body has a level for its own posts that the occupation does not have."""

    occupation_code: OccupationCode
    levels: Annotated[list[Level], Field(min_length=1, max_length=8, description="申报的等级", examples=[["junior", "intermediate"]])]
    reason: wire.Reason | None = Field(None, description="职业标准之外的本单位岗位等级,须说明理由", examples=[None])


Team = Annotated[list[StaffMember], Field(min_length=1, max_length=200)]


class Staff(wire.In):
    """The three teams; each has at least one person."""

    managers: Team = Field(description="经办人员")
    assessors: Team = Field(description="考评人员")
    supervisors: Team = Field(description="督导人员")


class Material(wire.In):
    name: wire.Word = Field(examples=["考务管理办法"])
    file_id: UUID | None = Field(None, description="/v1/files 的编号", examples=[None])


Scope = Annotated[list[ScopeEntry], Field(min_length=1, max_length=100)]
Materials = Annotated[list[Material], Field(max_length=50)]


class FilingIn(wire.In):
    """An institution files for itself and may leave out `institution_id`."""

    institution_id: UUID | None = None
    body_class: BodyClass | None = Field(None, description="Y 评价本单位职工,S 面向社会;不填按机构类别", examples=["Y"])
    scope: Scope
    staff: Staff
    materials: Materials = []
    number_prefix: NumberPrefix | None = None
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class FilingChange(wire.In):
    """What is to change in a draft or a returned filing; what is left out stays."""

    body_class: BodyClass | None = None
    scope: Scope | None = None
    staff: Staff | None = None
    materials: Materials | None = None
    number_prefix: NumberPrefix | None = None
    external_refs: wire.ExternalRefs | None = None


class StaffChange(wire.In):
    """The teams that are replaced, whole, from today on; a team left out stays."""

    managers: Team | None = None
    assessors: Team | None = None
    supervisors: Team | None = None
    reason: wire.Reason | None = Field(None, examples=["考评员离职"])


class GrantIn(wire.In):
    """A refusal says why."""

    occupation_code: OccupationCode
    level: Level
    decision: ScopeDecision
    reason: wire.Reason | None = Field(None, examples=["考评员人数不足"])


Grants = Annotated[list[GrantIn], Field(min_length=1, max_length=800)]


class Acceptance(wire.In):
    """Every occupation and level that was filed for is decided."""

    valid_from_on: wire.CivilDate = Field(description="有效期起日,含当日", examples=["2025-01-01"])
    valid_until_on: wire.CivilDate = Field(description="有效期止日,含当日", examples=["2027-12-31"])
    granted: Grants
    comment: wire.Comment | None = None


class Renewal(wire.In):
    valid_until_on: wire.CivilDate = Field(description="新的有效期止日,含当日", examples=["2030-12-31"])
    comment: wire.Comment | None = None


class Extension(wire.In):
    """New occupations and levels count from today and do not extend the validity."""

    granted: Grants
    comment: wire.Comment | None = None


class ScopeOut(wire.Out):
    occupation_code: str
    occupation_name: names.OccupationName = None
    levels: list[Level]
    reason: str | None = None


class StaffOut(wire.Out):
    """The teams up to a day."""

    until_on: wire.CivilDate = Field(description="到哪一天为止,含当日")
    staff: Staff


class GrantOut(wire.Out):
    occupation_code: str
    occupation_name: names.OccupationName = None
    level: Level
    decision: ScopeDecision
    reason: str | None
    from_on: wire.CivilDate = Field(description="自哪一天起在备案范围内")


class SuspensionOut(wire.Out):
    from_on: wire.CivilDate
    reinstated_on: wire.CivilDate | None
    reason: str


class FilingOut(wire.Out):
    id: UUID
    number: str = Field(examples=[f"{COUNTY.series('BA')}-2025-000003"])
    institution_id: UUID
    institution_name: names.InstitutionName = None
    filed_name: str = Field(description="备案时的机构名称,印在证书上")
    institution_kind: str = Field(examples=["enterprise"])
    body_class: BodyClass
    scope: list[ScopeOut]
    staff: Staff
    staff_history: list[StaffOut] = Field(description="以前的人员,由先到后")
    materials: list[Material]
    number_prefix: str | None
    external_refs: list[wire.ExternalRef]
    status: Status
    status_reason: str | None = Field(description="退回、不予备案、暂停或撤销的理由")
    valid_from_on: wire.CivilDate | None
    valid_until_on: wire.CivilDate | None
    renewal_asked_on: wire.CivilDate | None = Field(description="机构申请续期之日;没有待办的申请为 null")
    looked_into_on: wire.CivilDate | None = Field(description="复审人员最近一次核查该机构评价工作之日")
    granted: list[GrantOut]
    suspensions: list[SuspensionOut]
    revoked_on: wire.CivilDate | None
    created_at: wire.Instant
    changed_at: wire.Instant
    version: int


class MaterialCheck(wire.Out):
    name: str = Field(examples=["考务管理"])
    submitted: bool
    required: bool = Field(description="缺了不能准予备案;false 只提示")


class FilingWarning(wire.Out):
    code: str = Field(examples=["level_outside_standard"])
    pointer: str | None = Field(None, examples=["/scope/0/levels/1"])
    detail: str


class FilingPaper(FilingOut):
    """A single filing, with what the caller may do with it."""

    checklist: list[MaterialCheck] = Field(description="材料清单,按本市的要求")
    warnings: list[FilingWarning] = Field(description="须留意的事项,不妨碍办理")
    renewable_from_on: wire.CivilDate | None = Field(description="哪一天起可以办理续期;未备案的为 null")
    allowed_actions: list[wire.AllowedAction]


class TouchedBatch(wire.Out):
    id: UUID
    number: str
    status: str
    held_on: wire.CivilDate


class TouchedOut(wire.Out):
    id: UUID
    number: str | None
    status: str | None


class TouchedClaim(TouchedOut):
    amount: wire.Money


class FilingPreview(wire.Out):
    """What a suspension or revocation would touch: batches not issued yet, which cannot be; certificates, which stand, and what rests on them. `complete`
    false: a service did not say, so there may be more; the sums are then null."""

    filing_id: UUID
    filing_number: names.FilingNumber = None
    complete: bool
    batches: list[TouchedBatch]
    certificates: int = Field(description="据此备案发出、现在有效的证书,本")
    claims: list[TouchedClaim]
    placements: list[TouchedOut]
    open_amount: wire.Money | None = Field(None, description="尚未批准的申领金额,元")
    approved_amount: wire.Money | None = Field(None, description="已批准、尚未支付的金额,元")
    paid_amount: wire.Money | None = Field(None, description="已付出而未追回的金额,元")


class CoveredEnterprise(wire.Out):
    """One eligible enterprise; `filing_id` null: none in force on that day."""

    institution_id: UUID
    institution_name: names.InstitutionName = None
    name: str
    region_code: str
    region_name: names.RegionName = None
    filing_id: UUID | None
    filing_number: names.FilingNumber = None


class CoverageOut(wire.Out):
    """Above-scale enterprises with a filing in force on the day ÷ all above-scale enterprises; `rate` null where there is none."""

    on: wire.CivilDate
    filed: int
    eligible: int
    rate: float | None = Field(examples=[0.5])
    enterprises: list[CoveredEnterprise]
