"""Enrolments on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.registry.codes import EmploymentKind, EnrolmentOutcome, EvidenceGrade
from shared import names, wire


class EnrolmentIn(wire.In):
    trainee_id: UUID
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
    days_attended: int = Field(description="上午、下午都签到的天数", examples=[3])
    half_days_attended: int = Field(examples=[6])
    counted_on: wire.CivilDate | None = Field(description="计入人次的日期:班级最后一天")
    counted_region_code: str | None = Field(description="计入人次的乡镇、街道:结班时学员所在地")
    counted_region_name: Annotated[str | None, names.Beside("counted_region_code", "regions")] = None
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
    proof: wire.Word | None = Field(default=None, description="证明材料的文件编号或说明")


class EmploymentOut(wire.Out):
    id: UUID
    kind: EmploymentKind
    employer: str | None
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None
    grade: EvidenceGrade
    proof: str | None
    recorded_at: wire.Instant
