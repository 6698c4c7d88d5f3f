"""Enrolments on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.registry.codes import EmploymentKind, EnrolmentOutcome, EvidenceGrade
from shared import history, names, wire

Proof = Annotated[wire.Word | None, Field(description="证明材料的文件编号或说明")]


class EnrolmentIn(wire.In):
    """`reason` and `proof`: of an enrolment after the class's last day, by an officer."""

    trainee_id: UUID
    from_on: wire.CivilDate | None = Field(default=None, description="从哪一天起参加;不填为开班第一天")
    reason: wire.Reason | None = Field(default=None, description="班级结束后补报的理由", examples=["开班当日已到,漏录花名册"])
    proof: Proof = None
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class EnrolmentChange(wire.In):
    """What changes; what is left out stays."""

    outcome: Literal[EnrolmentOutcome.WITHDRAWN] = Field(
        default_factory=lambda: EnrolmentOutcome.WITHDRAWN, description="退出;其他结果由结班得出"
    )
    external_refs: wire.ExternalRefs = Field(default_factory=list)


class EnrolmentOut(wire.Out):
    """`days_attended` counts the days of which both half-days are signed."""

    id: UUID
    class_id: UUID
    class_name: Annotated[str, names.Beside("class_id", "classes")]
    class_number: Annotated[str, names.Beside("class_id", "classes", "number")]
    institution_id: UUID
    institution_name: names.InstitutionName = None
    trainee_id: UUID
    trainee_name: Annotated[str, names.Beside("trainee_id", "trainees")]
    name: str = Field(description="同 trainee_name")
    id_number_masked: Annotated[str, names.Beside("trainee_id", "trainees", "id_number_masked")]
    id_number: str = Field(description="同 id_number_masked")
    outcome: EnrolmentOutcome
    imported: bool = Field(description="往年数据:计入人次,不申领补贴")
    days_attended: int = Field(description="上午、下午都签到的天数", examples=[3])
    half_days_attended: int = Field(examples=[6])
    counted_on: wire.CivilDate | None = Field(description="计入人次的日期:班级最后一天")
    counted_region_code: str | None = Field(description="计入人次的乡镇、街道:结班时学员所在地")
    counted_region_name: Annotated[str | None, names.Beside("counted_region_code", "regions")] = None
    employment_due_on: wire.CivilDate | None = Field(description="此日及以前开始的工作才算就业;未结业的为 null")
    from_on: wire.CivilDate = Field(description="从哪一天起参加")
    reason: str | None = Field(description="班级结束后补报的理由")
    proof: str | None = Field(description="补报的证明")
    external_refs: list[wire.ExternalRef]
    enrolled_at: wire.Instant
    changed_at: wire.Instant
    version: int


class EnrolmentPaper(EnrolmentOut):
    """A single enrolment, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]


class EmploymentIn(wire.In):
    """Work of a kind that counts as employed, with the grade of its evidence (A 社保 … E 村委会证明或电话)."""

    kind: EmploymentKind
    employer: wire.Word | None = None
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None = None
    grade: EvidenceGrade
    proof: Proof = None


class EmploymentCorrected(wire.In):
    """Why a record was wrong, and what is right of it; nothing but the reason: there was no such work."""

    reason: wire.Reason
    kind: EmploymentKind | None = None
    employer: wire.Word | None = None
    from_on: wire.CivilDate | None = None
    until_on: wire.CivilDate | None = None
    grade: EvidenceGrade | None = None
    proof: Proof = None


class EmploymentOut(wire.Out):
    id: UUID
    kind: EmploymentKind
    employer: str | None
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None
    grade: EvidenceGrade
    proof: str | None
    corrects: UUID | None = Field(None, description="本条更正的原记录")
    recorded_at: wire.Instant


class EmploymentKept(EmploymentOut, history.Voidable):
    """A record that was corrected or taken back is voided."""


class EmploymentPaper(EmploymentKept):
    """A single record, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
