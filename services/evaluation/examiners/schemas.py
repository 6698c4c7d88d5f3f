"""Examiners on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.evaluation.codes import ExaminerTeam as Team
from shared import names, wire

OccupationCode = Annotated[str, Field(pattern=r"^[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}$", description="职业代码", examples=["6-31-01-03"])]
Card = Annotated[wire.Named, Field(min_length=1, max_length=60, description="证卡编号", examples=["KP-2025-001"])]
Teams = Annotated[list[Team], Field(max_length=3, description="所在的队伍", examples=[["assessors"]])]
Occupations = Annotated[list[OccupationCode], Field(max_length=50, description="可考评的职业;不填为未说明", examples=[["6-31-01-03"]])]


class StaffMember(wire.In):
    """`trainee_id` says who this is where they are registered as a trainee as well: it tells people of the same name apart."""

    name: wire.PersonName = Field(examples=["吴建国"])
    card: Card
    trainee_id: UUID | None = Field(None, description="此人也是学员的,填学员编号", examples=[None])


class Training(wire.In):
    """One training of the 三支队伍."""

    team: Team
    name: wire.Word = Field(examples=["考评员业务培训"])
    held_on: wire.CivilDate
    hours: Annotated[int | None, Field(ge=1, le=1000)] = None
    certificate: wire.Word | None = Field(None, description="培训证明的编号", examples=[None])


Trainings = Annotated[list[Training], Field(max_length=100)]


class ExaminerIn(wire.In):
    """A card that the officer has seen: verified from here on, also where a filing had named it before."""

    card: Card
    name: wire.PersonName = Field(examples=["吴建国"])
    trainee_id: UUID | None = Field(None, description="此人也是学员的,填学员编号", examples=[None])
    teams: Teams = []
    occupations: Occupations = []
    valid_from_on: wire.CivilDate | None = Field(None, description="证卡有效期起日", examples=["2025-01-01"])
    valid_until_on: wire.CivilDate | None = Field(None, description="证卡有效期止日,含当日", examples=["2027-12-31"])
    trainings: Trainings = []


class ExaminerChange(wire.In):
    """What is to change; what is left out stays. Whose card it is does not change."""

    trainee_id: UUID | None = None
    teams: Teams | None = None
    occupations: Occupations | None = None
    valid_from_on: wire.CivilDate | None = None
    valid_until_on: wire.CivilDate | None = None
    trainings: Trainings | None = None


class Exclusion(wire.In):
    """`until_on` left out: for good, until reinstated."""

    reason: wire.Reason = Field(examples=["参与考场舞弊"])
    until_on: wire.CivilDate | None = Field(None, description="到哪一天为止,含当日", examples=["2026-06-30"])


class ExclusionOut(wire.Out):
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None
    reason: str


class ExaminerOut(wire.Out):
    id: UUID
    card: str
    name: str
    trainee_id: UUID | None
    verified: bool = Field(description="由经办人员核实;false 为备案中列出的")
    institution_id: UUID | None = Field(description="最先在哪家机构的备案中列出")
    institution_name: names.InstitutionName = None
    teams: list[Team]
    occupations: list[str]
    valid_from_on: wire.CivilDate | None
    valid_until_on: wire.CivilDate | None
    trainings: list[Training]
    exclusions: list[ExclusionOut]
    usable: bool = Field(description="今天证卡有效、未被排除")
    registered_at: wire.Instant
    changed_at: wire.Instant
    version: int


class ExaminerPaper(ExaminerOut):
    """A single examiner, with what the caller may do."""

    allowed_actions: list[wire.AllowedAction]
