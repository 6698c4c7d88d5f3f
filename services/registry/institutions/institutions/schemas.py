"""Institutions on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared import wire

Kind = Literal[
    "private_school",
    "vocational_college",
    "technical_school",
    "enterprise",
    "cooperative",
    "workshop",
    "association",
    "assessment_organisation",
    "labour_agency",
]
Status = Literal["active", "suspended", "exited"]
Employment = Literal["full_time", "part_time"]
Result = Literal["excellent", "qualified", "unqualified"]

Name = Annotated[wire.Word, Field(examples=["凯里市某职业培训学校"])]
Account = Annotated[wire.Text, Field(max_length=60, description="对公账号;答复中掩码", examples=["6217001234567894321"])]
Year = Annotated[int, Field(ge=2000, le=2100, examples=[2024])]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
TeacherNumber = Annotated[wire.Text, Field(max_length=60, description="公民身份号码全号;答复中掩码", examples=["522601199003070025"])]


class InstitutionIn(wire.In):
    name: Name
    uscc: wire.Word = Field(description="统一社会信用代码", examples=["91110000600037341L"])
    kind: Kind
    region_code: wire.Word = Field(description="所在镇、街道,见 /v1/regions", examples=["522601100"])
    above_scale: bool = Field(False, description="规模以上企业")
    phone: wire.Word | None = Field(None, examples=["0855-8230000"])
    bank_account: Account | None = None


class InstitutionChange(wire.In):
    """What changes; what is left out stays. The credit code is the institution's identity and does not change."""

    name: Name = Field(default_factory=str, examples=["凯里市某职业培训学校"])
    kind: Kind = Field(default_factory=lambda: "private_school")
    region_code: wire.Word = Field(default_factory=str, examples=["522601100"])
    above_scale: bool = Field(default_factory=bool)
    phone: wire.Word | None = Field(None, examples=["0855-8230000"])
    bank_account: Account | None = None


class Designated(wire.In):
    """A term of designation (定点), both days counted in."""

    from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    to_on: wire.CivilDate = Field(examples=["2025-12-31"])


class Blacklisted(wire.In):
    """A blacklisting (列入黑名单). `until_on`: its last day; without it, until repaired."""

    from_on: wire.CivilDate = Field(examples=["2025-06-01"])
    reason: wire.Reason
    decision_no: wire.Word | None = Field(None, description="决定文号", examples=["凯人社决〔2025〕1号"])
    hearing_on: wire.CivilDate | None = Field(None, description="听取陈述申辩之日")
    until_on: wire.CivilDate | None = Field(None, examples=["2026-05-31"])


class Explained(wire.In):
    """A decision, with an optional reason."""

    reason: wire.Reason | None = None
    comment: wire.Reason | None = None


class DesignationOut(wire.Out):
    from_on: date
    to_on: date


class BlacklistingOut(wire.Out):
    """`reinstated_on`: free again from that day."""

    from_on: date
    until_on: date | None
    reason: str
    decision_no: str | None
    hearing_on: date | None
    reinstated_on: date | None
    reinstated_reason: str | None


class InstitutionOut(wire.Out):
    """`designated` and `blacklisted` as of today; `bank_account` masked."""

    id: UUID
    name: str
    uscc: str
    kind: Kind
    region_code: str
    above_scale: bool
    phone: str | None
    bank_account: str | None
    status: Status
    status_reason: str | None
    designated: bool
    blacklisted: bool
    registered_at: wire.Instant
    version: int


class InstitutionPaper(InstitutionOut):
    """One institution with its history, and what the caller may do."""

    designations: list[DesignationOut]
    blacklistings: list[BlacklistingOut]
    allowed_actions: list[wire.AllowedAction]


class Basis(wire.Out):
    document: str
    clause: str


class StandingRuleOut(wire.Out):
    """One rule: whether it is met, what was seen, what is needed, and who says so."""

    code: Literal["designation", "blacklist", "teacher_ratio", "part_time_limit", "rating_due"]
    met: bool
    seen: str
    needed: str
    basis: Basis


class StandingOut(wire.Out):
    on: date
    rules: list[StandingRuleOut]


class TeacherIn(wire.In):
    """A teacher's service at the institution; `to_on` is the last day."""

    name: wire.Text = Field(max_length=100, examples=["杨秀英"])
    id_number: TeacherNumber
    employment: Employment = Field(description="专职或兼职")
    from_on: wire.CivilDate = Field(examples=["2024-09-01"])
    to_on: wire.CivilDate | None = Field(None, examples=[None])
    qualification: wire.Word | None = Field(None, description="资格证书或职称", examples=["讲师"])


class TeacherChange(wire.In):
    """What changes; ending a service is stating `to_on`."""

    name: wire.Text = Field(default_factory=str, max_length=100, examples=["杨秀英"])
    employment: Employment = Field(default_factory=lambda: "full_time")
    to_on: wire.CivilDate | None = Field(None, examples=["2025-08-31"])
    qualification: wire.Word | None = Field(None, examples=["讲师"])


class TeacherOut(wire.Out):
    id: UUID
    institution_id: UUID
    name: str
    id_number: str
    employment: Employment
    from_on: date
    to_on: date | None
    qualification: str | None
    version: int


class RatingIn(wire.In):
    """The result of an assessment (办学评估)."""

    year: Year
    result: Result


class RatingOut(wire.Out):
    id: UUID
    year: int
    result: Result


class YearlyFigures(wire.In):
    """What an institution reports of a year; funds in yuan. `training_funds_frontline`: the part spent on front-line workers."""

    enrolled_students: Count | None = Field(None, description="在校生数")
    training_funds: wire.Money | None = Field(None, description="职工教育经费")
    training_funds_frontline: wire.Money | None = Field(None, description="其中用于一线职工")
    partner_enterprises: Count | None = Field(None, description="校企合作企业数")


class YearlyReportIn(YearlyFigures):
    year: Year


class YearlyReportOut(wire.Out):
    id: UUID
    year: int
    enrolled_students: int | None
    training_funds: wire.Money | None
    training_funds_frontline: wire.Money | None
    partner_enterprises: int | None
    reported_at: wire.Instant
