"""Corrections on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter

from services.registry.codes import CorrectableField, CorrectionStatus
from services.registry.people.trainees.schemas import CategoryPeriod
from shared import names, wire

Files = Annotated[list[UUID], Field(max_length=50, description="文件编号(/v1/files)")]
Categories = Annotated[list[CategoryPeriod], Field(max_length=30)]
Said = Annotated[wire.Text, Field(min_length=1, max_length=200)]  # perhaps a number, so it is kept as one
Proposed = Annotated[Annotated[Said, wire.PLAIN] | Annotated[Categories, wire.SEVERAL], wire.BY_COUNT]
CATEGORIES: TypeAdapter[list[CategoryPeriod]] = TypeAdapter(Categories)


class CorrectionIn(wire.In):
    field: CorrectableField
    proposed: Proposed = Field(description="应改成什么;field 为 categories 的填全部人员类别", examples=["杨秀英"])
    reason: wire.Reason
    on_behalf: bool | None = Field(None, description="乡镇或经办机构受本人委托提出,须附本人签字的材料")
    attachments: Annotated[Files, wire.null_as(list)] = Field(default_factory=list)


class CorrectionOut(wire.Out):
    """`proposed` is masked where it is a number."""

    id: UUID
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    field: CorrectableField
    proposed: Proposed
    reason: str
    on_behalf: bool
    attachments: list[UUID]
    status: CorrectionStatus
    asked_at: wire.Instant
    decided_at: wire.Instant | None
    decision_reason: str | None
    allowed_actions: list[wire.AllowedAction]
    version: int
