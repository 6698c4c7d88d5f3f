"""What the registry tells evaluation of the people of an assessment, and of the enterprises that should have filed."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared import wire


class AssessmentAsked(wire.In):
    """The people and the class of an assessment that an institution holds on a day."""

    institution_id: UUID
    trainee_ids: Annotated[list[UUID], Field(max_length=500)]
    class_id: UUID | None = None
    on: wire.CivilDate


class CandidateFacts(wire.Out):
    """`categories`: those of the day; `registered_here`: by that institution."""

    id: UUID
    name: str
    id_number_masked: str
    employer_id: UUID | None
    registered_here: bool
    categories: list[str]


class TeacherFacts(wire.Out):
    name: str
    id_number_masked: str


class AssessedClass(wire.Out):
    id: UUID
    teachers: list[TeacherFacts]


class AssessmentFacts(wire.Out):
    """Who is not known is left out; `class` null: no such class, or none was asked for."""

    trainees: list[CandidateFacts]
    class_: AssessedClass | None = Field(serialization_alias="class")


class EnterpriseOut(wire.Out):
    id: UUID
    name: str
    region_code: str


class Enterprises(wire.Out):
    institutions: list[EnterpriseOut]
