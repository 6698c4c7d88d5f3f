"""Brands on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import BrandKind
from shared import wire


class Materials(wire.In):
    """The four materials (四个一): a creation plan, a training video, a summary of experience, a ledger of jobs. Each counts from its day."""

    creation_plan_on: wire.CivilDate | None = Field(None, description="创建方案完成之日")
    creation_plan_file_id: UUID | None = None
    training_video_on: wire.CivilDate | None = Field(None, description="教学视频完成之日")
    training_video_file_id: UUID | None = None
    experience_summary_on: wire.CivilDate | None = Field(None, description="经验总结完成之日")
    experience_summary_file_id: UUID | None = None
    employment_ledger_on: wire.CivilDate | None = Field(None, description="就业台账完成之日")
    employment_ledger_file_id: UUID | None = None


class BrandIn(Materials):
    name: wire.Word = Field(examples=["苗家酸汤"])
    kind: BrandKind
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class BrandChange(Materials):
    """What changes; what is left out stays."""

    name: wire.Word = Field(default_factory=str, examples=["苗家酸汤"])
    external_refs: wire.ExternalRefs = Field(default_factory=list)


class BrandOut(wire.Out):
    """`complete_on`: the day the last of the four materials was finished; null while one is missing."""

    id: UUID
    name: str
    kind: BrandKind
    department: str | None
    creation_plan_on: date | None
    creation_plan_file_id: UUID | None
    training_video_on: date | None
    training_video_file_id: UUID | None
    experience_summary_on: date | None
    experience_summary_file_id: UUID | None
    employment_ledger_on: date | None
    employment_ledger_file_id: UUID | None
    complete_on: date | None
    external_refs: list[wire.ExternalRef]
    version: int


class BrandPaper(BrandOut):
    """A single brand, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
