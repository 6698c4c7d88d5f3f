"""Assessment batches on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.evaluation.codes import AmendmentStatus, Level
from services.evaluation.codes import AssessmentMethod as Method
from services.evaluation.codes import AssessmentStatus as Status
from services.evaluation.codes import SupervisionMode as Mode
from services.evaluation.examiners.schemas import OccupationCode
from shared import batches, county, names, wire

CANDIDATES_AT_MOST = 1_000
# Compared with the cards of the filing and the people of the batch and then kept, so that whoever gives a person's number is told whose it is.
CardGiven = Annotated[wire.Text, Field(min_length=1, max_length=60, description="证卡编号", examples=["KP-2025-001"])]
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, description="百分制成绩", examples=[86.5])]


class Proof(wire.In):
    """What stands for an exam: 业绩材料 of an achievement, 公示 of a direct recognition."""

    name: wire.Word = Field(examples=["技能竞赛获奖材料", "直接认定公示"])
    file_id: UUID | None = Field(None, description="/v1/files 的编号", examples=[None])
    from_on: wire.CivilDate | None = Field(None, description="公示起日", examples=[None])
    until_on: wire.CivilDate | None = Field(None, description="公示止日,含当日", examples=[None])


class AssessmentIn(wire.In):
    """`reason`: why a batch is announced after it was held."""

    filing_id: UUID
    class_id: UUID | None = Field(None, description="培训班", examples=[None])
    order_id: UUID | None = Field(None, description=f"{county.here().partner.name}订单", examples=[None])
    occupation_code: OccupationCode
    level: Level
    method: Method
    held_on: wire.CivilDate = Field(description="考核日期")
    assessors: Annotated[list[CardGiven], Field(min_length=1, max_length=50, description="考评员证卡")]
    candidates: Annotated[list[UUID], Field(min_length=1, max_length=CANDIDATES_AT_MOST, description="学员编号")]
    modules: Annotated[list[wire.Word], Field(max_length=20, description="模块化考核的各模块", examples=[[]])] = []
    proofs: Annotated[list[Proof], Field(max_length=50, description="业绩评审、直接认定的业绩材料和公示")] = []
    reason: wire.Reason | None = Field(None, description="考核日期已过才新建的,须说明理由", examples=[None])
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class AssessmentMoved(wire.In):
    held_on: wire.CivilDate = Field(description="新的考核日期")
    reason: wire.Reason


class ModuleResult(wire.In):
    """One module, or one of several results over time."""

    name: wire.Word = Field(examples=["理论知识"])
    held_on: wire.CivilDate | None = Field(None, description="何日考核;不填为批次的考核日期", examples=[None])
    score: Score | None = None
    passed: bool


class CandidateOutcome(wire.In):
    """How somebody did. Who was absent has no score and did not pass."""

    score: Score | None = None
    passed: bool | None = Field(None, description="是否合格;缺考的可不填")
    absent: bool = Field(False, description="缺考")
    modules: Annotated[list[ModuleResult], Field(max_length=20, description="各模块或各次考核的成绩")] = []


class ResultIn(CandidateOutcome):
    trainee_id: UUID


class AmendmentIn(CandidateOutcome):
    reason: wire.Reason = Field(examples=["复核发现合分错误"])


class ResultsBatch(batches.Batch[ResultIn]):
    """Results of some of the candidates. More than fit in are sent in several."""


class SupervisionIn(wire.In):
    supervisor: CardGiven
    mode: Mode = Field(description="线上或线下督导")
    report: Annotated[
        wire.Named,
        Field(min_length=1, max_length=4000, description="督导报告,可填 /v1/files 的编号", examples=["考场秩序良好,考评独立进行。"]),
    ]


class SupervisionOut(wire.Out):
    supervisor: str
    supervisor_name: str | None = Field(None, description="备案的督导人员中的姓名")
    mode: Mode
    report: str
    recorded_at: wire.Instant


class AssessorOut(wire.Out):
    """An assessor by card, with the name that the filing's team has."""

    card: str
    name: str | None


class CandidateOut(wire.Out):
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None


class ResultOut(wire.Out):
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    score: float | None
    passed: bool
    absent: bool
    modules: list[ModuleResult]


class AmendmentOut(wire.Out):
    """A result that was proposed after the lock."""

    id: UUID
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    result: CandidateOutcome
    before: CandidateOutcome
    reason: str
    status: AmendmentStatus
    proposed_at: wire.Instant
    decided_at: wire.Instant | None
    certificate_id: UUID | None = Field(description="据原成绩发出、改后应由复审人员撤销的证书;没有的为 null")
    certificate_number: names.CertificateNumber = None


class AssessmentWarning(wire.Out):
    code: str = Field(examples=["level_below_missing"])
    pointer: str | None = Field(None, examples=["/candidates/3"])
    detail: str


class AssessmentOut(wire.Out):
    id: UUID
    number: str = Field(examples=[f"{county.here().series('PJ')}-2025-000007"])
    filing_id: UUID
    filing_number: names.FilingNumber = None
    institution_id: UUID
    institution_name: names.InstitutionName = None
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    order_id: UUID | None
    order_number: names.OrderNumber = None
    occupation_code: str
    occupation_name: names.OccupationName = None
    level: Level
    method: Method
    held_on: wire.CivilDate
    assessors: list[str]
    modules: list[str]
    proofs: list[Proof]
    reason: str | None
    external_refs: list[wire.ExternalRef]
    status: Status
    issued_on: wire.CivilDate | None
    sat: int | None = Field(description="参加考核的人数,缺考不计;成绩锁定后才有")
    passed: int | None = Field(description="其中合格的人数")
    created_at: wire.Instant
    changed_at: wire.Instant
    version: int


class AssessmentPaper(AssessmentOut):
    """A single batch, with its people and what the caller may do with it."""

    candidates: list[UUID]
    people: list[CandidateOut] = Field(description="考生,附姓名与掩码")
    assessor_names: list[AssessorOut]
    results: list[ResultOut]
    supervision: list[SupervisionOut]
    amendments: list[AmendmentOut]
    warnings: list[AssessmentWarning] = Field(description="须留意的事项,不妨碍办理")
    certificates_issued: int
    allowed_actions: list[wire.AllowedAction]


class ExamOut(wire.Out):
    """One exam a person sat or is to sit; `passed` null: no result."""

    assessment_id: UUID
    trainee_id: UUID
    class_id: UUID | None
    order_id: UUID | None
    occupation_code: str
    level: Level
    held_on: wire.CivilDate
    status: Status
    passed: bool | None


class Exams(wire.Out):
    items: list[ExamOut]
