"""Claims over the wire: what an applicant asks, what was judged, what was decided."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.subsidy.codes import (
    BasisStatus,
    ClaimKind,
    ClaimPaper,
    ClaimStatus,
    Effect,
    FindingCode,
    LineVerdict,
    Outcome,
    PaperForm,
    PaperStatus,
    SchemeCode,
)
from shared import county, names, wire

LINES_AT_MOST = 1000


class Applicant(wire.In):
    """Who applies: an institution or a trainee, exactly one."""

    institution_id: UUID | None = None
    trainee_id: UUID | None = None

    @model_validator(mode="after")
    def exactly_one(self) -> "Applicant":
        if (self.institution_id is None) == (self.trainee_id is None):
            raise ValueError("institution_id 与 trainee_id 须填且只填一个")
        return self


class ApplicantOut(wire.Out):
    institution_id: UUID | None = None
    institution_name: names.InstitutionName = None
    trainee_id: UUID | None = None
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None


class LineIn(wire.In):
    trainee_id: UUID
    enrolment_id: UUID | None = None
    certificate_id: UUID | None = Field(None, description="证书类申领写明;条款要求证书的培训可以省略,由系统查找本人由该班取得的证书")
    placement_id: UUID | None = Field(None, description="就业类申领写明")
    expected_amount: wire.Money | None = Field(None, description="申领人预计的金额;与计算不同时只作提示")


Lines = Annotated[list[LineIn], Field(max_length=LINES_AT_MOST)]


class Attachment(wire.In):
    """A file, and which paper it is."""

    code: ClaimPaper
    file_id: UUID


Attached = Annotated[Annotated[UUID, wire.PLAIN] | Annotated[Attachment, wire.OBJECT], wire.BY_SHAPE]
Attachments = Annotated[list[Attached], Field(max_length=50, description="文件编号(/v1/files),或 {code, file_id}:注明哪种材料")]


class ClaimIn(wire.In):
    """An application. The amount is computed, never taken."""

    kind: ClaimKind
    scheme: SchemeCode
    applicant: Applicant
    on_behalf: bool | None = Field(None, description="乡镇为本辖区人员、经办机构为本人代办:attachments 中须有本人签字的材料")
    class_id: UUID | None = None
    fund_id: UUID | None = Field(None, description="个人申领可以省略,由初审人员指定")
    lines: Annotated[Lines, wire.null_as(list)] = Field(
        default_factory=list, description="省略或为空:班级全部结业学员;证书、就业类逐行写明"
    )
    attachments: Annotated[Attachments, wire.null_as(list)] = Field(default_factory=list)
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = Field(default_factory=list)


class ClaimChange(wire.In):
    """A change of a draft or returned claim. What is left out stays; the claim is judged again."""

    fund_id: UUID | None = None
    class_id: UUID | None = None
    lines: Lines | None = Field(None, description="整单替换;空数组表示班级全部结业学员")
    attachments: Attachments | None = None
    external_refs: wire.ExternalRefs | None = None


class FindingBasis(wire.Out):
    document: str
    clause: str
    status: BasisStatus = Field(examples=["confirmed"])


class FindingOut(wire.Out):
    """What one rule says of one line, with its legal basis and what to do."""

    code: FindingCode
    effect: Effect = Field(examples=["refuse"])
    detail: str
    seen: str
    allowed: str
    fix: str
    passes_from: date | None = Field(None, description="自这一天起同样的事实可以通过;时间不能解决的为 null")
    basis: FindingBasis


class LineOut(wire.Out):
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    enrolment_id: UUID | None = None
    certificate_id: UUID | None = None
    certificate_number: names.CertificateNumber = None
    placement_id: UUID | None = None
    placement_order_number: Annotated[
        str | None, names.Beside("placement_id", "placements", "order_number"), Field(description="就业所依据的订单的编号")
    ] = None
    expected_amount: wire.Money | None = None
    verdict: LineVerdict
    amount: wire.Money = Field(description="元;不予补贴为 0.00;待核实的已计算但不计入合计")
    paid_amount: wire.Money = Field(Decimal("0.00"), validation_alias="paid_yuan", description="银行已付出而未退回的金额,元")
    asked_back_amount: wire.Money = Field(Decimal("0.00"), validation_alias="asked_back_yuan", description="其中追回的金额,元,含追回中的")
    more_due_amount: wire.Money = Field(
        Decimal("0.00"), validation_alias="more_due_yuan", description="付款后按现有事实应补的差额,元;可申领补差(:supplement)"
    )
    findings: list[FindingOut]
    calculation: str = Field(examples=["3 天 × 60.00 元 = 180.00 元"])
    resolution: dict[str, Any] | None = Field(None, description="复审人员对待核实人员的处理")


class TermsRef(wire.Out):
    """The block of terms that was applied."""

    scheme: SchemeCode
    in_force_from: date
    document: str
    hash: str


class Hold(wire.Out):
    code: str = Field(examples=["officer_hold"])
    reason: str
    since_at: wire.Instant


class LineReason(wire.In):
    """What is said of one person of a claim: on a return, what is wrong; on a correction, the answer to it."""

    trainee_id: UUID
    reason: wire.Reason


class Returned(wire.Reasoned):
    """Why a claim goes back, and what is wrong with single persons."""

    lines: Annotated[list[LineReason], Field(max_length=LINES_AT_MOST), wire.null_as(list)] = Field(
        default_factory=list, description="逐人的退回意见"
    )


class LineReasonOut(wire.Out):
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    reason: str


class DecisionOut(wire.Out):
    """One step: who, when, from which state to which."""

    action: str = Field(examples=["review"])
    from_status: ClaimStatus | None
    to_status: ClaimStatus
    actor: str = Field(description="办理的账号")
    actor_name: str | None = Field(description="办理人当时的姓名", examples=["潘秀珍"])
    role: str
    person_id: UUID | None
    at: wire.Instant
    comment: str | None = None
    trainee_id: UUID | None = None
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    outcome: str | None = None
    lines: Annotated[list[LineReasonOut], wire.null_as(list)] = Field(
        default_factory=list, description="逐人的意见:退回的为退回意见,补正的为补正说明"
    )
    other_claim_id: UUID | None = Field(None, description="分单的另一申领单")
    other_claim_number: Annotated[
        str | None, names.Beside("other_claim_id", "claims", "number"), Field(description="分单的另一申领单的编号")
    ] = None


class QuoteOut(wire.Out):
    """What a claim would be judged to be; nothing is kept."""

    eligible: bool = Field(description="每一行都不予补贴时为 false")
    kind: ClaimKind
    scheme: SchemeCode
    applicant: ApplicantOut
    on_behalf: bool = False
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    fund_id: UUID | None = Field(description="个人申领未指定、初审尚未指定的为 null")
    fund_name: names.FundName = None
    amount: wire.Money = Field(description="元;符合各行之和")
    lines: list[LineOut]
    hold: Hold | None = Field(description="提交后即暂缓的原因:黑名单,或同一班级、机构、人员的前一申领单未经解除的暂缓")
    terms: TermsRef
    facts_hash: str = Field(description="判定所用事实的 SHA-256")


class LineSummary(wire.Out):
    """What a claim says of one person."""

    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    verdict: LineVerdict
    amount: wire.Money = Field(description="元;不予补贴为 0.00;待核实的已计算但不计入合计")


class ClaimHead(wire.Out):
    """What every answer says of a claim."""

    id: UUID
    version: int
    number: str = Field(examples=[f"{county.here().series('SQ')}-2025-000123"])
    status: ClaimStatus
    kind: ClaimKind
    scheme: SchemeCode
    applicant: ApplicantOut
    on_behalf: bool
    employer_id: UUID | None = Field(description="凭本人签字的授权书代其申领的用人单位")
    employer_name: Annotated[str | None, names.Beside("employer_id", "institutions"), Field(description="该用人单位的名称")] = None
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    fund_id: UUID | None = Field(description="个人申领未指定、初审尚未指定的为 null")
    fund_name: names.FundName = None
    region_code: str | None = Field(description="计入哪个乡镇、街道:班级所在地;没有班级的为本人登记地")
    region_name: names.RegionName = None
    amount: wire.Money
    hold: Hold | None
    attachments: list[UUID]
    external_refs: list[wire.ExternalRef]
    terms: TermsRef
    facts_hash: str
    split_from_id: UUID | None = Field(description="由哪张申领单分出")
    split_from_number: Annotated[
        str | None, names.Beside("split_from_id", "claims", "number"), Field(description="由哪张申领单分出:其编号")
    ] = None
    supplement_of_id: UUID | None = Field(description="补哪张申领单的差额")
    supplement_of_number: Annotated[
        str | None, names.Beside("supplement_of_id", "claims", "number"), Field(description="补哪张申领单的差额:其编号")
    ] = None
    created_at: wire.Instant
    submitted_at: wire.Instant | None
    in_status_since_at: wire.Instant = Field(description="进入现在状态的时刻")


class ClaimSummary(ClaimHead):
    """A claim in a list: without its lines, but for those of the people by whom it was sought."""

    people: int = Field(description="名单人数")
    held_people: int = Field(description="其中待核实的人数")
    refused_people: int = Field(description="其中不予补贴的人数")
    lines: list[LineSummary] | None = Field(None, description="按 trainee_id 筛选时为这些学员的行,否则为 null")


class Paper(wire.Out):
    """A paper that the terms require, and whether it is there."""

    code: ClaimPaper = Field(description="材料")
    form: PaperForm = Field(description="形式:original 须交验原件,electronic 电子件即可")
    confirmed: bool = Field(description="清单的出处是否已确认;未确认的只提示,不拦阻")
    follows_within_days: int | None = Field(None, description="可以容缺:提交之后若干个工作日内补交;不能容缺的为 null")
    status: PaperStatus
    due_on: date | None = Field(description="容缺材料的补交期限,尚未提交的自今日起算", examples=["2025-07-15"])
    file_ids: list[UUID]


class Attaching(wire.In):
    attachments: Attachments


class ClaimOut(ClaimHead):
    papers: list[Paper] = Field(description="条款要求的材料及是否交齐")
    eligible: bool = Field(description="每一行都不予补贴时为 false")
    lines: list[LineOut]
    decisions: list[DecisionOut]
    allowed_actions: list[wire.AllowedAction]


class Reviewed(wire.Commented):
    """The first review."""

    fund_id: UUID | None = Field(None, description="申领时未指定资金的,由此指定")


class Resolution(wire.In):
    """How a held line is settled."""

    trainee_id: UUID
    outcome: Outcome = Field(description="结论:accept 认可;refuse 不予补贴;split 移到新的申领单")
    reason: wire.Reason


class ReplayLine(wire.Out):
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    then: LineOut
    now: LineOut
    same: bool


class Replayed(wire.Out):
    terms: TermsRef
    facts_hash: str
    amount: wire.Money


class ReplayOut(wire.Out):
    """The verdict as it was kept, and as the chosen rules and facts give it now."""

    claim_id: UUID
    number: str
    facts: Literal["stored", "current"]
    then: Replayed
    now: Replayed
    same: bool
    lines: list[ReplayLine]
