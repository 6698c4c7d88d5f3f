"""Measures on the wire."""

from uuid import UUID

from pydantic import Field

from services.registry.codes import MeasureKind
from shared import names, wire


class MeasureIn(wire.In):
    """Against one body: an institution, a town or a department. Days are counted in; without a last day until it is voided."""

    kind: MeasureKind
    institution_id: UUID | None = Field(None, description="对机构的填机构编号")
    region_code: wire.Word | None = Field(None, description="对镇、街道的填区划代码", examples=[None])
    department: wire.Word | None = Field(None, description="对部门的填部门名称", examples=[None])
    reason: wire.Reason = Field(examples=["年度目标未完成,整改不力"])
    document: wire.Named = Field("", max_length=200, description="决定文件;没有另发文件的不填", examples=["联席会议纪要〔2025〕3 号"])
    from_on: wire.CivilDate = Field(examples=["2025-06-01"])
    until_on: wire.CivilDate | None = Field(None, description="最后一日;不填为长期,摘牌不填", examples=[None])


class MeasureOut(wire.Out):
    id: UUID
    number: str
    kind: MeasureKind
    institution_id: UUID | None
    institution_name: names.InstitutionName = None
    region_code: str | None
    region_name: names.RegionName = None
    department: str | None
    reason: str
    document: str
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None
    decided_at: wire.Instant
    decided_by_name: str | None
    voided_at: wire.Instant | None
    voided_by_name: str | None
    void_reason: str | None
    version: int


class MeasurePaper(MeasureOut):
    """A single measure, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
