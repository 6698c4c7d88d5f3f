"""Brands on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import BrandKind
from shared import wire

ClassIds = Annotated[list[UUID], Field(max_length=100, description="品牌的班级;就业台账由其学员的就业情况汇成")]


class Materials(wire.In):
    """The four materials (四个一) of a brand: a creation plan, a training video, a summary of experience, a ledger of jobs. Each counts from its day. Of a dish
    its day and the standard of its recipe."""

    creation_plan_on: wire.CivilDate | None = Field(None, description="创建方案完成之日")
    creation_plan_file_id: UUID | None = None
    training_video_on: wire.CivilDate | None = Field(None, description="教学视频完成之日")
    training_video_file_id: UUID | None = None
    experience_summary_on: wire.CivilDate | None = Field(None, description="经验总结完成之日")
    experience_summary_file_id: UUID | None = None
    employment_ledger_on: wire.CivilDate | None = Field(None, description="就业台账完成之日")
    employment_ledger_file_id: UUID | None = None
    created_on: wire.CivilDate | None = Field(None, description="菜品创制之日,只有菜品填写")
    recipe_standard: wire.Word | None = Field(None, description="菜品的制作标准:名称或编号,只有菜品填写", examples=["酸汤鱼烹饪技术规范"])
    recipe_standard_file_id: UUID | None = None


class BrandIn(Materials):
    name: wire.Word = Field(examples=["苗家酸汤"])
    kind: BrandKind
    class_ids: ClassIds = []
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class BrandChange(Materials):
    """What changes; what is left out stays."""

    name: wire.Word = Field(default_factory=str, examples=["苗家酸汤"])
    class_ids: ClassIds = Field(default_factory=list)
    external_refs: wire.ExternalRefs = Field(default_factory=list)


class BrandOut(wire.Out):
    """`complete_on`: the day the last of the four materials was finished, or a dish with a standard of its recipe was created; null until then."""

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
    created_on: date | None = Field(description="菜品创制之日")
    recipe_standard: str | None = Field(description="菜品的制作标准")
    recipe_standard_file_id: UUID | None
    class_ids: list[UUID] = Field(description="品牌的班级")
    complete_on: date | None
    external_refs: list[wire.ExternalRef]
    version: int


class BrandPaper(BrandOut):
    """A single brand, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
