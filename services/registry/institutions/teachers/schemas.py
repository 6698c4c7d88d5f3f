"""Teachers on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import TeacherEmployment
from shared import county, names, wire

NUMBER = "公民身份号码全号;答复中掩码"
TeacherNumber = Annotated[wire.Text, Field(max_length=60, description=NUMBER, examples=[county.here().examples.id_number])]


class TeacherIn(wire.In):
    """A teacher's service at the institution; `to_on` is the last day."""

    name: wire.Text = Field(max_length=100, examples=["杨秀英"])
    id_number: TeacherNumber
    employment: TeacherEmployment = Field(description="专职或兼职")
    from_on: wire.CivilDate = Field(examples=["2024-09-01"])
    to_on: wire.CivilDate | None = Field(None, examples=[None])
    qualification: wire.Word | None = Field(None, description="资格证书或职称", examples=["讲师"])
    dual_qualified: bool = Field(False, description="双师型教师")
    recognised_from_on: wire.CivilDate | None = Field(None, description="上岗资格认定之日;没有认定的不填", examples=["2024-09-01"])
    recognised_until_on: wire.CivilDate | None = Field(None, description="上岗资格的最后一日;长期的不填", examples=[None])
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class TeacherChange(wire.In):
    """What changes; ending a service is stating `to_on`. What was told wrongly (another first day, another last day than before) needs a reason."""

    name: wire.Text = Field(default_factory=str, max_length=100, examples=["杨秀英"])
    employment: TeacherEmployment = Field(default_factory=lambda: TeacherEmployment.FULL_TIME)
    from_on: wire.CivilDate = Field(default_factory=lambda: date.min, examples=["2024-09-01"])
    to_on: wire.CivilDate | None = Field(None, examples=["2025-08-31"])
    qualification: wire.Word | None = Field(None, examples=["讲师"])
    dual_qualified: bool = Field(default_factory=bool, description="双师型教师")
    recognised_from_on: wire.CivilDate | None = Field(None, description="上岗资格认定之日", examples=["2024-09-01"])
    recognised_until_on: wire.CivilDate | None = Field(None, description="上岗资格的最后一日", examples=[None])
    external_refs: wire.ExternalRefs = Field(default_factory=list)
    reason: wire.Reason | None = Field(None, description="更正任职起止日期的原因")


class TeacherOut(wire.Out):
    id: UUID
    institution_id: UUID
    institution_name: names.InstitutionName = None
    name: str
    id_number: str
    employment: TeacherEmployment
    from_on: date
    to_on: date | None
    qualification: str | None
    dual_qualified: bool
    recognised_from_on: wire.CivilDate | None = Field(description="上岗资格认定之日")
    recognised_until_on: wire.CivilDate | None = Field(description="上岗资格的最后一日")
    external_refs: list[wire.ExternalRef]
    version: int


class TeacherPaper(TeacherOut):
    """A single teacher, with what the caller may do."""

    allowed_actions: list[wire.AllowedAction]
