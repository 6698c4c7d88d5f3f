"""Certificates on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.evaluation.bodies.schemas import FlagOut
from services.evaluation.codes import CertificateKind as Kind
from services.evaluation.codes import CertificateStatus as Status
from services.evaluation.codes import Level, Verification
from services.evaluation.examiners.schemas import OccupationCode
from shared import county, names, wire

Number = Annotated[
    wire.Text, Field(min_length=1, max_length=40, description="证书编号", examples=[f"Y0000{county.here().province_digits}000123255000001"])
]


STANDARD = "专项职业能力证书依据的考核规范,见 /v1/skill-standards"


class CertificateIn(wire.In):
    """A certificate of another issuer, seen by the officer."""

    kind: Kind
    number: Number
    trainee_id: UUID
    occupation_code: OccupationCode | None = Field(
        None, description="职业代码;没有国家职业编码的专项能力、上岗证可不填", examples=["6-31-01-03"]
    )
    level: Level | None = Field(None, examples=["junior"])
    issued_on: wire.CivilDate
    issuer: wire.Word = Field(examples=[f"{county.here().prefecture.aliases[0]}职业技能鉴定中心"])
    printed_name: wire.PersonName | None = Field(None, description="证书上印的姓名;缺省为持证人现在的姓名", examples=[None])
    proof: wire.Word = Field(description="证明材料,可填 /v1/files 的编号", examples=["证书原件扫描件"])
    class_id: UUID | None = Field(None, description="由哪个培训班取得", examples=[None])
    skill_standard_id: UUID | None = Field(None, description=STANDARD, examples=[None])
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class CertificateOut(wire.Out):
    id: UUID
    kind: Kind
    number: str
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    printed_name: str | None = Field(None, description="证书上印的姓名;没有记下的为 null")
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    level: Level | None
    issued_on: wire.CivilDate
    issuer: str
    skill_standard_id: UUID | None = Field(description=STANDARD)
    skill_standard_name: str | None = Field(description="该考核规范的名称,登记证书时的")
    external_refs: list[wire.ExternalRef]
    status: Status
    revoked_on: wire.CivilDate | None
    revoked_reason: str | None
    filing_id: UUID | None = Field(description="依据的备案;其他机构发的证书没有")
    filing_number: names.FilingNumber = None
    assessment_id: UUID | None
    assessment_number: names.AssessmentNumber = None
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    school_id: UUID | None = Field(None, description="教授该班级的机构")
    school_name: Annotated[str | None, names.Beside("school_id", "institutions")] = None
    employer_id: UUID | None = Field(None, description="发证或登记时持证人的用人单位")
    employer_name: Annotated[str | None, names.Beside("employer_id", "institutions")] = None
    exam_held_on: wire.CivilDate | None
    proof: str | None
    registered_at: wire.Instant
    version: int


class PrintOut(wire.Out):
    """A certificate is printed when it is issued, and anew at each `:reissue`; only the last print counts."""

    edition: int = Field(description="第几次印制", examples=[1])
    name: str = Field(description="印上的姓名", examples=["潘秀英"])
    printed_on: wire.CivilDate
    reason: str | None = Field(description="补发的理由", examples=[None])
    superseded_on: wire.CivilDate | None = Field(description="因补发而作废的日期", examples=[None])


class CertificateAlike(wire.Out):
    """A valid certificate of the same person, kind, trade, level and day, under another number: the same one may have been told twice."""

    certificate_id: UUID
    certificate_number: names.CertificateNumber = None
    detail: str = Field(examples=["证书 Y000052012325500001 与已登记的 Y000052012325500010 同一持证人、种类、职业、等级和发证日期。"])


class CertificatePaper(CertificateOut):
    """A single certificate, with its prints and what the caller may do with it."""

    warnings: list[CertificateAlike] = Field([], description="登记时:可能重复登记的证书,不妨碍登记", examples=[[]])
    prints: list[PrintOut] = Field([], description="历次印制;其他机构的证书只有其上的姓名")
    allowed_actions: list[wire.AllowedAction]


class TouchedOut(wire.Out):
    id: UUID
    number: str | None
    status: str | None


class TouchedClaim(TouchedOut):
    amount: wire.Money


class RevocationPreview(wire.Out):
    """What a revocation would touch, and the sums of the claims; null where they are not known. `complete` false: a service did not say, so there may be
    more."""

    certificate_id: UUID
    certificate_number: names.CertificateNumber = None
    complete: bool
    claims: list[TouchedClaim]
    placements: list[TouchedOut]
    open_amount: wire.Money | None = Field(None, description="尚未批准的申领金额,元")
    approved_amount: wire.Money | None = Field(None, description="已批准、尚未支付的金额,元")
    paid_amount: wire.Money | None = Field(None, description="已付出而未追回的金额,元")


class VerifyIn(wire.In):
    number: Number
    name: wire.Word = Field(description="持证人姓名", examples=["潘秀英"])
    on: wire.CivilDate | None = Field(None, description="在哪一天是否有效;缺省为今天", examples=["2025-06-30"])


class VerifyOut(wire.Out):
    """A wrong name is answered as an unknown number is."""

    valid: bool
    on: wire.CivilDate
    reason: Verification | None = Field(None, examples=[None])
    detail: str | None = Field(None, examples=[None])
    number: str | None = None
    kind: Kind | None = None
    occupation_code: str | None = None
    occupation_name: names.OccupationName = None
    level: Level | None = None
    issued_on: wire.CivilDate | None = None
    issuer: str | None = None
    name: str | None = Field(None, description="隐去名的姓名", examples=["潘**"])
    revoked_on: wire.CivilDate | None = None
    edition: int | None = Field(None, description="最近一次是第几次印制,此前印制的已作废;其他机构的证书为 null", examples=[1])
    printed_on: wire.CivilDate | None = Field(None, description="最近一次印制的日期")


class FactsIn(wire.In):
    """Whose certificates, and which ones: what fits either."""

    trainee_ids: Annotated[list[UUID], Field(max_length=5000)] = []
    certificate_ids: Annotated[list[UUID], Field(max_length=5000)] = []
    on: wire.CivilDate | None = Field(None, description="for `valid` and `months_since_issue`; today unless said")


class CertificateFact(wire.Out):
    id: UUID
    trainee_id: UUID
    kind: Kind
    number: str
    number_fits: bool = Field(description="shape, year and level of the number agree with the rest")
    occupation_code: str | None
    level: Level | None
    issued_on: wire.CivilDate
    issuer: str
    issued_that_month: int = Field(description="certificates of the same issuer in 31 days in a row that hold that day, the most of any")
    assessed_that_month: int = Field(
        description="the same of those that one of its assessors assessed, the most of any; 0: another issuer's"
    )
    issued_that_day: int = Field(description="certificates of the same issuer dated that day")
    body_flags: list[FlagOut] = Field(
        description="what of its issuer's work, up to that month, asks for a second look; another issuer's: none"
    )
    status: Status
    valid: bool = Field(description="issued by the day asked about, and not revoked by then")
    months_since_issue: int = Field(description="full months from the day of issue to the day asked about; 0 before it")
    earlier_levels: list[Level] = Field(
        description="of the holder in the same occupation, from certificates issued before and valid on the day of issue, low to high"
    )
    revoked_on: wire.CivilDate | None
    outside: bool
    filing_id: UUID | None
    in_scope: bool | None = Field(description="within the issuer's filing on the day of issue; null: another issuer's")
    class_id: UUID | None
    exam_held_on: wire.CivilDate | None = Field(description="null: not known here; an outside certificate's date stands for it")


class CertificateFacts(wire.Out):
    certificates: list[CertificateFact]


class CertifiedIn(wire.In):
    as_of: wire.CivilDate
    class_ids: Annotated[list[UUID], Field(max_length=10_000)]


class CertifiedOut(wire.Out):
    """One row a person and class, with the day of the first certificate that is valid on `as_of`."""

    class_id: UUID
    trainee_id: UUID
    issued_on: wire.CivilDate


class CertifiedList(wire.Out):
    items: list[CertifiedOut]
